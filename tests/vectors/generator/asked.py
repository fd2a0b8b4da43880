"""What is asked of a reporter and what only a reporter says, SPEC.md 5: bodies as they are, and as they are not."""

from __future__ import annotations

from keys.wire.canonical import Json, b64
from keys.wire.kinds import (
    Admit,
    Agreed,
    Closed,
    Entered,
    Feedback,
    Identity,
    Left,
    Minutes,
    Rating,
    Request,
    Withdrawn,
)
from tests.vectors.generator.heads import CASE, FILES, Members, answer_with, right, wrong
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2

_ID = b64(CASE)
_TWO: list[Json] = sorted(b64(person.identity) for person in (BESTUUR_1, BESTUUR_2))
_MANY: list[Json] = sorted(b64(bytes([number]) * 32) for number in range(32))
_ASKED: Members = {"people": [], "text": "Om te horen.", "to": "Bedrijfsarts", "what": "De datum."}


def _kind(kind: str, **body: Json) -> Members:
    return answer_with(kind=kind, body=body)


for _text in (Feedback, Closed, Minutes):
    right(_text.KIND, "a text", _kind(_text.KIND, text="Gedaan."))
    right(f"{_text.KIND} with a file", "it has a text", _kind(_text.KIND, text="Gedaan.") | {"files": FILES})
    wrong(f"{_text.KIND} with an empty text", "empty is not a text", _kind(_text.KIND, text=""))
right("identity", "a text", _kind(Identity.KIND, text="Wie ik ben."))
right("request", "what exactly, to whom, why", _kind(Request.KIND, **_ASKED))
right("request to let two in", "those who were left out", _kind(Request.KIND, **(_ASKED | {"people": _TWO})))
right("admit of two", "by the reporter", _kind(Admit.KIND, people=_TWO))
right("agreed", "no text is needed", _kind(Agreed.KIND, answer="yes", minutes=_ID, text=""))
right("agreed of no", "with what is not right", _kind(Agreed.KIND, answer="no", minutes=_ID, text="Het was dinsdag."))
for _answer in Rating.ANSWERS:
    right(f"rating of {_answer}", "no text is needed", _kind(Rating.KIND, answer=_answer, text=""))
right("withdrawn", "no text is needed", _kind(Withdrawn.KIND, text=""))
right("left", "an empty body", _kind(Left.KIND))
for _way in Entered.WAYS:
    right(f"entered by {_way}", "how it was told", _kind(Entered.KIND, way=_way))

wrong("identity with a file", "a photo would be read with the rest", _kind(Identity.KIND, text="a") | {"files": FILES})
wrong("identity of nothing", "empty is not a text", _kind(Identity.KIND, text=""))
for _name in _ASKED:
    lacking: Members = {name: value for name, value in _ASKED.items() if name != _name}
    wrong(f"request without {_name}", "every member is there", _kind(Request.KIND, **lacking))
wrong("request for nothing", "what exactly", _kind(Request.KIND, **(_ASKED | {"what": ""})))
wrong("request to nobody", "to whom", _kind(Request.KIND, **(_ASKED | {"to": ""})))
wrong(
    "request of people out of order",
    "one set has one spelling",
    _kind(Request.KIND, **(_ASKED | {"people": _TWO[::-1]})),
)
wrong("request with a file", "it is no story", _kind(Request.KIND, **_ASKED) | {"files": FILES})
wrong("admit of nobody", "somebody is let in", _kind(Admit.KIND, people=[]))
wrong("admit of someone twice", "one set has one spelling", _kind(Admit.KIND, people=[_TWO[0], _TWO[0]]))
wrong("admit of 32 people", "a roster has 31", _kind(Admit.KIND, people=_MANY))
wrong("admit of a name", "identity keys", _kind(Admit.KIND, people=["Bestuurslid 2"]))
wrong("agreed of maybe", "yes or no", _kind(Agreed.KIND, answer="maybe", minutes=_ID, text=""))
wrong("agreed to nothing", "names minutes", _kind(Agreed.KIND, answer="yes", minutes=None, text=""))
wrong("agreed without a text", "it may be empty", _kind(Agreed.KIND, answer="yes", minutes=_ID))
wrong("rating of a number", "yes, partly or no", _kind(Rating.KIND, answer=5, text=""))
wrong("withdrawn without a text", "it may be empty", _kind(Withdrawn.KIND))
wrong("entered by telex", "how it was told", _kind(Entered.KIND, way="telex"))
wrong("entered by nothing", "how it was told", _kind(Entered.KIND))
wrong("entered with a text", "the way, and no more", _kind(Entered.KIND, text="a", way="phone"))
wrong("entered with a file", "it is no text to read", _kind(Entered.KIND, way="phone") | {"files": FILES})
wrong("left with a text", "an empty body", _kind(Left.KIND, text="Dag."))
