"""Streaming upload of a sealed file from a plain form, SPEC 13.1, with at most one part in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.exceptions import UnsupportedMediaType

from dropbox.admission import TooLargeError, WorkError
from dropbox.store.errors import StoreError
from keys.errors import FormatError, MalformedError
from keys.wire.envelope import COUNT_SIZE, MAGIC, MAGIC_NAME, MAGIC_SIZE, PART_SIZE, SEALED_CHUNK_SIZE, header_size
from keys.wire.posting import POSTING_START
from keys.wire.upload import MAX_OPENING_SIZE, MAX_POSTING_SIZE, OPENING_START, Opening, PartPosting

if TYPE_CHECKING:
    from flask import Request

    from dropbox.admission import Admission

_COUNT_AT = OPENING_START + MAGIC_SIZE
_MAGIC_END = POSTING_START + len(MAGIC_NAME)
_REFUSALS = (FormatError, StoreError, TooLargeError, WorkError)


class SealedFile:
    """The file object into which a form's parser writes; `finish` returns the result.

    It stores a refusal until then: a browser gets no response to a form that was not read to its end.
    """

    def __init__(self, admission: Admission) -> None:
        """Pass the parts to `admission`."""
        self._admission = admission
        self._held = bytearray()
        self._opening: Opening | None = None
        self._raw = b""
        self._number = 0
        self._refusal: Exception | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no byte arrived."""
        return not self._held and self._opening is None and self._refusal is None

    def write(self, content: bytes | bytearray) -> int:
        """Write the next bytes of the file."""
        if self._refusal is None:
            self._held += content
            try:
                self._take()
            except _REFUSALS as error:
                self._refusal = error
                self._held.clear()
        return len(content)

    def seek(self, _offset: int) -> int:
        """Do nothing: the parser rewinds the file for a reader that does not exist."""
        return 0

    def finish(self) -> int:
        """Return the day on which all of it was stored; raise the refusal, if any."""
        if self._refusal is not None:
            raise self._refusal
        if self._opening is None:
            return self._admission.admit(bytes(self._held))
        self._keep(len(self._held))
        outcome = self._admission.open_upload(self._raw)
        if not isinstance(outcome, int):
            raise MalformedError("cut file")
        return outcome

    def _take(self) -> None:
        if self._opening is None:
            self._begin()
        while self._opening is not None and len(self._held) >= PART_SIZE:
            self._keep(PART_SIZE)

    def _begin(self) -> None:
        if len(self._held) < _MAGIC_END:
            return
        if self._held[POSTING_START:_MAGIC_END] == MAGIC_NAME:
            if len(self._held) > MAX_POSTING_SIZE:
                raise TooLargeError
            return
        if len(self._held) < _COUNT_AT + COUNT_SIZE:
            return
        size = min(OPENING_START + header_size(self._held[_COUNT_AT]) + SEALED_CHUNK_SIZE, MAX_OPENING_SIZE)
        if self._held[OPENING_START:_COUNT_AT] != MAGIC or len(self._held) >= size:
            self._raw = bytes(self._held[:size])
            self._opening = Opening.parse(self._raw)
            self._admission.open_upload(self._raw)
            del self._held[:size]

    def _keep(self, size: int) -> None:
        if size == 0 or self._opening is None:
            return
        mac = self._raw[-SEALED_CHUNK_SIZE - 32 : -SEALED_CHUNK_SIZE]
        self._admission.keep(PartPosting(mac, self._number, bytes(self._held[:size])).encode())
        del self._held[:size]
        self._number += 1


def sealed_file(request: Request, most: int, into: SealedFile) -> int:
    """Stream the only file of a plain form to `into`, and return the day on which it was stored.

    Raises as `body` does, also if there is no file, and what `into` raises.
    """
    request.max_content_length = most
    request.sealed_file = into  # type: ignore[attr-defined]  # of InMemoryRequest
    files = list(request.files.values())
    if len(files) != 1 or into.is_empty:
        raise UnsupportedMediaType
    return into.finish()
