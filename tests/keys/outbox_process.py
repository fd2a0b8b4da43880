"""A session of the tool in its own process: writes notes, posts them, and reports each step on its output.

Arguments: home folder, name, address of the server, day, case, number of notes in total.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from keys.ceremony import open_vault, unlock
from keys.courier import Courier
from keys.vault import Vault
from keys.wire.canonical import unb64
from keys.wire.ids import CaseId
from keys.wire.messages import Note
from tests.keys.hand import Hand
from tests.keys.office import PASSPHRASE

if TYPE_CHECKING:
    from collections.abc import Iterator


def say(step: str) -> None:
    print(step, flush=True)


class Telling(Courier):
    """A courier that reports each request and each answer."""

    def isolated(self) -> Telling:
        return Telling(self.url)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        say(f"ask {path}")
        answer = super()._request(method, path, headers, body)
        say(f"answered {path}")
        return answer


def main(home: str, name: str, url: str, day: str, case: str, count: str) -> None:
    whole = Vault.transaction

    @contextmanager
    def transaction(vault: Vault) -> Iterator[None]:
        say("begin")
        with whole(vault):
            yield
            say("commit")
        say("committed")

    setattr(Vault, "transaction", transaction)  # noqa: B010
    case_id = CaseId(unb64(case, 32))
    secret = unlock(Path(home), PASSPHRASE)
    with open_vault(Path(home), secret) as vault:
        hand = Hand(name, vault, secret, Telling(url), int(day))
        hand.read()
        while (written := notes(hand, case_id)) < int(count):
            hand.write(case_id, Note(f"Notitie {written + 1}"))
            if written % 2:
                hand.post()
        hand.post()
        hand.read()
        say("done")


def notes(hand: Hand, case_id: CaseId) -> int:
    return sum(isinstance(message.body, Note) for message in hand.case(case_id).messages)


if __name__ == "__main__":
    main(*sys.argv[1:])
