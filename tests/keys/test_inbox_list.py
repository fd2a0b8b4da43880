"""The list of the inbox: filters, orders, search, what was set aside, and what changed since the visit before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.keys.window import Window, words

if TYPE_CHECKING:
    from tests.keys.office import Office

OUT = "Bestuurslid 2"


@pytest.fixture
def window(office: Office) -> Window:
    return Window(office)


def test_the_list_filters_sorts_and_searches_every_word(office: Office, window: Window) -> None:
    receipts = [office.report(f"Melding over {what}.") for what in ("hout", "glas", "Staal")]
    office.answer(receipts[1], "Het ging om een RUIT.")
    window.open()
    links = window.cases()
    assert len(links) == 3
    found = window.post("search", {"query": "staal"})
    [number] = re.findall(r'scope="row"><a href="[^"]+">([^<]+)<', found.text)
    assert 'value="staal"' in found.text
    assert len(window.post("search", {"query": "melding OVER"}).text.split('scope="row"')) == 4
    assert len(window.post("search", {"query": "ruit glas"}).text.split('scope="row"')) == 2
    assert "No cases found." in words(window.post("search", {"query": "ruit hout"}))
    assert len(window.post("search", {"query": number}).text.split('scope="row"')) == 2
    rows = window.post("search", {"query": "staal"}, Accept="text/x-rows")
    assert not rows.text.startswith("<!doctype")
    assert number in rows.text
    window.post(f"{links[number]}/open")
    window.act(links[number], "reply", kind="question", text="Welk staal?")
    assert [*window.cases("?show=theirs")] == [number]
    assert len(window.cases("?show=new")) == 2
    assert next(iter(window.cases("?sort=latest"))) in links
    for show, sort, page in (("x", "y", "z"), ("", "", "-1"), ("all", "due", "99")):
        assert len(window.cases(f"?show={show}&sort={sort}&page={page}")) == 3
    office.pass_days(10)
    assert "Overdue: 3" in window.read("") or "Overdue: 2" in window.read("")
    assert "OVERDUE since 5 March 2026" in window.read("")


def test_the_address_of_a_search_loads_the_list_again(window: Window) -> None:
    """The browser loads it by GET when a sync ends, and the list became an error page."""
    window.open()
    again = window.get("search?show=all&sort=due")
    assert (again.status_code, again.headers["Location"]) == (303, window.home)


def test_a_case_that_is_set_aside_is_out_of_the_own_list_alone(office: Office, window: Window) -> None:
    """M6: in the inbox."""
    office.report("Koop nu!")
    link = window.open().case()
    assert window.act(link, "set-aside").status_code == 303
    assert window.cases() == {}
    assert "Set aside 1" in window.read("")
    assert "New: 0" in window.read("")
    [number] = window.cases("?show=aside")
    assert len(Window(office, "Bestuurslid 1").open().cases()) == 1
    window.lock()
    window.unlock()
    assert window.cases() == {}
    link = window.cases("?show=aside")[number]
    assert window.act(link, "take-back").status_code == 303
    assert [*window.cases()] == [number]


def test_the_first_page_says_what_changed_and_until_when_keys_open(office: Office, window: Window) -> None:
    office.report("Oud.")
    window.open()
    assert "Since you were here" not in window.read("")
    window.lock()
    office.pass_days(3)
    office.report("Nieuw.")
    office.pass_days(1)
    window.unlock()
    page = window.read("")
    assert "Since you were here on 2 March 2026: 2 with something new" in page
    assert "Your keys open what comes until 29 March 2026; the list of recipients ends on 2 April 2027." in page
    window.lock()
    office.pass_days(1)
    window.unlock()
    assert "Since you were here on 6 March 2026: 0 with something new" in window.read("")


def test_what_did_not_reach_this_recipient_is_not_there(office: Office, window: Window) -> None:
    office.report("Over het bestuurslid.", [OUT])
    other = Window(office, OUT).open()
    assert other.cases() == {}
    assert "New: 0" in other.read("")
    assert len(window.open().cases()) == 1
