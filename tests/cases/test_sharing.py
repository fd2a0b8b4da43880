"""Which messages a vault shares with whom (SPEC 12.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from keys.cases.drafts import Fate, fate_of
from keys.cases.lacking import answer_to_lacking, answers, lacking
from keys.cases.sharing import LastArrived, answer_to_arrived, owed
from keys.wire.ids import MessageId, PersonId
from keys.wire.messages import Answer, Closed, Joined, Note, SteppedBack
from tests.cases.story import Story, names, no, people, person, withdrawn, yes

if TYPE_CHECKING:
    from keys.cases.place import PlacedMessage


@pytest.fixture
def story() -> Story:
    story = Story("ABMXN")
    story.report("ABM", without="X")
    return story


def given_by(
    story: Story, owner: str, given: set[tuple[PersonId, MessageId]] | None = None
) -> dict[str, tuple[MessageId, ...]]:
    """Return what the vault of `owner` must share, by letter."""
    listed = {entry.person for entry in story.in_force(story.day).recipients}
    found = owed(story.case(), person(owner), listed, given or set())
    return {names([one]): ids for one, ids in found.items()}


def test_readers_to_whom_all_was_sealed_get_nothing(story: Story) -> None:
    story.answer("A")
    assert given_by(story, "A") == {}


def test_who_is_let_in_gets_all_of_the_case(story: Story) -> None:
    """T36: also earlier messages, including notes."""
    said = [story.log[0], story.answer("A"), story.post("B", Note("Tekst."))]
    story.post("A", Joined(people("N")))
    assert given_by(story, "A") == {"N": tuple(message.id for message in said)}


def test_a_reader_who_could_not_be_sealed_to_gets_the_message() -> None:
    story = Story("AB")
    story.report("A", missing="B", without="")
    assert given_by(story, "A") == {"B": (story.log[0].id,)}


def test_an_answer_that_crosses_a_joined_is_given_by_any_vault_that_has_it(story: Story) -> None:
    """T35, T17: R's answer crosses A's `joined` of N, and A steps back: N is the only remaining reader."""
    joined = story.write("A", Joined(people("N")))
    answer = story.answer("R")
    closed = story.answer("B")
    story.put(joined)
    story.post("A", SteppedBack())
    story.post("B", SteppedBack())
    story.post("M", SteppedBack())
    assert story.readers() == "N"
    for former in "ABM":
        assert {answer.id, closed.id} <= set(given_by(story, former)["N"])


def test_each_vault_gives_once(story: Story) -> None:
    """T34: M's share had a slot of noise; it was in the log, and nobody else shared the message."""
    story.post("A", Joined(people("N")))
    first = given_by(story, "B")["N"]
    assert first == given_by(story, "M")["N"], "what one has given is given by the others all the same"
    assert given_by(story, "B", {(person("N"), one) for one in first}) == {}


def test_a_reader_gets_what_stands_before_their_last_arrived_though_it_was_sealed_to_them(story: Story) -> None:
    """T48: B's vault is new. It lacks what reaches A after A's answer, although it was sealed to B or is B's own."""
    said = [story.log[0], story.post("B", Note("Tekst.")), story.answer("M")]
    last = LastArrived(said[-1].place.position + 1, story.day)
    arrived = {person("B"): last, person("X"): last}
    later = story.answer("M")
    found = owed(story.case(), person("A"), people("ABMX"), (), arrived)
    assert found == {person("B"): tuple(message.id for message in said)}
    given = {(person("B"), one.id) for one in said}
    assert owed(story.case(), person("A"), people("ABMX"), given, arrived) == {}
    assert later.id not in found[person("B")]


def test_a_reader_gets_what_was_sealed_before_their_last_arrived_and_came_after_it(story: Story) -> None:
    """A restored server gets a note back that is sealed to B's old key; or a report that was saved is posted later."""
    note = story.write("M", Note("Tekst."))
    story.day += 1
    arrived = {person("B"): LastArrived(len(story.log) + 1, story.day)}
    story.answer("M")
    story.put(note)
    assert story.log[-1].place.position > arrived[person("B")].position
    found = owed(story.case(), person("A"), people("ABMX"), (), arrived)
    assert note.id in found[person("B")]
    assert (
        owed(story.case(), person("A"), people("ABMX"), {(person("B"), one) for one in found[person("B")]}, arrived)
        == {}
    )


def test_a_message_that_waits_in_the_outbox_is_not_shared(story: Story) -> None:
    """T29: if it were dropped later, N would have a message that nobody else has."""
    story.post("A", Joined(people("N")))
    unposted = story.write("A", Answer("Tekst."), to="AB")
    listed = people("ABMXN")
    assert unposted.id not in owed(story.case([*story.log, unposted]), person("A"), listed, ())[person("N")]


def test_nobody_gets_their_own_message(story: Story) -> None:
    story.answer("M", to="AB")
    assert given_by(story, "A") == {}


def test_who_is_left_out_gets_nothing(story: Story) -> None:
    story.post("M", Joined(people("X")))
    story.post("R", no("N"))
    story.post("M", Joined(people("N")))
    assert given_by(story, "A") == {}


def test_a_denial_that_could_not_be_sealed_to_whom_it_ends_is_given_to_them_alone(story: Story) -> None:
    """T38, T42: otherwise X's vault would never lock the case."""
    story.post("R", yes("X"))
    story.answer("A")
    denial = story.post("R", withdrawn("X"), to="ABM")
    story.answer("B")
    assert given_by(story, "A") == {"X": (denial.id,)}
    assert given_by(story, "A", {(person("X"), denial.id)}) == {}


def test_who_says_arrived_after_stepping_back_is_told_so_and_gets_nothing_else(story: Story) -> None:
    """T49: B's new vault got the case from somebody unaware, or from a backup, and B would have read on without end."""
    stepped_back = story.post("B", SteppedBack())
    listed = people("ABMX")
    arrived = {person("B"): LastArrived(stepped_back.place.position + 1, story.day)}
    assert answer_to_arrived(story.case(), person("B")) == (stepped_back.id,)
    assert owed(story.case(), person("A"), listed, (), arrived) == {person("B"): (stepped_back.id,)}
    assert owed(story.case(), person("A"), listed, {(person("B"), stepped_back.id)}, arrived) == {}
    assert owed(story.case(), person("A"), listed, ()) == {}


def test_who_is_off_the_roster_gets_nothing(story: Story) -> None:
    story.post("A", Joined(people("N")))
    story.publish("ABMX")
    story.later()
    assert given_by(story, "A") == {}


def test_an_arrived_is_answered_with_the_cases_that_its_author_may_read(story: Story) -> None:
    """T5, T19: and with no others, so that an empty answer reveals nothing."""
    story.post("A", Closed("Tekst."))
    assert answer_to_arrived(story.case(), person("B")) == tuple(message.id for message in story.log)
    assert answer_to_arrived(story.case(), person("X")) == ()


def test_a_lacking_is_answered_with_the_message_and_its_past(story: Story) -> None:
    first = story.answer("A")
    second = story.answer("R")
    story.answer("B", unaware=[second])
    assert answer_to_lacking(story.case(), person("B"), [second.id]) == (story.log[0].id, first.id, second.id)


def test_a_lacking_gives_messages_of_this_case_to_its_readers_alone(story: Story) -> None:
    """T16: M names in one case the id of a message of another, from which B is left out."""
    other = MessageId(b"o" * 32)
    assert answer_to_lacking(story.case(), person("B"), [other]) == ()
    assert answer_to_lacking(story.case(), person("X"), [story.log[0].id]) == ()


def test_what_is_missing_is_asked_for_once_and_once_again_after_seven_days(story: Story) -> None:
    """T7, T8: A asks for the missing id, and gets it."""
    unread = story.answer("M")
    story.answer("B")
    case, listed, day = story.case(lacks=[unread]), people("ABMXN"), story.day
    asked = lacking(case, {}, listed, day)
    assert asked
    assert asked.messages == (unread.id,)
    assert names(asked.to) == "ABM"
    assert lacking(case, {unread.id: [day]}, listed, day + 6) is None
    assert lacking(case, {unread.id: [day]}, listed, day + 7) == asked
    assert lacking(case, {unread.id: [day, day + 7]}, listed, day + 100) is None
    assert lacking(story.case(), {}, listed, day) is None


def test_the_one_who_named_it_answers_first_and_everybody_after_the_second_asking(story: Story) -> None:
    unread = story.answer("M")
    story.answer("B")
    listed, wanted = people("ABMXN"), [unread.id]
    assert answers(story.case(), wanted, person("B"), listed, is_second=False)
    assert not answers(story.case(), wanted, person("A"), listed, is_second=False)
    assert answers(story.case(), wanted, person("A"), listed, is_second=True)
    assert answers(story.case(), wanted, person("A"), people("AM"), is_second=False), "B is off the roster"


def test_what_the_reporter_names_is_answered_by_everybody(story: Story) -> None:
    unread = story.answer("M")
    story.answer("R")
    assert answers(story.case(), [unread.id], person("A"), people("ABMXN"), is_second=False)


def fate(story: Story, message: PlacedMessage) -> Fate:
    return fate_of(story.case([*story.log, message]), message.id)


def test_a_joined_of_somebody_whom_the_reporter_has_denied_since_is_put_aside(story: Story) -> None:
    """T30: A's `joined` of N waits; R's "no" about N arrives, and the `joined` was posted all the same."""
    waits = story.write("A", Joined(people("N")))
    assert fate(story, waits) is Fate.GOES_OUT
    story.post("R", no("N"))
    assert fate(story, waits) is Fate.PUT_ASIDE


def test_a_message_to_somebody_who_reads_no_more_is_sealed_anew(story: Story) -> None:
    """Section 4 of the design; T3."""
    waits = story.write("A", Answer("Tekst."))
    story.post("B", SteppedBack())
    assert fate(story, waits) is Fate.SEALED_ANEW


def test_a_message_to_somebody_whose_vault_is_new_is_sealed_anew(story: Story) -> None:
    """T43: B's message is sealed to M's old key; M loses the vault and posts `arrived` before it goes out."""
    waits = story.write("B", Answer("Tekst."))
    case = story.case([*story.log, waits])
    assert fate_of(case, waits.id, people("M")) is Fate.SEALED_ANEW
    assert fate_of(case, waits.id, people("N")) is Fate.GOES_OUT


def test_a_message_that_would_not_count_any_more_is_put_aside(story: Story) -> None:
    waits = story.write("N", Answer("Tekst."), to="ABM")
    assert fate(story, waits) is Fate.PUT_ASIDE


def test_a_message_goes_out_as_it_is_where_more_people_read_than_it_names(story: Story) -> None:
    """T35: the others get it by a share; a message is sealed only once."""
    waits = story.write("A", Answer("Tekst."))
    story.post("B", Joined(people("N")))
    assert fate(story, waits) is Fate.GOES_OUT
