"""The page and the tool make the same case of the same thread, whatever came of it and in whatever order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from keys.wire.canonical import encode
from tests.cases.computing import asked_of, computed
from tests.cases.stories import stories
from tests.cases.story import REPORTER, Story

if TYPE_CHECKING:
    from tests.client.twin import Twin


# Without shrinking: each try asks another process.
BRIEF = settings(max_examples=100, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


@BRIEF
@given(story=stories(), data=st.data())
def test_a_thread_is_the_same_case_in_both_languages(twin: Twin, story: Story, data: st.DataObject) -> None:
    held = data.draw(st.permutations([one for one in story.log if data.draw(st.integers(0, 9))]))
    rosters = [one for one in story.rosters if one is story.rosters[-1] or data.draw(st.integers(0, 9))]
    screen = [one.id for one in held if data.draw(st.booleans())]
    author = data.draw(st.sampled_from([REPORTER, story.identities["A"]]))
    asked = asked_of(held, rosters, story.day, author, screen)
    assert twin.read("case", encode(asked)) == computed(asked)
