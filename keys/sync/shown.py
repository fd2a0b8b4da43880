"""The messages of each case that were on the screen, since a command must answer no others (SPEC 5.3).

`meldbus read` and the pages of the inbox record them.
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
    """Record that all of a case was on the screen."""
    if not was_shown(session, case):
        # Not with the session's lock, which a sync holds to its end: a page is shown meanwhile.
        with session.vault.transaction():
            _keep(session.vault, _shown(session.vault) | {b64(case.id): _digest_of(case, session.person)})


def check_shown(session: RecipientSession, case: Case) -> None:
    """Raise GrownError unless every message of others in a case was on the screen.

    The next message says that its author has read them: a reporter's message that a sync only fetched would disappear
    from every list of waiting messages.
    """
    if not was_shown(session, case):
        raise GrownError


def was_shown(session: RecipientSession, case: Case) -> bool:
    """Say whether every message of others in a case was on the screen."""
    return _shown(session.vault).get(b64(case.id)) == _digest_of(case, session.person)


def forget_shown(vault: Vault, cases: Iterable[CaseId]) -> None:
    """Forget what was shown of destroyed cases; the caller commits."""
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
