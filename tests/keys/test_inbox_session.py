"""A session of the inbox: locking hides everything at once, posts the outbox, and then drops the keys."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from keys.errors import NetworkError
from keys.inbox import ENDING_SECONDS, IDLE_SECONDS
from keys.inbox.session import LockedOut
from tests.keys.window import Window, words

if TYPE_CHECKING:
    from tests.keys.office import Office

COVER = 4  # the cover of the office's policy


@pytest.fixture
def window(office: Office) -> Window:
    office.report("Er ging iets mis.")
    return Window(office).open()


class Held:
    """A server that holds back its answers to one kind of request until it is released."""

    def __init__(self, office: Office, path: str) -> None:
        self.came, self.go_on = threading.Event(), threading.Event()
        self.path = path
        office.refuse = self.refuse

    def refuse(self, path: str) -> None:
        if path.startswith(self.path) and threading.current_thread().name == "end":
            self.came.set()
            assert self.go_on.wait(30)


def test_reading_posts_nothing_and_locking_posts_as_many_entries_as_the_policy_says(
    office: Office, window: Window
) -> None:
    window.case()
    window.sync()
    with window.holder.use() as session:
        asked = session.recipient.courier.asked
    assert [path for _courier, path, _capability in asked if path == "/envelopes"] == []
    window.lock()
    assert len([path for _courier, path, _capability in asked if path == "/envelopes"]) == COVER


def test_idling_out_posts_what_waits_too(office: Office, window: Window) -> None:
    link = window.case()
    window.act(link, "note", text="Eerst bellen.")
    window.ticks += IDLE_SECONDS
    assert window.holder.is_locked
    window.holder.wait()
    [case] = office.read("Bestuurslid 1")
    assert [message.text for message in case.dossier] == ["Eerst bellen."]


def test_locking_does_not_wait_for_the_server_and_says_that_something_still_goes_out(
    office: Office, window: Window
) -> None:
    link = window.case()
    window.act(link, "note", text="Eerst bellen.")
    held = Held(office, "/envelopes")
    assert window.post("lock").status_code == 303
    assert held.came.wait(30)
    assert "What you wrote is going out now" in window.read("")
    assert window.get(link).status_code == 303
    with pytest.raises(LockedOut), window.holder.use():
        pass
    held.go_on.set()
    window.holder.wait()
    assert "your keys are out of memory" in window.read("")
    [case] = office.read("Bestuurslid 1")
    assert [message.text for message in case.dossier] == ["Eerst bellen."]


def test_the_keys_are_let_go_of_when_everything_is_posted(office: Office, window: Window) -> None:
    session = window.holder._open
    session.words()
    window.post("lock")
    assert window.holder._open is None
    window.holder.wait()
    assert (session._words, session._summaries, session._trust, session.names) == (None, None, None, {})
    assert session.lease.recipient is None
    with office.session("Secretaris") as other:  # the vault's lock is free
        assert other.cases()


def test_a_server_that_does_not_answer_keeps_the_keys_no_longer_than_the_deadline(
    office: Office, window: Window
) -> None:
    link = window.case()
    window.act(link, "note", text="Eerst bellen.")
    with window.holder.use() as session:
        deadline = session.recipient.courier.deadline
    held = Held(office, "/bundles")
    window.post("lock")
    assert held.came.wait(30)
    assert 0 < deadline.left() <= ENDING_SECONDS
    deadline.set(0)
    held.go_on.set()
    window.holder.wait()
    assert "It waits here, sealed, and goes out the next time." in window.read("")
    with office.session("Secretaris") as other:
        assert [one.message.head.kind for one in other.vault.outbox.all() if one.message.case]
    window.unlock()
    window.lock()
    [case] = office.read("Bestuurslid 1")
    assert [message.text for message in case.dossier] == ["Eerst bellen."]


def test_unlocking_again_while_something_goes_out_goes_on_with_the_same_vault(office: Office, window: Window) -> None:
    link = window.case()
    window.act(link, "note", text="Eerst bellen.")
    held = Held(office, "/envelopes")
    window.post("lock")
    assert held.came.wait(30)
    office.refuse = lambda path: None
    assert window.post("unlock", {"passphrase": "een ander"}).status_code == 400
    assert window.unlock_without_waiting().status_code == 303
    assert len(window.cases()) == 1
    held.go_on.set()
    window.synced()
    window.lock()
    [case] = office.read("Bestuurslid 1")
    assert [message.text for message in case.dossier] == ["Eerst bellen."]


def test_locking_while_a_page_is_read_closes_the_vault_after_it(office: Office, window: Window) -> None:
    with window.holder.use() as session:
        window.holder.lock()
        assert window.holder.is_locked
        window.holder.wait()
        assert session.recipient.cases()
    with office.session("Secretaris") as other:
        assert other.cases()


def test_what_could_not_be_sent_is_said_and_goes_out_the_next_time(office: Office, window: Window) -> None:
    link = window.case()
    window.act(link, "note", text="Eerst bellen.")

    def cut(path: str, answer: bytes) -> bytes:
        raise NetworkError

    office.meddle = cut
    window.lock()
    assert "Not all that you wrote went out." in window.read("")
    office.meddle = lambda _path, answer: answer
    window.unlock()
    assert "Messages that wait: 2." in window.read("")
    window.lock()
    assert "Everything that you wrote was sent." in words(window.get(""))


def test_a_case_is_shown_while_a_sync_is_under_way(window: Window) -> None:
    link = window.case()
    with window.holder.use() as session:
        lock = session.recipient.lock
    is_held, is_shown = threading.Event(), threading.Event()

    def hold() -> None:  # like a sync until it has finished
        with lock:
            is_held.set()
            is_shown.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    assert "Er ging iets mis." in window.read(link)
    assert thread.is_alive()
    is_shown.set()
    thread.join()
