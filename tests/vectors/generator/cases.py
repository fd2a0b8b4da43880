"""Cases as their reporter sees them, SPEC 12: who counts, who reads, missing ids, waiting words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keys.cases.place import Place
from keys.wire.canonical import encode
from keys.wire.messages import (
    Answer,
    Closed,
    Entered,
    Identity,
    Joined,
    Note,
    Opened,
    Question,
    Rating,
    SteppedBack,
    Unknown,
)
from tests.cases.computing import asked_of, computed, header_of
from tests.cases.story import REPORTER, Story, no, people, withdrawn, yes
from tests.vectors.generator.people import seed
from tests.vectors.generator.scenario import ACCEPTED, Made, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.cases.place import PlacedMessage

CASE = Subject("case")
FORBIDDEN = "forbidden"
NAMED = "left-out-named"
MISSING = "missing"
TEXT = "Tekst."


def case(comment: str, expect: str = ACCEPTED) -> Callable[[Callable[[Story], Sequence[PlacedMessage] | None]], None]:
    """List a story as a scenario: a report to A, B and M, about X; N comes later. It returns what the page has."""

    def listed(tell: Callable[[Story], Sequence[PlacedMessage] | None]) -> None:
        def made() -> Made:
            story = Story("ABMX")
            story.report("ABM", "X", about="X")
            story.publish("ABMNX")
            story.later()
            held = tell(story) or story.log
            asked = asked_of(held, story.rosters, story.day, REPORTER, [one.id for one in held])
            result = computed(asked)
            assert result
            return encode(asked), header_of(asked, result)

        CASE.add(tell.__name__.lstrip("_").replace("_", " "), expect, comment, made)

    return listed


def _answer(story: Story, author: str, **how: object) -> PlacedMessage:
    return story.answer(author, **how)


@case("the reporter has not heard anything")
def _report_alone(story: Story) -> None:
    pass


@case("the page says that it was read")
def _opened(story: Story) -> None:
    story.post("A", Opened())


@case("what was answered waits no more")
def _answer_and_reply(story: Story) -> None:
    _answer(story, "R")
    _answer(story, "B")


@case("by the past and not by the place: B had not read it")
def _answer_that_crosses_a_reply(story: Story) -> None:
    asked = _answer(story, "R")
    _answer(story, "B", unaware=[asked])


@case("a rating asks for a reply where it has a text")
def _rating_with_a_text(story: Story) -> None:
    story.post("R", Rating("no"))
    story.post("R", Rating("no", TEXT))


@case("every asking message is in its past")
def _closing(story: Story) -> None:
    _answer(story, "R")
    story.post("A", Closed(TEXT))


@case("K4: the reporter's words would vanish unread")
def _closing_that_has_not_read_everything(story: Story) -> None:
    asked = _answer(story, "R")
    story.post("A", Closed(TEXT), unaware=[asked])


@case("K3: on a closed case it changes nothing")
def _second_closing(story: Story) -> None:
    story.post("A", Closed(TEXT))
    story.later(30)
    story.post("M", Closed(TEXT))


@case("K1: an asking message opens the case")
def _closing_and_a_name(story: Story) -> None:
    story.post("A", Closed(TEXT))
    story.post("R", Identity(TEXT))


@case("T8, T44: the server or its author keeps it back; it blames nobody", MISSING)
def _answer_that_names_what_is_not_here(story: Story) -> None:
    _answer(story, "M", seen=[story.log[0], seed("nobody has it")])


@case("each once, with all that name it", f"{MISSING} {MISSING}")
def _two_that_are_not_here(story: Story) -> None:
    gone = [seed("gone 1"), seed("gone 2")]
    _answer(story, "A", seen=gone)
    _answer(story, "B", seen=gone[:1])


@case("a message of B is withheld", MISSING)
def _withheld_answer(story: Story) -> Sequence[PlacedMessage]:
    kept = _answer(story, "B")
    _answer(story, "A")
    return [one for one in story.log if one is not kept]


@case("what a forbidden message names is no sign of anything", FORBIDDEN)
def _consent_of_a_recipient_that_names_what_is_not_here(story: Story) -> None:
    story.post("M", yes("X"), seen=[story.log[0], seed("gone")], to="ABM")


@case("nobody can tell whose key it is while something of its past is missing", MISSING)
def _stranger_who_names_what_is_not_here(story: Story) -> None:
    _answer(story, "M", identity=seed("stranger"), seen=[story.log[0], seed("gone")])


@case("on no roster", FORBIDDEN)
def _stranger(story: Story) -> None:
    _answer(story, "M", identity=seed("stranger"))


@case("who is left out never read", FORBIDDEN)
def _answer_of_somebody_left_out(story: Story) -> None:
    _answer(story, "X", to="ABM")


@case("nobody let them in", FORBIDDEN)
def _answer_of_a_newcomer(story: Story) -> None:
    _answer(story, "N", to="ABM")


@case("nobody speaks for the reporter", FORBIDDEN)
def _consent_of_a_recipient(story: Story) -> None:
    story.post("M", yes("X"), to="ABM")


@case("nobody speaks for the reporter", FORBIDDEN)
def _name_by_a_recipient(story: Story) -> None:
    story.post("M", Identity(TEXT))


@case("only a recipient asks", FORBIDDEN)
def _question_of_the_reporter(story: Story) -> None:
    story.post("R", Question(TEXT))


@case("a reporter lets in by a consent", FORBIDDEN)
def _joined_by_the_reporter(story: Story) -> None:
    story.post("R", Joined(people("X")), to="ABM")


@case("H2: the recipient who wrote a report down holds its code, and could agree for the reporter", FORBIDDEN)
def _consent_in_a_report_that_was_entered(story: Story) -> None:
    story.log.clear()
    story.report("ABM", "NX", entered=Entered(story.identities["A"], seed("signature", 64), "phone"))
    story.post("R", yes("X"))


@case("T22: no yes has ever named X", NAMED)
def _joined_of_somebody_left_out(story: Story) -> None:
    story.post("M", Joined(people("X")), to="ABM")


@case("T44: naming is an alarm on the author, never a verdict", NAMED)
def _answer_to_somebody_left_out(story: Story) -> None:
    _answer(story, "M", to="ABMX")


@case("who is left out is no reader who could not be sealed to", NAMED)
def _answer_with_somebody_left_out_as_missing(story: Story) -> None:
    draft = story.write("M", Answer(TEXT))
    story.put(replace(draft, head=replace(draft.head, missing=people("X"))))


@case("an alarm accuses recipients alone")
def _answer_of_the_reporter_to_somebody_left_out(story: Story) -> None:
    _answer(story, "R", to="ABMX")


@case("the missing message can be the yes", MISSING)
def _joined_of_somebody_left_out_where_something_is_missing(story: Story) -> None:
    story.post("M", Joined(people("X")), seen=[story.log[0], seed("gone")], to="ABM")


@case("the reporter's word")
def _somebody_left_out_is_let_in(story: Story) -> None:
    story.post("R", yes("X"))
    _answer(story, "X")


@case("T10, T11: between words that did not know of each other, denial wins")
def _yes_that_does_not_name_the_no(story: Story) -> None:
    denial = story.post("R", no("X"))
    story.post("R", yes("X"), unaware=[denial])


@case("it names every denial")
def _yes_that_names_the_no(story: Story) -> None:
    denial = story.post("R", no("X"))
    story.post("R", yes("X", denial))


@case("one of two is not enough")
def _yes_that_names_one_of_two_denials(story: Story) -> None:
    first = story.post("R", no("X"))
    story.post("R", withdrawn("X"), unaware=[first])
    story.post("R", yes("X", first))


@case("T22: who is left out does not read, whatever names them")
def _joined_after_a_withdrawal(story: Story) -> None:
    story.post("R", yes("X"))
    story.post("R", withdrawn("X"))
    story.post("M", Joined(people("X")))


@case("T6: late, and no alarm")
def _answer_that_crosses_a_withdrawal(story: Story) -> None:
    story.post("R", yes("X"))
    draft = story.write("X", Answer(TEXT))
    story.post("R", withdrawn("X"))
    story.put(draft)


@case("T23: a word about A, to whom the report went, puts out nobody")
def _withdrawal_about_a_reader(story: Story) -> None:
    story.post("R", yes("AX"))
    story.post("R", withdrawn("AX"))


@case("T24: a no leaves N out")
def _joined_after_a_no(story: Story) -> None:
    story.post("R", no("N"))
    story.post("A", Joined(people("N")))


@case("T26: late, and no alarm")
def _newcomer_of_somebody_who_steps_back(story: Story) -> None:
    back = story.post("M", SteppedBack())
    story.post("M", Joined(people("N")), unaware=[back])
    _answer(story, "N", unaware=[back])


@case("void: nobody would read")
def _last_reader_steps_back(story: Story) -> None:
    story.log.clear()
    story.report("A", "BMNX")
    story.post("A", SteppedBack())


@case("T3: who is somebody follows from the person")
def _answer_under_a_new_key(story: Story) -> None:
    story.rekey("A")
    story.later()
    _answer(story, "A")


@case("T3: late, and no alarm")
def _answer_of_somebody_taken_off_the_roster(story: Story) -> None:
    draft = story.write("M", Answer(TEXT))
    story.publish("ABNX")
    story.later()
    story.put(draft)


@case("T15: entries up to the day count")
def _answer_on_the_day_of_a_revocation(story: Story) -> None:
    old = story.identities["A"]
    story.rekey("A", revoke_on=story.day)
    _answer(story, "A", identity=old)


@case("T15: from the next on they are late")
def _answer_on_the_day_after_a_revocation(story: Story) -> None:
    old = story.identities["A"]
    story.rekey("A", revoke_on=story.day)
    story.later()
    _answer(story, "A", identity=old)


@case("T20: rights go by place and day, never by what a head claims", FORBIDDEN)
def _answer_under_an_old_roster(story: Story) -> None:
    first = story.rosters[0].id
    story.publish("ABMX")
    story.later(20)
    _answer(story, "N", roster=first, to="ABM", day=story.day - 20)


@case("nobody can tell")
def _answer_under_a_roster_that_is_not_here(story: Story) -> None:
    _answer(story, "N", roster=seed("roster"), to="ABM")


@case("T28: nothing is applied before its past")
def _places_exchanged(story: Story) -> None:
    story.post("A", Joined(people("N")), place=Place(9))
    story.put(story.write("N", Answer(TEXT)), place=Place(4))


@case("one whose id is here already changes nothing")
def _the_same_message_twice(story: Story) -> Sequence[PlacedMessage]:
    told = _answer(story, "A")
    return [*story.log, replace(told, place=Place(7), day=told.day + 1)]


@case("all in another order")
def _messages_that_came_in_another_order(story: Story) -> Sequence[PlacedMessage]:
    for author in "RABM":
        _answer(story, author)
    return story.log[::-1]


@case("its place is after all others")
def _own_answer_that_is_not_posted(story: Story) -> Sequence[PlacedMessage]:
    waiting = story.write("R", Answer(TEXT))
    _answer(story, "A", unaware=[waiting])
    return [*story.log, waiting]


@case("a page has no dossier", MISSING)
def _answer_that_names_a_note(story: Story) -> Sequence[PlacedMessage]:
    note = story.post("A", Note(TEXT))
    _answer(story, "A", seen=[story.log[0], note])
    return [one for one in story.log if one is not note]


@case("kept, and shown as what a newer version says")
def _message_of_an_unknown_kind(story: Story) -> None:
    draft = story.write("A", Answer(TEXT))
    story.put(replace(draft, head=replace(draft.head, kind="plan", body=Unknown.parse({}))))


@case("only what somebody on a roster says", FORBIDDEN)
def _message_of_an_unknown_kind_by_a_stranger(story: Story) -> None:
    draft = story.write("M", Answer(TEXT), identity=seed("stranger"))
    story.put(replace(draft, head=replace(draft.head, kind="plan", body=Unknown.parse({}))))
