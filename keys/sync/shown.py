"""What has stood on the screen of each case, so that a command answers nothing else (SPEC 5.3).

`meldbus read` and the pages of the inbox note it.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from keys.errors import GrownError
from keys.wire.canonical import b64

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from keys.cases.case import Case
    from keys.sync.session import RecipientSession
    from keys.vault import Vault
    from keys.wire.ids import CaseId, PersonId

SHOWN = "shown by read"


def note_shown(session: RecipientSession, case: Case) -> None:
    """Remember that all of a case stood on the screen."""
    if not was_shown(session, case):
        # Not by the session's lock, which a sync has until it is done: a page is shown meanwhile.
        with session.vault.transaction():
            _keep(session.vault, _shown(session.vault) | {b64(case.id): _digest_of(case, session.person)})


def check_shown(session: RecipientSession, case: Case) -> None:
    """Raise GrownError unless every message of others in a case has stood on the screen.

    What is written next says that its author has read them: a word of the reporter that a sync only fetched would
    leave every list of what waits.
    """
    if not was_shown(session, case):
        raise GrownError


def was_shown(session: RecipientSession, case: Case) -> bool:
    """Say whether every message of others in a case has stood on the screen."""
    return _shown(session.vault).get(b64(case.id)) == _digest_of(case, session.person)


def forget_shown(vault: Vault, cases: Iterable[CaseId]) -> None:
    """Forget what was shown of cases that are destroyed; whoever calls it makes that durable."""
    shown, gone = _shown(vault), {*map(b64, cases)}
    left = {name: digest for name, digest in shown.items() if name not in gone}
    if left != shown:
        _keep(vault, left)


def _digest_of(case: Case, own: PersonId) -> str:
    """Return the b64 SHA-256 of the ids of all messages of others that a reader sees."""
    ids = sorted(message.id for message in case.messages if message.is_shown and message.person != own)
    return b64(hashlib.sha256(b"".join(ids)).digest())


def _keep(vault: Vault, shown: Mapping[str, str]) -> None:
    vault.put_setting(SHOWN, json.dumps(shown).encode("ascii"))


def _shown(vault: Vault) -> dict[str, str]:
    raw = vault.setting(SHOWN)
    shown: dict[str, str] = json.loads(raw) if raw else {}
    return shown
