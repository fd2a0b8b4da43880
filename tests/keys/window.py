"""Plays a browser's part with the inbox: it stores the cookie, and sends its origin as browsers do."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING

from keys.inbox import Auth, SessionHolder, make_app
from tests.keys.office import PASSPHRASE, LocalCourier

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.keys.office import Office

PORT = 4321


@dataclass
class Window:
    """The inbox of one recipient of an office; `ticks` are the seconds that have passed."""

    office: Office
    who: str = "Secretaris"
    ticks: float = 0.0
    patience: float = 30.0  # the longest time for a sync, in seconds
    holder: SessionHolder = field(init=False)
    auth: Auth = field(init=False)
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.holder = SessionHolder(
            self.office.folder / self.who,
            lambda _server: LocalCourier(self.office.app, self._meddle, self._refuse),
            lambda: self.office.now,
            lambda: self.ticks,
            self.office.folder / "Downloads",
        )
        self.auth = Auth(PORT)
        self.app = make_app(self.holder, self.auth)
        self.client = self.app.test_client()

    @property
    def home(self) -> str:
        return f"/{self.auth.path}/"

    def headers(self, method: str = "GET") -> dict[str, str]:
        own = {"Host": f"127.0.0.1:{PORT}", "Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}
        return own if method == "GET" else own | {"Origin": self.auth.origin}

    def enter(self) -> TestResponse:
        """Follow a new link."""
        path = self.auth.link().removeprefix(self.auth.origin)
        return self.client.get(path, headers=self.headers() | {"Sec-Fetch-Site": "none"})

    def get(self, path: str = "", **headers: str) -> TestResponse:
        return self.client.get(self._path(path), headers=self.headers() | _named(headers), buffered=True)

    def post(self, path: str, data: object = None, **headers: str) -> TestResponse:
        return self.client.post(self._path(path), data=data, headers=self.headers("POST") | _named(headers))

    def unlock(self, passphrase: str = PASSPHRASE) -> TestResponse:
        """Enter the passphrase, and wait until the first sync has ended."""
        answer = self.unlock_without_waiting(passphrase)
        self.synced()
        return answer

    def unlock_without_waiting(self, passphrase: str = PASSPHRASE) -> TestResponse:
        """Enter the passphrase."""
        return self.post("unlock", {"passphrase": passphrase})

    def lock(self) -> None:
        """Lock, and wait until the outbox has been posted."""
        assert self.post("lock").status_code == 303
        self.holder.wait()

    def sync(self) -> None:
        """Sync, and wait until the sync has ended."""
        assert self.post("sync").status_code == 303
        self.synced()

    def synced(self) -> None:
        until = time.monotonic() + self.patience
        while self.get("state").json["syncing"]:
            assert time.monotonic() < until
            time.sleep(0.01)

    def open(self) -> Window:
        """Go to the list."""
        assert self.enter().status_code == 200
        assert self.unlock().status_code == 303
        return self

    def form(self, link: str, **fields: object) -> dict[str, object]:
        """Load the page of a case, and return a form as that page would send it."""
        [token, *_] = re.findall(r'name="page" value="([^"]+)"', self.get(link).text) or [""]
        return {"page": token} | fields

    def act(self, link: str, act: str, **fields: object) -> TestResponse:
        """Load the page of a case, and send one of its forms."""
        given = {name.replace("_", "-"): value for name, value in fields.items()}
        return self.post(f"{link}/{act}", self.form(link, **given))

    def cases(self, path: str = "") -> dict[str, str]:
        """Return the addresses of the cases in the list, by number."""
        page = self.get(path).text
        return {number: link for link, number in re.findall(r'<th scope="row"><a href="([^"]+)">([^<]+)</a>', page)}

    def read(self, path: str) -> str:
        """Return the text of a page."""
        return words(self.get(path))

    def case(self) -> str:
        """Open the only case, and return its address."""
        [link] = self.cases().values()
        assert self.post(f"{link}/open").status_code == 303
        return link

    def _meddle(self, path: str, answer: bytes) -> bytes:
        # By the office's setting at that moment, not when the inbox was unlocked.
        return self.office.meddle(path, answer)

    def _refuse(self, path: str) -> tuple[int, bytes] | None:
        return self.office.refuse(path)

    def _path(self, path: str) -> str:
        return path if path.startswith("/") else self.home + path


def words(answer: TestResponse) -> str:
    """Return the text of a page, without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def _named(headers: dict[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}
