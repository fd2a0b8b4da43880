"""Honest people with one case: vaults and windows with different knowledge, an honest server, and passing days.

Recipients read, write into an outbox in order, post later, and share; the reporter has two windows. Every tool follows
the rules as far as its knowledge allows. A person holds a message because of its `to` or because of a share.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keys.cases.drafts import Fate, fate_of
from keys.cases.sharing import LastArrived, answer_to_arrived, owed
from keys.wire.ids import PersonId
from keys.wire.messages import (
    Answer,
    Approval,
    Closed,
    Exercise,
    Hold,
    Identity,
    Joined,
    Note,
    Objection,
    Purge,
    Question,
    Reopened,
    ReportWithdrawn,
    Retention,
    SteppedBack,
)
from tests.cases.story import Story, consent, names, people, person

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

    from keys.cases.case import Case
    from keys.cases.place import PlacedMessage
    from keys.wire.ids import MessageId
    from keys.wire.messages import Body

EVERYBODY = "ABCNX"
DENIALS = ("no", "withdrawn")


@dataclass
class Draft:
    """A message in an outbox, with the messages that were on the screen when its author began to write."""

    message: PlacedMessage
    screen: tuple[PlacedMessage, ...]


@dataclass
class Vault:
    """The data of one recipient's tool."""

    name: str
    held: dict[MessageId, PlacedMessage] = field(default_factory=dict)
    read_to: int = 0
    outbox: list[Draft] = field(default_factory=list)
    shared: dict[MessageId, PlacedMessage] = field(default_factory=dict)  # in shares that were not read yet
    given: set[tuple[PersonId, MessageId]] = field(default_factory=set)

    def view(self) -> list[PlacedMessage]:
        return [*self.held.values(), *(draft.message for draft in self.outbox)]


@dataclass
class Window:
    """One of the reporter's windows: the thread as of its last look, and its own messages since."""

    thread: list[PlacedMessage] = field(default_factory=list)
    waits: list[PlacedMessage] = field(default_factory=list)


class Simulation:
    """One case and everybody around it."""

    def __init__(self, to: str, without: str, members: str = "ABCX") -> None:
        self.story = Story(members)
        report = self.story.report(to, without=without, missing="")
        self.vaults = {name: Vault(name) for name in EVERYBODY}
        self.windows = [Window([report]), Window([report])]
        self.answered: dict[str, set[str]] = {}  # the people with a new vault, and who has answered their `arrived`
        self.arrived: dict[PersonId, LastArrived] = {}
        for name in to:
            self.read(self.vaults[name])
        self.actions: dict[str, Callable[[random.Random], None]] = {
            "read": self.read_somebody,
            "write": self.write_somebody,
            "post": self.post_somebody,
            "share": self.share_somebody,
            "look": self.look,
            "say": self.say,
            "send": self.send,
            "day": self.pass_days,
            "board": self.board,
            "lose": self.lose,
        }

    # Recipients.

    def on_roster(self, name: str) -> bool:
        return any(entry.person == person(name) for entry in self.story.in_force(self.story.day).recipients)

    def case_of(self, vault: Vault) -> Case | None:
        if self.story.log[0].id not in vault.held:
            return None
        case = self.story.case(vault.view())
        assert not case.alarms, (vault.name, case.alarms)
        return case

    def read(self, vault: Vault) -> None:
        """Read the log to its end, and the shares in it."""
        if not self.on_roster(vault.name):
            return
        for message in self.story.log[vault.read_to :]:
            if person(vault.name) in message.head.to:
                vault.held[message.id] = message
        vault.read_to = len(self.story.log)
        vault.held |= vault.shared
        vault.shared.clear()
        self.case_of(vault)

    def read_somebody(self, rng: random.Random) -> None:
        self.read(self.vaults[rng.choice(EVERYBODY)])

    def write_somebody(self, rng: random.Random) -> None:
        names_of_readers = [name for name in EVERYBODY if self.story.log[0].id in self.vaults[name].held]
        vault = self.vaults[rng.choice(names_of_readers or EVERYBODY)]
        if rng.random() < 0.5:
            self.read(vault)
        case = self.case_of(vault)
        if case is None or person(vault.name) not in case.readers:
            return
        body = self._body(rng, vault, case)
        if body is not None:
            self.queue(vault, body)

    def queue(self, vault: Vault, body: Body) -> None:
        view = vault.view()
        message = self.story.write(vault.name, body, log=view)
        vault.outbox.append(Draft(message, tuple(view)))
        self.case_of(vault)

    def post_somebody(self, rng: random.Random) -> None:
        self.post(self.vaults[rng.choice(EVERYBODY)])

    def post(self, vault: Vault) -> None:
        """Post the next message of the outbox; first, seal anew or put aside messages as the rules require."""
        if not vault.outbox:
            return
        if self.on_roster(vault.name):
            self.read(vault)
            self._seal_anew(vault)
        if vault.outbox:
            posted = self.story.put(vault.outbox.pop(0).message)
            vault.held[posted.id] = posted

    def _seal_anew(self, vault: Vault) -> None:
        drafts, vault.outbox = vault.outbox, []
        is_changed = False
        for draft in drafts:
            case = self.story.case([*vault.view(), draft.message])
            fate = fate_of(case, draft.message.id)
            if fate is Fate.PUT_ASIDE:
                return  # with all later ones
            is_changed |= fate is Fate.SEALED_ANEW
            if is_changed:
                own = [one.message for one in vault.outbox]
                screen = [*draft.screen, *own]
                draft.message = self.story.write(vault.name, draft.message.head.body, log=vault.view(), screen=screen)
            vault.outbox.append(draft)
        self.case_of(vault)

    def share_somebody(self, rng: random.Random) -> None:
        self.share(self.vaults[rng.choice(EVERYBODY)])

    def share(self, vault: Vault) -> None:
        """Share what is owed, after a sync."""
        self.read(vault)
        case = self.case_of(vault)
        if case is None or not self.on_roster(vault.name):
            return
        listed = {entry.person for entry in self.story.in_force(self.story.day).recipients}
        for name, answered in self.answered.items():
            if vault.name not in answered and name != vault.name and person(name) in listed:
                answered.add(vault.name)
                self._give_once(vault, person(name), answer_to_arrived(case, person(name)))
        for receiver, ids in owed(case, person(vault.name), listed, vault.given, self.arrived).items():
            self._give_once(vault, receiver, ids)

    def _give_once(self, vault: Vault, receiver: PersonId, ids: tuple[MessageId, ...]) -> None:
        self._give(vault.held, receiver, ids)
        vault.given |= {(receiver, one) for one in ids}

    def _give(self, held: dict[MessageId, PlacedMessage], receiver: PersonId, ids: tuple[MessageId, ...]) -> None:
        self.vaults[names([receiver])].shared |= {one: held[one] for one in ids if one in held}

    def lose(self, rng: random.Random) -> None:
        """Lose a vault, and post an `arrived`; the messages in the outbox are lost."""
        name = rng.choice(EVERYBODY)
        if rng.random() < 0.3 and self.on_roster(name):
            self.vaults[name] = Vault(name, read_to=len(self.story.log))
            self.answered[name] = set()
            self.arrived[person(name)] = LastArrived(len(self.story.log) + 1, self.story.day)

    def _body(self, rng: random.Random, vault: Vault, case: Case) -> Body | None:
        listed = {entry.person for entry in self.story.in_force(self.story.day).recipients}
        strangers = sorted(listed - case.readers - case.left_out)
        wanted = [
            message.id
            for message in case.messages
            if isinstance(message.body, Purge | Retention | Hold | Reopened | Exercise)
            and message.person != person(vault.name)
            and message.id not in case.approved
        ]
        some_id = wanted[-1] if wanted else self.story.log[0].id
        choices: list[Body | None] = [
            Answer("T."),
            Question("T."),
            Note("T."),
            Note("T."),
            *[Closed("T.")] * 3,
            Reopened("T."),
            Retention(rng.choice([1, 6, 24])),
            Hold("T.", self.story.day + rng.randrange(300)),
            Purge("T."),
            *[Approval(some_id)] * 3,
            Objection(some_id),
            Exercise("T."),
            Joined((rng.choice(strangers),)) if strangers else None,
            SteppedBack() if len(case.readers) > 1 and not vault.outbox else None,
        ]
        return rng.choice(choices)

    # The reporter.

    def page(self, window: Window) -> Case:
        case = self.story.case([*window.thread, *window.waits])
        assert not case.alarms, case.alarms
        assert not case.missing, case.missing
        return case

    def look(self, rng: random.Random) -> None:
        window = rng.choice(self.windows)
        if not window.waits:
            window.thread = [message for message in self.story.log if message.head.channel == "thread"]
            self._share_page(self.page(window), window)

    def say(self, rng: random.Random) -> None:
        window = rng.choice(self.windows)
        case = self.page(window)
        about = names(rng.sample(sorted(people(EVERYBODY)), rng.choice([1, 1, 2])))
        answer = rng.choice(["yes", *DENIALS])
        after = [
            message.placed
            for message in case.messages
            if getattr(message.body, "answer", "") in DENIALS and set(message.body.people) & set(people(about))  # type: ignore[attr-defined]
        ]
        word = consent(answer, about, after if answer == "yes" else ())
        body = rng.choice([Answer("T."), word, word, Identity("T."), ReportWithdrawn()])
        window.waits.append(self.story.write("R", body, log=[*window.thread, *window.waits]))
        self.page(window)

    def send(self, rng: random.Random) -> None:
        window = rng.choice(self.windows)
        if window.waits:
            window.thread.append(self.story.put(window.waits.pop(0)))
            self._share_page(self.page(window), window)

    def _share_page(self, case: Case, window: Window) -> None:
        listed = {entry.person for entry in self.story.in_force(self.story.day).recipients}
        held = {message.id: message for message in window.thread}
        for receiver, ids in owed(case, PersonId(bytes(16)), listed, ()).items():
            self._give(held, receiver, ids)

    # Time and the board.

    def pass_days(self, rng: random.Random) -> None:
        self.story.later(rng.choice([1, 1, 7, 40]))

    def board(self, rng: random.Random) -> None:
        """Publish a roster: with a new identity, a newcomer, without somebody, or with somebody added again."""
        name = rng.choice(EVERYBODY)
        members = self.story.members
        if name not in members:
            self.story.publish(members + name)
        elif rng.random() < 0.5:
            self.story.rekey(name, revoke_on=rng.choice([None, self.story.day, self.story.day - 2]))
        elif len(members) > 2:
            self.story.publish(members.replace(name, ""))

    # The end.

    def settle(self) -> list[str]:
        """Let everybody post, read and share until nothing changes, and return the readers."""
        self.story.later(1)
        for window in self.windows:
            while window.waits:
                window.thread.append(self.story.put(window.waits.pop(0)))
        for _ in range(4):
            for vault in self.vaults.values():
                while vault.outbox:
                    self.post(vault)
            for window in self.windows:
                window.thread = [message for message in self.story.log if message.head.channel == "thread"]
                self._share_page(self.page(window), window)
            for vault in self.vaults.values():
                self.read(vault)
                self.share(vault)
            for vault in self.vaults.values():
                self.read(vault)
        return [name for name in EVERYBODY if person(name) in self.story.case().readers]

    def check_settled(self) -> None:
        """Settle, and check that honest people caused no alarm and have the same case at the end."""
        readers = self.settle()
        case, page = self.story.case(), self.story.page()
        assert not case.alarms
        assert not case.missing
        assert (page.readers, page.left_out, page.waiting) == (case.readers, case.left_out, case.waiting)
        for message in page.messages:
            found = case.find(message.id)
            assert found
            assert (found.standing, found.readers, found.ended) == (message.standing, message.readers, message.ended)
        # Messages that only a lost vault or that of somebody off the roster had are lost; every reader has all others.
        own = [self.case_of(self.vaults[name]) for name in readers]
        held = [one for one in own if one is not None]
        assert all(one == held[0] for one in held)
