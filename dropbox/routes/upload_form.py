"""A sealed file from a plain form, stored as it comes, SPEC 13.1; no more than a part of it is ever in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dropbox.admission import TooLargeError, WorkError
from dropbox.store.errors import StoreError
from keys.errors import FormatError, MalformedError
from keys.wire.envelope import COUNT_SIZE, MAGIC, MAGIC_NAME, MAGIC_SIZE, PART_SIZE, SEALED_CHUNK_SIZE, header_size
from keys.wire.posting import POSTING_START
from keys.wire.upload import MAX_OPENING_SIZE, MAX_POSTING_SIZE, OPENING_START, Opening, PartPosting

if TYPE_CHECKING:
    from dropbox.admission import Admission

_COUNT_AT = OPENING_START + MAGIC_SIZE
_MAGIC_END = POSTING_START + len(MAGIC_NAME)
_REFUSALS = (FormatError, StoreError, TooLargeError, WorkError)


class SealedFile:
    """What a form's parser writes a file into; `finish` says what came of it.

    A refusal is kept until then: a form that is not read to its end gets no answer.
    """

    def __init__(self, admission: Admission) -> None:
        """Hand to `admission` what is brought."""
        self._admission = admission
        self._held = bytearray()
        self._opening: Opening | None = None
        self._raw = b""
        self._number = 0
        self._refusal: Exception | None = None

    @property
    def is_empty(self) -> bool:
        """Whether no byte came."""
        return not self._held and self._opening is None and self._refusal is None

    def write(self, content: bytes | bytearray) -> int:
        """Take the next bytes of the file."""
        if self._refusal is None:
            self._held += content
            try:
                self._take()
            except _REFUSALS as error:
                self._refusal = error
                self._held.clear()
        return len(content)

    def seek(self, _offset: int) -> int:
        """Do nothing: the parser goes back to the start for a reader that does not come."""
        return 0

    def finish(self) -> int:
        """Return the day on which all of it was stored; raise what was refused."""
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
