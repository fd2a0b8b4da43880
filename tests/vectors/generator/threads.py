"""Threads as their reporter reads them, SPEC.md 5.1 and 5.2: what a server, a recipient or a stranger might slip in."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from keys.sealing import seal_decoy
from keys.wire.envelope import MAGIC_NAME, MAGIC_SIZE
from keys.wire.kinds import Acknowledgement, Answer, Opened, Question, Report, Unknown
from keys.wire.signed import join_frames
from tests.vectors.generator.envelopes import flipped
from tests.vectors.generator.files import draft, listed, noise
from tests.vectors.generator.people import BESTUUR_1, BESTUUR_2, RECEIPT, REPORTER, SECRETARIS, STRANGER, Person, seed
from tests.vectors.generator.scenario import ACCEPTED, Made, Subject
from tests.vectors.generator.sealer import UNTIL, Draft, answer, head_of, message, report, report_head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.wire.kinds import Body

THREAD = Subject("thread")
LATER = Person.named("bestuur 3")
LISTED = (SECRETARIS, BESTUUR_1, BESTUUR_2, LATER)


class Talk:
    """A case with its report, and messages that name it."""

    @cached_property
    def report(self) -> bytes:
        """The report's envelope."""
        return report().seal()

    @cached_property
    def case(self) -> bytes:
        """The case's id."""
        return report().id(self.report)

    def says(self, author: Person, text: str = "Dank je.", seen: Sequence[bytes] = ()) -> bytes:
        """Return the envelope of an answer."""
        return answer(text, self.case, author, [self.case, *seen]).seal()

    def sends(self, author: Person, body: Body, kind: str) -> bytes:
        """Return the envelope of a message of any kind."""
        return message(body, kind, author, self.case, [self.case]).seal()

    def draft(self, text: str = "Dank je.", seen: Sequence[bytes] = ()) -> Draft:
        """Return an answer of the secretaris before it is sealed."""
        return answer(text, self.case, SECRETARIS, [self.case, *seen])


def thread(title: str, expect: str, comment: str, shown: str, make: Callable[[Talk], list[bytes]]) -> None:
    def made() -> Made:
        identities = " ".join(person.identity.hex() for person in LISTED)
        fields = {"receipt": RECEIPT.written(), "recipients": identities} | ({"shown": shown} if shown else {})
        return join_frames(make(Talk())), fields

    THREAD.add(title, expect, comment, made)


def _missing(talk: Talk) -> tuple[bytes, bytes]:
    """Return two answers, the second of which has seen the first."""
    first = talk.draft("Dank je.")
    sealed = first.seal()
    return sealed, talk.says(SECRETARIS, "Nog iets.", [first.id(sealed)])


def _both_heard(talk: Talk) -> list[bytes]:
    """Return two answers that do not know each other, and one that has seen both."""
    drafts = [answer("Dank je.", talk.case, author, [talk.case]) for author in (SECRETARIS, BESTUUR_1)]
    sealed = [draft.seal() for draft in drafts]
    ids = sorted(draft.id(raw) for draft, raw in zip(drafts, sealed, strict=True))
    return [talk.report, *sealed, talk.says(REPORTER, "Graag gedaan.", ids)]


def _rewrapped(talk: Talk) -> bytes:
    """Return the secretaris' signed head in an envelope that a board member made."""
    draft = talk.draft()
    signature = draft.signature(draft.header().mac)
    header = draft.header()
    right = draft.plaintext(header.mac)
    return header.encode() + draft.stream(right.replace(draft.signature(header.mac), signature))


def _newer(talk: Talk, author: Person) -> bytes:
    return talk.sends(author, Unknown.keep({"a": 1}), "hand-over")


def to_one_left_out(talk: Talk) -> bytes:
    head = head_of(Answer("Dank je."), Answer.KIND, SECRETARIS, talk.case, [talk.case])
    head = replace(head, to=(SECRETARIS.identity, BESTUUR_2.identity))
    return replace(talk.draft(), head=head.encode()).seal()


def _with_a_file(talk: Talk) -> bytes:
    photo = noise(100_000)
    head = head_of(Answer("Zie de foto."), Answer.KIND, SECRETARIS, talk.case, [talk.case])
    named = draft(replace(head, files=(listed(photo),)), [photo])
    return replace(named, kind=Answer.KIND, signer=SECRETARIS.signer).seal()


def _in_the_feed(talk: Talk) -> bytes:
    head = replace(head_of(Unknown.keep({}), "hand-over", SECRETARIS, talk.case, [talk.case]), channel="feed")
    return Draft(head.encode(), kind="hand-over", signer=SECRETARIS.signer).seal()


def _strangers_report() -> bytes:
    head = replace(report_head(), author=STRANGER.identity)
    return Draft(head.encode(), signer=STRANGER.signer).seal()


def kinds(*kinds: str) -> str:
    return " ".join((Report.KIND, *kinds))


ALONE = Report.KIND
_answered = kinds(Answer.KIND)

thread("report alone", ACCEPTED, "nobody has opened it yet", ALONE, lambda talk: [talk.report])
thread(
    "report opened and acknowledged",
    ACCEPTED,
    "by the secretaris",
    kinds(Opened.KIND, Acknowledgement.KIND),
    lambda talk: [
        talk.report,
        talk.sends(SECRETARIS, Opened(), Opened.KIND),
        talk.sends(SECRETARIS, Acknowledgement("Ontvangen."), Acknowledgement.KIND),
    ],
)
thread("two recipients at once", ACCEPTED, "neither has seen the other", kinds(*[Answer.KIND] * 3), _both_heard)
thread(
    "kind of a newer version",
    ACCEPTED,
    "kept, and shown as 'update'",
    kinds("hand-over"),
    lambda talk: [talk.report, _newer(talk, SECRETARIS)],
)
thread(
    "answer by a recipient let in later",
    ACCEPTED,
    "on a roster, and not left out",
    _answered,
    lambda talk: [talk.report, talk.says(LATER)],
)

thread(
    "answer missing",
    "missing",
    "the server leaves out what a later one has seen",
    _answered,
    lambda talk: [talk.report, _missing(talk)[1]],
)
thread(
    "answers in another order",
    "reordered",
    "the server puts the later one first",
    kinds(*[Answer.KIND] * 2),
    lambda talk: [talk.report, *_missing(talk)[::-1]],
)
thread(
    "answer repeated",
    "repeated",
    "the server shows one twice",
    _answered,
    lambda talk: [talk.report, *[talk.says(SECRETARIS)] * 2],
)
thread("report repeated", "repeated", "the server shows it twice", ALONE, lambda talk: [talk.report] * 2)
thread(
    "answer of another case",
    "moved",
    "to the same reporter",
    ALONE,
    lambda talk: [talk.report, answer("Dank je.", seed("another case")).seal()],
)
thread(
    "message of the feed", "moved", "it is in another channel", ALONE, lambda talk: [talk.report, _in_the_feed(talk)]
)
thread(
    "second report",
    "moved",
    "it is a case of its own",
    ALONE,
    lambda talk: [talk.report, report("Nog een melding.").seal()],
)
thread(
    "answer in place of the report",
    "moved",
    "the first envelope is the report",
    "",
    lambda talk: [talk.says(SECRETARIS)],
)
thread(
    "report of a stranger", "moved", "sealed to this reporter by someone else", "", lambda talk: [_strangers_report()]
)
thread(
    "decoy",
    "spoilt",
    "no slot",
    ALONE,
    lambda talk: [talk.report, seal_decoy(slots=8, until=UNTIL, padded=16384).envelope],
)
thread(
    "answer with one bit changed",
    "spoilt",
    "in the stream",
    ALONE,
    lambda talk: [talk.report, flipped(talk.says(SECRETARIS), 20_000)],
)
thread(
    "answer sealed to others",
    "spoilt",
    "another channel's envelope",
    ALONE,
    lambda talk: [talk.report, replace(talk.draft(), readers=(SECRETARIS.public,)).seal()],
)
thread(
    "spoilt between two answers",
    "spoilt",
    "the rest stays readable",
    kinds(*[Answer.KIND] * 2),
    lambda talk: [talk.report, talk.says(SECRETARIS), talk.says(SECRETARIS)[:-1], talk.says(BESTUUR_1)],
)
thread(
    "head re-wrapped by another",
    "spoilt",
    "the signature holds the first envelope's mac",
    ALONE,
    lambda talk: [talk.report, _rewrapped(talk)],
)
thread(
    "answer with a file",
    ACCEPTED,
    "its text is read without the file",
    kinds(Answer.KIND),
    lambda talk: [talk.report, _with_a_file(talk)],
)
thread(
    "answer of another version",
    "unsupported",
    "not spoilt: whoever updates can read it",
    ALONE,
    lambda talk: [talk.report, MAGIC_NAME + b"\x02" + talk.says(SECRETARIS)[MAGIC_SIZE:]],
)
thread("answer by a stranger", "forbidden", "on no roster", ALONE, lambda talk: [talk.report, talk.says(STRANGER)])
thread(
    "answer by one left out",
    "forbidden",
    "the report leaves them out",
    ALONE,
    lambda talk: [talk.report, talk.says(BESTUUR_2)],
)
thread(
    "answer to one left out",
    "forbidden",
    "nobody writes them into `to`",
    ALONE,
    lambda talk: [talk.report, to_one_left_out(talk)],
)
thread(
    "acknowledgement by the reporter",
    "forbidden",
    "recipients alone acknowledge",
    ALONE,
    lambda talk: [talk.report, talk.sends(REPORTER, Acknowledgement("Ontvangen."), Acknowledgement.KIND)],
)
thread(
    "question by the reporter",
    "forbidden",
    "a reporter's words are an answer",
    ALONE,
    lambda talk: [talk.report, talk.sends(REPORTER, Question("Wanneer?"), Question.KIND)],
)
thread(
    "kind of a newer version by a stranger",
    "forbidden",
    "on no roster",
    ALONE,
    lambda talk: [talk.report, _newer(talk, STRANGER)],
)
thread(
    "two alarms",
    "forbidden repeated",
    "in the order of the channel",
    _answered,
    lambda talk: [talk.report, talk.says(STRANGER), *[talk.says(SECRETARIS)] * 2],
)
