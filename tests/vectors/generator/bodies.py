"""Kinds of message and their bodies, SPEC.md 5: what each holds, and names that are none."""

from __future__ import annotations

from keys.wire.canonical import Json, b64, encode
from keys.wire.kinds import Acknowledgement, Consent, Opened, Question, Share
from keys.wire.plaintext import MAX_HEAD_SIZE
from tests.vectors.generator.heads import CASE, FILES, Members, answer_with, lacking, report_with, right, wrong
from tests.vectors.generator.people import BESTUUR_2, REPORTER

_REQUEST = b64(CASE)
_ABOUT: Members = {"board": False, "others": "", "people": []}
_TOLD: Members = {
    "about": {"board": True, "others": "Iemand van buiten", "people": [0, 2]},
    "answers": {"bewijs": "Een e-mail.", "wanneer": "kort"},
    "language": "en",
    "topic": "integriteit",
}
_KEYS: Members = {b64(CASE): b64(bytes(32))}


def _report(**changes: Json) -> Members:
    """Return a report with a changed body."""
    body = report_with()["body"]
    assert isinstance(body, dict)
    return report_with(body=body | changes)


def _kind(kind: Json, channel: str = "thread", **body: Json) -> Members:
    return answer_with(kind=kind, body=body, channel=channel)


def _consent(answer: Json, request: Json = _REQUEST) -> Members:
    return _kind(Consent.KIND, answer=answer, request=request)


def _share(**body: Json) -> Members:
    return _kind(Share.KIND, "feed", **({"dossiers": []} | body))


right("report of 12000 bytes", "the longest that the first class holds", _report(text="a" * 12_000))
right("report of 100000 bytes", "the longest text", _report(text="a" * 100_000))
right("report of 50000 quotes", "the longest text, as encoded", _report(text='"' * 50_000))
right("question", "a text", _kind(Question.KIND, text="Wanneer was dat?"))
right("acknowledgement", "a text", _kind(Acknowledgement.KIND, text="Ontvangen."))
right("opened", "an empty body", _kind(Opened.KIND))
right("consent", "names the request", _consent("yes"))
right("consent refused", "names the request", _consent("no"))
right("consent withdrawn", "for the future", _consent("withdrawn"))
right("share", "content keys by message id", _share(keys=_KEYS))
right("share with a dossier", "its first message is among the keys", _share(dossiers=[b64(CASE)], keys=_KEYS))
right("kind of a newer version", "kept, whatever object its body is", _kind("hand-over", a=[{"b": None}]))
right("kind of a newer version in the dossier", "its channel is not known", _kind("plan", "dossier"))
right("report of a whole telling", "every member", _report(**_TOLD))
right("report about the second of those named", "a place", _report(about=_ABOUT | {"people": [1]}))
right("report about the last of those named", "two are in to, one is left out", _report(about=_ABOUT | {"people": [2]}))
right(
    "report whose answers are the rest of 100000 bytes",
    "counted together",
    _report(text="a", answers={"b": "c" * 99_993}),
)
right("report in a language with a region", "the tag of the page", _report(language="pt-BR"))
right("kind of 40 letters", "the limit", _kind("a" * 40))

wrong("kind root", "its label would be that of a root document", _kind("root"))
wrong("kind roster", "its label would be that of a roster", _kind("roster"))
wrong("kind bundle", "its label would be that of a bundle", _kind("bundle"))
wrong("kind in upper case", "letters are lower case", _kind("Answer", text="a"))
wrong("kind with a space", "a label would end elsewhere", _kind("answer ", text="a"))
wrong("kind with a newline at the end", "a pattern may overlook it", _kind("answer\n", text="a"))
wrong("kind that begins with a dash", "a letter comes first", _kind("-answer"))
wrong("kind with a digit", "letters and dashes", _kind("answer2"))
wrong("kind of 41 letters", "above the limit", _kind("a" * 41))
wrong("kind of nothing", "no name", _kind(""))
wrong("kind of null", "no name", _kind(None))
wrong("kind named as a member of every object", "a trap of JavaScript", lacking(_kind("constructor"), "case"))
wrong("channel that does not exist", "thread, dossier or feed", _kind("note", "notes"))
wrong("report with an empty text", "empty is not a text", _report(text=""))
wrong("report of 100001 bytes", "above the limit", _report(text="a" * 100_001))
wrong("report of 50001 quotes", "above the limit, as encoded", _report(text='"' * 50_001))
wrong("report with a number for text", "a text", _report(text=1))
wrong("report with another member in its body", "nothing that nobody reads is signed", _report(name="x"))
for _wrong, _body in {
    "about a place that nobody has": {"about": _ABOUT | {"people": [3]}},
    "about a place below zero": {"about": _ABOUT | {"people": [-1]}},
    "about places out of order": {"about": _ABOUT | {"people": [1, 0]}},
    "about the same place twice": {"about": _ABOUT | {"people": [1, 1]}},
    "about the place true": {"about": _ABOUT | {"people": [True]}},
    "about an identity": {"about": _ABOUT | {"people": [b64(BESTUUR_2.identity)]}},
    "about a board of 1": {"about": _ABOUT | {"board": 1}},
    "about others of null": {"about": _ABOUT | {"others": None}},
    "about others of 1001 bytes": {"about": _ABOUT | {"others": "a" * 1001}},
    "about nothing": {"about": None},
    "with another member about whom": {"about": _ABOUT | {"name": "x"}},
    "with an answer of no text": {"answers": {"wanneer": ""}},
    "with an answer of a number": {"answers": {"wanneer": 1}},
    "with an answer to no id": {"answers": {"Wanneer": "a"}},
    "with answers as a list": {"answers": ["a"]},
    "whose answers take 100001 bytes with the text": {"text": "a", "answers": {"b": "c" * 99_994}},
    "whose others take 100001 bytes with the text": {"text": "a" * 100_000, "about": _ABOUT | {"others": "a"}},
    "with a topic in upper case": {"topic": "Anders"},
    "with a topic and a newline": {"topic": "anders\n"},
    "with no topic": {"topic": ""},
    "with a language in words": {"language": "Nederlands"},
    "with a language of null": {"language": None},
}.items():
    wrong(f"report {_wrong}", "SPEC.md 5", _report(**_body))
wrong("report without keys", "nobody could answer", report_with(body={"text": "a"}))
wrong("report with a short ML-KEM key", "1,184 bytes", _report(kem=b64(REPORTER.public.kem[:-1])))
wrong("report with a long X25519 key", "32 bytes", _report(box=b64(bytes(33))))
wrong("answer with an empty text", "empty is not a text", _kind("answer", text=""))
wrong("answer without a text", "a text", _kind("answer"))
wrong("opened with a text", "an empty body", _kind(Opened.KIND, text="a"))
wrong("consent of maybe", "yes, no or withdrawn", _consent("maybe"))
wrong("consent of true", "yes, no or withdrawn", _consent(answer=True))
wrong("consent to nothing", "names a request", _consent("yes", None))
wrong("share in the thread", "the reporter would read it", _kind(Share.KIND, dossiers=[], keys=_KEYS))
wrong("share with a file", "it has no text", _share(keys=_KEYS) | {"files": FILES})
wrong("share of nothing", "the report's key is among them", _share(keys={}))
wrong("share of a short key", "K has 32 bytes", _share(keys={b64(CASE): b64(bytes(31))}))
wrong("share under a short id", "an id has 32 bytes", _share(keys={b64(CASE[:31]): b64(bytes(32))}))
wrong("share as a list", "an object", _share(keys=[b64(bytes(32))]))
_room = MAX_HEAD_SIZE - len(encode(_kind("hand-over", a="")))
right("head of the longest size", "262,076 bytes", _kind("hand-over", a="b" * _room))
wrong("head longer than the limit", "262,077 bytes", _kind("hand-over", a="b" * (_room + 1)))
wrong("share without dossiers", "the list is there, maybe empty", _kind(Share.KIND, "feed", keys=_KEYS))
wrong("share with a dossier without its key", "it would open nothing", _share(dossiers=[b64(bytes(32))], keys=_KEYS))
wrong("share with a dossier under a short id", "an id has 32 bytes", _share(dossiers=[b64(CASE[:31])], keys=_KEYS))
