"""Documents of a policy's texts, SPEC 7.4: each with the roster that names its hash, or another one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from keys.policy import Field, Form, InsideRoute, Named, Reply
from keys.wire.canonical import Json, b64, encode, parse
from keys.wire.signed import join_frames
from tests.policies import SMALL
from tests.vectors.generator.rosters import Draft
from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, TAMPERED, Made, Subject
from tests.vectors.generator.trust import FIRST, FIRST_ID, OLD

if TYPE_CHECKING:
    from collections.abc import Callable

    from keys.policy import Policy

TEXTS = Subject("texts")
LONG = "a" * 2001


def _both(nl: str, en: str) -> dict[str, str]:
    return {"nl": nl, "en": en}


POLICY = replace(
    SMALL,
    forms=(
        Form(
            "vordering",
            _both("Vordering", "Demand"),
            (Field("van", "choice", _both("Van wie?", "Whose?"), (Named("om", _both("OM", "Prosecutor")),)),),
        ),
    ),
    replies=(Reply("dank", "answer", _both("Dank", "Thanks"), _both("Dank u.", "Thank you.")),),
    inside=(InsideRoute(_both("Vertrouwenspersoon", "Confidant"), "", _both("Luistert.", "Listens.")),),
)


def _in_frisian(policy: Policy) -> Policy:
    """Return a policy whose pages are in Frisian alone: the tool's texts stay in Dutch and English."""

    def only(value: Any, *, tool: bool = False) -> Any:
        if isinstance(value, dict) and set(value) == {"nl", "en"}:
            return value if tool else {"fy": f"{value['nl']} (fy)" if value["nl"] else ""}
        if isinstance(value, dict):
            is_reply = {"kind", "text"} <= set(value)
            return {
                name: only(one, tool=tool or name == "forms" or (is_reply and name == "name"))
                for name, one in value.items()
            }
        if isinstance(value, list):
            return [only(one, tool=tool) for one in value]
        return value

    return type(policy).from_members(only(policy.members()) | {"languages": ["fy"]})


FRISIAN = _in_frisian(POLICY)


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as a server gives it: that which the board signed, changed and spelt so, or `given` instead."""

    policy: Policy = POLICY
    language: str = "nl"
    change: Callable[[Any], Json] | None = None
    spell: Callable[[bytes], bytes] = bytes
    given: bytes | None = None

    def make(self) -> Made:
        """Return root, roster and document, and the header's lines."""
        documents = self.policy.documents()
        members: Any = parse(documents[self.language])
        documents[self.language] = self.spell(encode(self.change(members) if self.change else members))
        hashes: dict[str, Json] = {tag: b64(hashlib.sha256(raw).digest()) for tag, raw in documents.items()}
        roster = Draft().by(*OLD[:2], policy=self.policy.signed_members(), texts=hashes)
        given = documents[self.language] if self.given is None else self.given
        frames = join_frames([FIRST.encode(), roster.encode(), given])
        return frames, {"pinned": FIRST_ID.hex(), "language": self.language}


def _right(title: str, comment: str, shown: Shown, **texts: str) -> None:
    def made() -> Made:
        raw, fields = shown.make()
        return raw, {**fields, **texts}

    TEXTS.add(title, ACCEPTED, comment, made)


def _tampered(title: str, comment: str, given: bytes) -> None:
    TEXTS.add(title, TAMPERED, comment, Shown(given=given).make)


def _malformed(title: str, comment: str, change: Callable[[Any], Json], **shown: Any) -> None:
    """List a document that has its hash in the roster although it is none."""
    TEXTS.add(title, MALFORMED, comment, Shown(change=change, **shown).make)


def _at(*places: str | int, to: Json) -> Callable[[Any], Json]:
    """Return the change of one member of a document."""

    def changed(value: Any) -> Json:
        inside = value
        for place in places[:-1]:
            inside = inside[place]
        inside[places[-1]] = to
        return value  # type: ignore[no-any-return]

    return changed


def _without(*places: str | int) -> Callable[[Any], Json]:
    def changed(value: Any) -> Json:
        inside = value
        for place in places[:-1]:
            inside = inside[place]
        del inside[places[-1]]
        return value  # type: ignore[no-any-return]

    return changed


def _turned(raw: bytes) -> bytes:
    """Return a document with its two last members exchanged."""
    start, last = raw.rindex(b',"texts":'), raw.rindex(b',"topics":')
    return raw[:start] + raw[last:-1] + raw[start:last] + b"}"


_right("of a language", "texts and tool texts", Shown(), welcome="Welkom.", form="Vordering")
_right("of another language", "each has its own", Shown(language="en"), welcome="Welcome.", form="Demand")
_right("of a language of the pages alone", "without tool texts", Shown(FRISIAN, "fy"), welcome="Welkom. (fy)")
_right("of a language of the tool alone", "tool texts and no others", Shown(FRISIAN, "en"), form="Demand")
_right("of the smallest policy", "lists of nothing stay", Shown(SMALL), welcome="Welkom.")

_tampered("with another text", "the server words a topic anew", POLICY.documents()["nl"].replace(b"Fraude", b"Overig"))
_tampered("of the other language", "a page in Dutch would be in English", POLICY.documents()["en"])
_tampered("of another policy", "an earlier one of the same board", SMALL.documents()["nl"])
_tampered("with a byte more", "nothing follows", POLICY.documents()["nl"] + b" ")
_tampered("of no bytes", "an empty answer", b"")

_malformed("with a topic less", "names would move to other topics", _without("topics", 0))
_malformed("with a topic more", "it would have no readers", lambda texts: texts | {"topics": [*texts["topics"]] * 2})
_malformed("with a choice less", "lists are as long as the policy's", _without("questions", 0, "choices", 0))
_malformed("with an empty list for one that is not", "as long as the policy's", _at("inside", to=[]))
_malformed("without a member", "a page would have a hole", _without("texts", "welcome"))
_malformed("without a list", "also where it would be empty", _without("elsewhere"))
_malformed("without roles", "whoever reads it has a name", _without("roles"))
_malformed("with an id", "what is no text is the roster's", _at("topics", 0, "id", to="fraude"))
_malformed("with readers of a topic", "what is no text is the roster's", _at("topics", 0, "readers", to=["bestuur"]))
_malformed("with a version", "what is no text is the roster's", _at("version", to=2))
_malformed("with a link", "it would lead elsewhere", _at("outside", 0, "link", to="https://elders.example/"))
_malformed("with another member", "nothing that nobody reads is signed", _at("extra", to={}))
_malformed("with an element of null", "an object", _at("topics", 0, to=None))
_malformed("with a list of texts for an object", "each text has its name", _at("texts", to=["Welkom.", "Let op."]))
_malformed("with an object for a list", "in the policy's order", _at("topics", to={"anders": {}}))
_malformed("that is a list", "an object", lambda texts: [texts])
_malformed("with a text by language", "one language", _at("texts", "welcome", to={"nl": "Welkom."}))
_malformed("with a text of null", "a text", _at("texts", "welcome", to=None))
_malformed("with an empty text", "a page would have a hole", _at("texts", "welcome", to=""))
_malformed("with an empty name of a topic", "nobody could choose it", _at("topics", 0, "name", to=""))
_malformed("with a text of 2001 letters", "above the limit", _at("texts", "welcome", to=LONG))
_malformed("with a name of 81 letters", "above the limit", _at("topics", 0, "name", to=LONG[:81]))
_malformed("with a text of two lines", "no control characters", _at("texts", "before", to="Let\nop."))
_malformed("without tool texts", "nl and en have them", _without("forms"))
_malformed(
    "with tool texts in a language of the pages alone",
    "the tool does not speak it",
    lambda texts: texts | {"forms": []},
    policy=FRISIAN,
    language="fy",
)
_malformed(
    "with texts in a language of the tool alone",
    "there are no pages in it",
    lambda texts: texts | {"topics": []},
    policy=FRISIAN,
    language="nl",
)
_malformed("with members out of order", "one document has one spelling", lambda texts: texts, spell=_turned)
_malformed("with white space", "one document has one spelling", lambda texts: texts, spell=lambda raw: raw + b"\n")
_malformed("cut", "no JSON", lambda texts: texts, spell=lambda raw: raw[:-1])
