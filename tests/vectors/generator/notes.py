"""What recipients write in a dossier, SPEC.md 5: bodies as they are and as they are not; no page reads one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keys.wire.canonical import Json, b64, encode
from keys.wire.kinds import (
    Approval,
    Assigned,
    Begun,
    Categorised,
    Conflict,
    Correction,
    Exported,
    Filled,
    HandedOver,
    Informed,
    Note,
    Outcome,
    Purge,
    Reopened,
    Retention,
    Revealed,
    Tombstone,
)
from tests.vectors.generator.heads import CASE, FILES, Members, answer_with, lacking, right, wrong
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2
from tests.vectors.generator.scenario import MALFORMED, Subject

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTE = Subject("note")
_ID = b64(CASE)
_TWO: list[Json] = sorted(b64(person.identity) for person in (BESTUUR_1, BESTUUR_2))
_BODIES: Mapping[str, Members] = {
    Begun.KIND: {},
    Note.KIND: {"text": "Eerst bellen."},
    Filled.KIND: {"answers": {"ernst": "hoog", "herzien": "2026-04-01"}, "form": "triage"},
    Assigned.KIND: {"people": _TWO},
    Informed.KIND: {"by": "Secretaris", "day": 20_600, "how": "In de vergadering.", "people": _TWO, "text": "De aard."},
    Categorised.KIND: {"category": "pesten", "topic": "ongewenst"},
    Conflict.KIND: {"text": "We zijn buren."},
    HandedOver.KIND: {"people": _TWO[:1], "text": "Hij neemt waar."},
    Revealed.KIND: {"message": _ID, "text": "Om een afspraak te maken."},
    Outcome.KIND: {"grounds": "De feiten staan vast.", "measures": "Een gesprek.", "outcome": "guidance"},
    Retention.KIND: {"text": "Er loopt een onderzoek.", "until": 21_000},
    Reopened.KIND: {"text": "Er is nieuw bewijs."},
    Purge.KIND: {"text": "De melder vroeg erom."},
    Approval.KIND: {"message": _ID, "text": "Akkoord."},
    Correction.KIND: {"field": "received", "text": "Het gesprek was eerder.", "value": "2026-02-27"},
    Exported.KIND: {"identity": False, "text": "Voor de inspectie.", "what": "case"},
}


def _note(kind: str, **changes: Json) -> Members:
    return answer_with(kind=kind, channel="dossier", body=_BODIES[kind] | changes)


def _spoilt(title: str, comment: str, members: Members) -> None:
    NOTE.add(title, MALFORMED, comment, lambda: encode(members))


for _kind, _body in _BODIES.items():
    right(f"{_kind} in the dossier", "by a recipient", _note(_kind))
    wrong(f"{_kind} in the thread", "the reporter would read it", _note(_kind) | {"channel": "thread"})
    wrong(f"{_kind} in the feed", "it is in the dossier", _note(_kind) | {"channel": "feed"})
    for _name in _body:
        left = lacking(_body, _name)
        _spoilt(f"{_kind} without {_name}", "every member is there", _note(_kind) | {"body": left})
    _spoilt(f"{_kind} with another member", "a newer version has a newer kind", _note(_kind, extra=1))
    if _kind != Note.KIND:
        wrong(f"{_kind} with a file", "it is no text to read", _note(_kind) | {"files": FILES})

right("note with a file", "it has a text", _note(Note.KIND) | {"files": FILES})
right("assigned to nobody", "nobody is on it any more", _note(Assigned.KIND, people=[]))
right("category without a second one", "the topic says enough", _note(Categorised.KIND, category=""))
right("conflict without a reason", "nobody has to give one", _note(Conflict.KIND, text=""))
right("handed-over without a reason", "nobody has to give one", _note(HandedOver.KIND, text=""))

right("outcome in no words", "the id says it", _note(Outcome.KIND, grounds="", measures=""))
right("retention without a reason", "the usual days need none", _note(Retention.KIND, text=""))
right("approval without a word", "the signature says it", _note(Approval.KIND, text=""))
right("exported with the identity", "with consent", _note(Exported.KIND, identity=True))

_spoilt("outcome of nothing", "an id", _note(Outcome.KIND, outcome=""))
_spoilt("retention until a date", "a day is a number", _note(Retention.KIND, until="2027-03-02"))
_spoilt("retention beyond a u32", "days are u32", _note(Retention.KIND, until=2**32))
_spoilt("retention for 1001 bytes of reason", "at most 1000", _note(Retention.KIND, text="a" * 1001))
_spoilt("reopened for nothing", "why", _note(Reopened.KIND, text=""))
_spoilt("purge for nothing", "why", _note(Purge.KIND, text=""))
_spoilt("purge for 1001 bytes", "at most 1000", _note(Purge.KIND, text="a" * 1001))
_spoilt("approval of a short id", "an id has 32 bytes", _note(Approval.KIND, message=b64(CASE[:31])))
_spoilt("correction of no field", "an id", _note(Correction.KIND, field=""))
_spoilt("correction to nothing", "what is right", _note(Correction.KIND, value=""))
_spoilt("correction without why", "why", _note(Correction.KIND, text=""))
_spoilt("exported of one", "true or false", _note(Exported.KIND, identity=1))
_spoilt("exported for nothing", "for whom and why", _note(Exported.KIND, text=""))

_TOMBSTONE: Members = {
    "category": "pesten",
    "closed": 20_640,
    "outcome": "guidance",
    "received": 20_600,
    "statements": [b64(b"s" * 200), b64(b"t" * 200)],
    "topic": "ongewenst-gedrag",
}


def _stone(**changes: Json) -> Members:
    return answer_with(kind=Tombstone.KIND, channel="feed", body=_TOMBSTONE | changes)


right("tombstone", "what stays of a case", _stone())
right("tombstone without outcome", "it never had one", _stone(category="", outcome="", statements=[]))
wrong("tombstone in the thread", "it is in the feed", _stone() | {"channel": "thread"})
wrong("tombstone in the dossier", "it is in the feed", _stone() | {"channel": "dossier"})
wrong("tombstone of no case", "it names one", lacking(_stone(), "case"))
wrong("tombstone with a file", "it is no text to read", _stone() | {"files": FILES})
for _name in _TOMBSTONE:
    _spoilt(f"tombstone without {_name}", "every member is there", _stone() | {"body": lacking(_TOMBSTONE, _name)})
_spoilt("tombstone with another member", "a newer version has a newer kind", _stone(extra=1))
_spoilt("tombstone with three statements", "at most two", _stone(statements=[b64(b"s")] * 3))
_spoilt("tombstone with a statement of null", "bytes", _stone(statements=[None]))
_spoilt("tombstone of a day as text", "a number", _stone(received="2026-03-02"))
_spoilt("tombstone of no topic", "an id", _stone(topic=""))

_spoilt("note of nothing", "empty is not a text", _note(Note.KIND, text=""))
_spoilt("form without an answer", "somebody filled it in", _note(Filled.KIND, answers={}))
_spoilt("form with an empty answer", "what is not answered is left out", _note(Filled.KIND, answers={"ernst": ""}))
_spoilt("form with a number for an answer", "texts", _note(Filled.KIND, answers={"ernst": 3}))
_spoilt("form with a field that is no id", "ids of the policy", _note(Filled.KIND, answers={"Ernst!": "hoog"}))
_spoilt(
    "form of 100001 bytes together",
    "as long as a text",
    _note(Filled.KIND, answers={"a": "a" * 50_000, "b": "b" * 49_988}),
)
_spoilt("form of no id", "an id of the policy", _note(Filled.KIND, form="Triage"))
_spoilt("assigned out of order", "one set has one spelling", _note(Assigned.KIND, people=_TWO[::-1]))
_spoilt("assigned by name", "identity keys", _note(Assigned.KIND, people=["Bestuurslid 1"]))
_spoilt("informed of nobody", "somebody was told", _note(Informed.KIND, people=[]))
_spoilt("informed on a day as text", "a number", _note(Informed.KIND, day="2026-03-02"))
_spoilt("informed on a day of true", "no number, though Python counts it as 1", _note(Informed.KIND, day=True))
_spoilt("informed on a day below zero", "days are u32", _note(Informed.KIND, day=-1))
_spoilt("informed on a day beyond a u32", "days are u32", _note(Informed.KIND, day=2**32))
_spoilt("informed by nobody", "by whom", _note(Informed.KIND, by=""))
_spoilt("informed in 1001 bytes of how", "at most 1000", _note(Informed.KIND, how="a" * 1001))
_spoilt("category of a number", "an id", _note(Categorised.KIND, category=1))
_spoilt("category of no topic", "an id", _note(Categorised.KIND, topic=""))
_spoilt("conflict of null", "a text, maybe of nothing", _note(Conflict.KIND, text=None))
_spoilt("handed-over to nobody", "somebody was let in", _note(HandedOver.KIND, people=[]))
_spoilt("revealed for nothing", "what for", _note(Revealed.KIND, text=""))
_spoilt("revealed of a short id", "an id has 32 bytes", _note(Revealed.KIND, message=b64(CASE[:31])))
