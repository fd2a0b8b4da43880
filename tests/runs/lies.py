"""A lying server: to one recipient at a time it withholds, forks, drops, replays days, and answers nonsense."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

from keys import courier as couriers
from keys.errors import MeldbusError
from keys.wire.log import LogPage
from tests.keys.office import LocalCourier
from tests.runs.servers import start_another
from tests.runs.world import NAMES, World

if TYPE_CHECKING:
    import random

UNKNOWN = b'{"error":"unknown"}'
NONSENSE = (b"", b"{}", b"<html>", bytes(64), b"\xff" * 200)


@dataclass
class Lies:
    """The server's lies to one recipient."""

    hidden: int = 0  # number of last log entries that are withheld from them
    drops: bool = False  # postings are acknowledged and not stored
    days: int = 0  # the error in the day that the server names to them
    answers: tuple[int, bytes] | None = None  # instead of an answer
    fork: object = None  # another server, a copy of this one up to the fork


class LyingCourier(LocalCourier):
    """The connection of one recipient to a server that lies to them."""

    def __init__(self, app: object, lies: Lies) -> None:
        super().__init__(app)
        self.honest, self.lies = app, lies

    def isolated(self) -> LyingCourier:
        return LyingCourier(self.honest, self.lies)

    def _request(self, method: str, path: str, headers: dict[str, str], body: bytes | None) -> bytes:
        lies = self.lies
        if lies.answers is not None:
            status, answer = lies.answers
            if status != couriers.OK:
                raise couriers._refusal(status, answer)
            return answer
        if lies.drops and path == "/envelopes":
            return b'{"stored":%d}' % _day_of(self)
        self._app = lies.fork or self.honest
        raw = super()._request(method, path, headers, body)
        return self._changed(path, raw)

    def _changed(self, path: str, raw: bytes) -> bytes:
        if path.startswith("/log?") and "short" not in path:
            page = LogPage.parse(raw)
            shown = page.entries[: max(0, len(page.entries) - self.lies.hidden)] if page.end else page.entries
            return replace(page, entries=shown, day=max(0, page.day + self.lies.days)).encode()
        return raw


def _day_of(courier: LyingCourier) -> int:
    return int(courier.honest.extensions["store"].days.on(0))  # type: ignore[attr-defined]


@dataclass
class LyingWorld(World):
    """An office whose server lies to one recipient after another."""

    ACTS: ClassVar[tuple[str, ...]] = (
        *World.ACTS,
        *["withhold", "drop", "misdate", "answer_nonsense", "fork", "relent"] * 2,
    )
    lies: dict[str, Lies] = field(default_factory=lambda: {name: Lies() for name in NAMES})

    def open_session(self, name: str) -> None:
        super().open_session(name)
        self.sessions[name].courier = LyingCourier(self.office.app, self.lies[name])  # type: ignore[attr-defined]

    def act(self, name: str, rng: random.Random) -> None:
        """Do an act; if a lie prevents it, it must end with a MeldbusError."""
        try:
            super().act(name, rng)
        except MeldbusError:
            return

    def restore_server(self, rng: random.Random) -> None:
        super().restore_server(rng)
        for name, session in self.sessions.items():
            session.courier = LyingCourier(self.office.app, self.lies[name])  # type: ignore[attr-defined]

    def withhold(self, rng: random.Random) -> None:
        self.lies[rng.choice(NAMES)].hidden = rng.choice([1, 2, 5, 1000])

    def drop(self, rng: random.Random) -> None:
        self.lies[rng.choice(NAMES)].drops = True

    def misdate(self, rng: random.Random) -> None:
        self.lies[rng.choice(NAMES)].days = rng.choice([-400, -20, -1, 1, 20, 400])

    def answer_nonsense(self, rng: random.Random) -> None:
        answer = rng.choice([(404, UNKNOWN), (404, b"not here"), (500, b""), *((200, one) for one in NONSENSE)])
        self.lies[rng.choice(NAMES)].answers = answer

    def fork(self, rng: random.Random) -> None:
        """Show one recipient a different log from now on."""
        self.written += 1
        name, folder = rng.choice(NAMES), self.office.folder / f"fork {self.written}"
        self.lies[name].fork = start_another(self.office, folder)

    def relent(self, rng: random.Random) -> None:
        """Be honest to somebody again."""
        name = rng.choice(NAMES)
        self._forget(name)
        self.sessions[name].courier = LyingCourier(self.office.app, self.lies[name])  # type: ignore[attr-defined]

    def tell_the_truth(self) -> None:
        """Be honest to everybody from now on."""
        for name in NAMES:
            self._forget(name)
            self.sessions[name].courier = self.office.courier()

    def close(self) -> None:
        for name in NAMES:
            self._forget(name)
        super().close()

    def _forget(self, name: str) -> None:
        fork = self.lies[name].fork
        self.lies[name] = Lies()
        if fork is not None:
            fork.extensions["store"].close()  # type: ignore[attr-defined]
