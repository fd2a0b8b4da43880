"""Flask without log lines, temporary files and automatic responses. Nothing of a request may reach a disk."""

from __future__ import annotations

import sys
from typing import IO, TYPE_CHECKING, Any, cast

from flask import Flask, Request
from werkzeug.exceptions import UnsupportedMediaType
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from dropbox import fault_line
from keys.wire.sizes import MAX_POSITION

if TYPE_CHECKING:
    from types import TracebackType

    from dropbox.routes.upload_form import SealedFile

MAX_FORM_PARTS = 2


class _Position(IntegerConverter):
    """A whole number that SQLite can hold."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=MAX_POSITION)


class _Language(BaseConverter):
    """The tag of a language; the site decides whether it has pages in it."""

    regex = "[a-z]{2,3}"


class InMemoryRequest(Request):
    """A request whose files are never written to a temporary file: a disk can retain deleted data."""

    max_form_parts = MAX_FORM_PARTS
    # Receives the file of a form.
    sealed_file: SealedFile | None = None

    def _get_file_stream(self, *_: object, **__: object) -> IO[bytes]:
        into, self.sealed_file = self.sealed_file, None
        if into is None:
            raise UnsupportedMediaType
        return cast("IO[bytes]", into)


class Application(Flask):
    """Flask without its log lines and without responses that openapi.yaml does not describe."""

    request_class = InMemoryRequest

    def __init__(self, *args: Any, **settings: Any) -> None:
        """Take Flask's own arguments."""
        super().__init__(*args, **settings)
        self.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
        self.url_map.converters.update(position=_Position, language=_Language)

    def log_exception(self, exc_info: tuple[type, BaseException, TracebackType] | tuple[None, None, None]) -> None:
        """Log the type and place of a fault, without its message."""
        if exc_info[1] is not None:
            sys.stderr.write(f"dropbox: fault: {fault_line(exc_info[1])}\n")
