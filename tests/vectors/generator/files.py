"""Envelopes with files, SPEC 4.4: borders, digests that are wrong, names that mean harm."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from keys.wire.envelope import CHUNK_SIZE, LARGEST_POWER, PART_SIZE, SEALED_CHUNK_SIZE, padded_size
from keys.wire.files import MIB, File, FileDigest
from keys.wire.plaintext import LENGTH_SIZE, start
from keys.wire.sizes import SIGNATURE_SIZE
from tests.vectors.generator.envelopes import spoilt
from tests.vectors.generator.people import SECRETARIS
from tests.vectors.generator.scenario import MALFORMED, OPENS, TAMPERED, Made, Subject
from tests.vectors.generator.sealer import Draft, report_head

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keys.wire.messages import Head

FILES = Subject("envelope")
PHOTO = "image/jpeg"
MOST = 100


def noise(size: int, seed: str = "file") -> bytes:
    """Return bytes that nothing can compress, the same each time."""
    return hashlib.shake_256(seed.encode()).digest(size)


def listed(content: bytes, name: str = "bestand-1.jpg", media_type: str = PHOTO) -> File:
    """Return a file as a head lists it."""
    digest = FileDigest()
    digest.update(content)
    return File(name, media_type, len(content), digest.digest())


def head_with(*files: File, text: str = "Zie de foto.") -> Head:
    """Return the head of a report with these files."""
    return replace(report_head(text), files=files)


def draft(head: Head, contents: Sequence[bytes], *, padded: int | None = None, padding: bytes = b"\0") -> Draft:
    """Return a report whose files have these bytes, whatever its head says of them."""
    raw = head.encode()
    size = LENGTH_SIZE + len(raw) + SIGNATURE_SIZE + sum(map(len, contents))
    tail = b"".join(contents).ljust((padded or padded_size(size)) - size + sum(map(len, contents)), padding)
    return Draft(raw, behind=tail)


def with_files(*contents: bytes, names: Sequence[str] = ()) -> Callable[[], Made]:
    """Return what makes an envelope with these files, which opens."""
    named = [*names, *(f"bestand-{number}.jpg" for number in range(len(names) + 1, len(contents) + 1))]

    def made() -> Made:
        files = [listed(content, name) for content, name in zip(contents, named, strict=True)]
        right = draft(head_with(*files), contents)
        raw = right.seal()
        hashes = " ".join(hashlib.sha256(content).hexdigest() for content in contents)
        return raw, SECRETARIS.fields() | right.fields(raw) | {"files": hashes}

    return made


def up_to(end: int) -> int:
    """Return the size of a file that ends at the byte `end` of the plaintext."""
    size = end
    while True:
        head = head_with(File("bestand-1.jpg", PHOTO, size, bytes(32))).encode()
        over = len(start(head, bytes(SIGNATURE_SIZE))) + size - end
        if over == 0:
            return size
        size -= over


def _opens(title: str, comment: str, make: Callable[[], Made]) -> None:
    FILES.add(title, OPENS, comment, make)


_CHUNK = up_to(CHUNK_SIZE)
# A part holds 15 chunks with their tags and the beginning of another.
_PART = up_to(CHUNK_SIZE + PART_SIZE // SEALED_CHUNK_SIZE * CHUNK_SIZE + PART_SIZE % SEALED_CHUNK_SIZE)
_opens("report with a file", "a photo, and the first class no more", with_files(noise(20_000)))
_opens("report with two files", "one behind the other, without anything between", with_files(noise(500), noise(9_000)))
_opens("hundred files", "as many as there may be", with_files(*(noise(at, str(at)) for at in range(MOST))))
_opens("empty file", "its digest is the SHA-256 of nothing", with_files(b""))
_opens("file of one byte", "the smallest that has one", with_files(b"!"))
_opens("empty file between two", "it takes no place", with_files(noise(10), b"", noise(20)))
_opens("file up to the end of a chunk", "no padding: the one chunk is full, and the last", with_files(noise(_CHUNK)))
_opens("file up to a byte before the end of a chunk", "one byte of padding", with_files(noise(_CHUNK - 1)))
_opens("file a byte over the end of a chunk", "its last byte is in another chunk", with_files(noise(_CHUNK + 1)))
_opens("file of zeros", "they are not padding", with_files(bytes(30_000)))
_opens("file of a MiB", "one digest inside, and the envelope travels in parts", with_files(noise(MIB)))
_opens("file of a MiB and a byte", "two digests inside", with_files(noise(MIB + 1)))
_opens(
    "file up to the end of a part",
    "the first part behind the prefix ends with its last byte",
    with_files(noise(_PART)),
)
_opens("file that fills its class", "the largest that goes in one posting", with_files(noise(up_to(LARGEST_POWER))))
_opens("name with a path in it", "a reader takes none", with_files(noise(10), names=["../../etc/passwd"]))
_opens("name that turns round", "a reader shows what it hides", with_files(noise(10), names=["a\u202egpj.exe"]))
_opens("name of nothing", "it may be empty", with_files(noise(10), names=[""]))
_opens("name of 1000 bytes", "the longest", with_files(noise(10), names=["x" * 1000]))
_opens("two files of one name", "a reader tells them apart", with_files(noise(10), noise(20), names=["a", "a"]))


def _wrong(title: str, expect: str, comment: str, make: Callable[[], Draft]) -> None:
    FILES.add(title, expect, comment, lambda: spoilt(make().seal()))


_photo = noise(20_000)
_one = listed(_photo)
_wrong(
    "file with a wrong digest",
    TAMPERED,
    "whoever knows the content key can change a file and not its head",
    lambda: draft(head_with(replace(_one, digest=bytes(32))), [_photo]),
)
_wrong(
    "file with one bit changed",
    TAMPERED,
    "as above, far from the start",
    lambda: draft(head_with(_one), [_photo[:-1] + bytes([_photo[-1] ^ 1])]),
)
_wrong(
    "files exchanged",
    TAMPERED,
    "each has its own digest, though their sizes are alike",
    lambda: draft(head_with(listed(noise(500, "a")), listed(noise(500, "b"))), [noise(500, "b"), noise(500, "a")]),
)
_wrong(
    "digest of the bytes and not of digests",
    TAMPERED,
    "one hash over all of it is another format",
    lambda: draft(head_with(replace(_one, digest=hashlib.sha256(_photo).digest())), [_photo]),
)
_wrong(
    "fewer bytes than said",
    TAMPERED,
    "the padding is taken for the end of the file",
    lambda: draft(head_with(_one), [_photo[:-10]]),
)
_wrong(
    "more bytes than said",
    MALFORMED,
    "the end of the file is taken for padding",
    lambda: draft(head_with(_one), [_photo + b"more"]),
)
_wrong(
    "far more bytes than said",
    MALFORMED,
    "the class says that something is hidden",
    lambda: draft(head_with(_one), [_photo, noise(40_000)]),
)
_wrong(
    "far fewer bytes than said",
    MALFORMED,
    "the class has no room for the file",
    lambda: draft(head_with(listed(noise(40_000))), [b""]),
)
_wrong(
    "padding behind a file that is not zero",
    MALFORMED,
    "an author could hide something there",
    lambda: draft(head_with(_one), [_photo], padding=b"x"),
)
_wrong(
    "class larger than a file needs",
    MALFORMED,
    "an author could tell something by it",
    lambda: draft(head_with(_one), [_photo], padded=65536),
)
