"""Rejected forms with typed text: kept while the inbox runs, and sealed while it is locked."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.datastructures import MultiDict

from keys.exports import REGISTER
from keys.identity import Wrapper
from keys.sealing import BoxKey, seal_secret
from keys.wire.ids import CaseId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_FORMS = 32  # the oldest are dropped first
PURPOSE = "kept forms"
# Fields that a page fills in by itself: nobody typed them.
OF_THE_PAGE = frozenset({"page", "message", "form", "confirmed", "passphrase"})
# Fields for typed words, beside those of the policy's forms.
OF_WORDS = frozenset({"text", "to", "measures", "grounds", "why", "how", "by", "value", "others", "until", "months"})
# The actions of forms, by the endpoint that accepts them.
DO = "cases.do"
IDENTITY, ENTER = "identity", "enter"
ACTS = {"cases.reveal": IDENTITY, "registers.write_down": ENTER, "registers.export": REGISTER}


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A submitted form: `name` is its case's name in the address, `act` its action."""

    name: str
    act: str
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    case: CaseId | None = None
    key: str = field(default_factory=lambda: secrets.token_urlsafe(6))  # how a page names it

    @property
    def typed(self) -> MultiDict[str, str]:
        """The fields in the form of a request."""
        return MultiDict(self.fields)

    @property
    def is_filled(self) -> bool:
        """Say whether somebody typed or chose anything in it."""
        return any(value for key, value in self.fields if key not in OF_THE_PAGE)


def kept_form(endpoint: str | None, arguments: Mapping[str, str] | None, form: MultiDict[str, str]) -> KeptForm | None:
    """Return the form of a request to keep; None if it has no field for typed text."""
    given = arguments or {}
    act = given.get("act", "") if endpoint == DO else ACTS.get(endpoint or "", "")
    return KeptForm(given.get("name", ""), act, tuple(form.items(multi=True))) if act else None


def texts_of(form: MultiDict[str, str]) -> list[str]:
    """Return the words that were typed into a form, for a page that does not have the form."""
    return [
        value
        for key, value in form.items(multi=True)
        if (key in OF_WORDS or key.startswith("field-")) and value.strip()
    ]


class KeptForms:
    """Stores forms that come while the inbox is locked: only the passphrase opens them again.

    They are sealed to a separate key, whose private half is wrapped by the key of the vault.
    """

    def __init__(self) -> None:
        """Start before anybody has unlocked, when nothing can be kept."""
        self._public = self._wrapped = self._names = b""
        self._sealed: list[bytes] = []

    def __bool__(self) -> bool:
        """Say whether any form is kept."""
        return bool(self._sealed)

    def open(self, vault_key: bytes) -> list[KeptForm]:
        """Return and forget the kept forms, the oldest first; from now on forms can be kept."""
        wrapper = Wrapper(vault_key)
        if not self._wrapped:
            seed = secrets.token_bytes(32)
            self._public, self._wrapped = BoxKey.from_seed(seed).public, wrapper.wrap(PURPOSE, seed)
        if not self._sealed:
            return []
        key = BoxKey.from_seed(wrapper.unwrap(PURPOSE, self._wrapped))
        cases: dict[str, str] = json.loads(key.open(self._names)) if self._names else {}
        found = [json.loads(key.open(sealed)) for sealed in self._sealed]
        self._sealed = []
        forms: dict[object, KeptForm] = {}
        for name, act, fields in found:
            case = CaseId(bytes.fromhex(cases[name])) if name in cases else None
            form = KeptForm(name, act, tuple((key, value) for key, value in fields), case)
            # A form that was shown again and not sent comes a second time when the inbox is locked.
            forms.setdefault((case, act, *(pair for pair in form.fields if pair[0] not in OF_THE_PAGE)), form)
        return [*forms.values()]

    def lock(self, names: Mapping[CaseId, str], forms: Iterable[KeptForm]) -> None:
        """Seal the names of a session's cases in addresses, and the forms that it still kept."""
        left = [*forms]
        called = {name: case.hex() for case, name in names.items()}
        called |= {form.name: form.case.hex() for form in left if form.case is not None}
        self._names = self._seal(called)
        for form in left:
            self.keep(form)

    def keep(self, form: KeptForm) -> None:
        """Seal a form that has come while nobody is there, unless nobody filled it in."""
        if self._public and form.is_filled:
            self._sealed = [*self._sealed, self._seal([form.name, form.act, form.fields])][-MOST_FORMS:]

    def _seal(self, value: object) -> bytes:
        # ASCII: typed text can have lone surrogates.
        return seal_secret(json.dumps(value).encode("ascii"), self._public)
