"""What `meldbus read` has shown of each case: a command answers only what stood on the screen (SPEC 5.3)."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from keys.errors import GrownError
from keys.wire.canonical import b64

if TYPE_CHECKING:
    from keys.cases.case import Case
    from keys.sync import RecipientSession
    from keys.wire.ids import PersonId

SHOWN = "shown by read"


def note_shown(session: RecipientSession, case: Case) -> None:
    """Remember that all of a case stood on the screen, and forget what was shown of destroyed cases."""
    destroyed = {b64(one.case) for one in session.vault.destroyed.all()}
    kept = {name: digest for name, digest in _shown(session).items() if name not in destroyed}
    kept[b64(case.id)] = digest_of(case, session.person)
    with session.vault.transaction():
        session.vault.put_setting(SHOWN, json.dumps(kept).encode("ascii"))


def check_shown(session: RecipientSession, case: Case) -> None:
    """Raise GrownError unless `meldbus read` has shown every message of others in a case.

    What is written next says that its author has read them: a word of the reporter that a sync only fetched would
    leave every list of what waits.
    """
    if not was_shown(session, case):
        raise GrownError


def was_shown(session: RecipientSession, case: Case) -> bool:
    """Say whether `meldbus read` has shown every message of others in a case."""
    return _shown(session).get(b64(case.id)) == digest_of(case, session.person)


def digest_of(case: Case, own: PersonId) -> str:
    """Return the b64 SHA-256 of the ids of all messages of others that a reader sees."""
    ids = sorted(message.id for message in case.messages if message.is_shown and message.person != own)
    return b64(hashlib.sha256(b"".join(ids)).digest())


def _shown(session: RecipientSession) -> dict[str, str]:
    raw = session.vault.setting(SHOWN)
    shown: dict[str, str] = json.loads(raw) if raw else {}
    return shown
