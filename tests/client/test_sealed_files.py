"""Files in an envelope are the same to Python and TypeScript, whoever sealed them, at every border."""

from __future__ import annotations

import hashlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from keys.errors import MeldbusError
from keys.sealing import PrivatePair, Signer, find_content_key, front_size, open_files, open_head, seal_head
from keys.wire.envelope import CHUNK_SIZE, LARGEST_POWER, PART_SIZE, SEALED_CHUNK_SIZE, SMALLEST_CLASS, Header
from keys.wire.envelope import prefix_size as bytes_of_prefix
from keys.wire.files import MIB, File, FileDigest
from keys.wire.ids import CaseId, IdentityKey, RosterId
from keys.wire.messages import Answer, Head
from keys.wire.plaintext import LENGTH_SIZE
from keys.wire.sizes import SIGNATURE_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.client.twin import Twin

BOX, KEM, SEED = bytes(range(32)), bytes(range(64)), bytes(range(1, 33))
PAIR = PrivatePair.from_seeds(BOX, KEM)
SIGNER = Signer.from_seed(SEED)
KEYS = {"box": BOX.hex(), "kem": KEM.hex()}
PARTS_START = CHUNK_SIZE  # of the plaintext: what is before it is in the prefix
PART_CONTENT = PART_SIZE * CHUNK_SIZE // SEALED_CHUNK_SIZE


def content_of(sizes: Sequence[int]) -> list[bytes]:
    drawn = random.Random(2026)
    return [drawn.randbytes(size) for size in sizes]


def head_of(contents: Sequence[bytes], text: str = "Zie de bijlagen.") -> Head:
    files = []
    for number, content in enumerate(contents, 1):
        digest = FileDigest()
        digest.update(content)
        files.append(File(f"bestand-{number}.bin", "application/octet-stream", len(content), digest.digest()))
    return Head(
        author=IdentityKey(SIGNER.public),
        body=Answer(text),
        case=CaseId(bytes(32)),
        channel=Answer.CHANNEL,
        day=20_000,
        files=tuple(files),
        kind=Answer.KIND,
        roster=RosterId(bytes(32)),
        seen=(),
        to=(),
    )


def start_of(head: Head) -> int:
    return LENGTH_SIZE + len(head.encode()) + SIGNATURE_SIZE


def seal_here(head: Head, contents: Sequence[bytes]) -> bytes:
    sealed = seal_head(head, SIGNER, [PAIR.public], slots=8, until=20_000, contents=contents)
    return sealed.prefix + b"".join(sealed.parts)


def read_here(envelope: bytes, at: int = 0) -> str:
    header = Header.parse(envelope)
    content_key = find_content_key(header, [PAIR])
    prefix = envelope[: bytes_of_prefix(header, len(envelope))]
    front = envelope[: front_size(prefix, len(envelope), content_key)]
    message = open_head(front, content_key, len(envelope))
    fetched: list[str] = []

    def fetch(number: int) -> bytes:
        fetched.append(str(number))
        begin = len(prefix) + number * PART_SIZE
        return envelope[begin : begin + PART_SIZE]

    digest = hashlib.sha256()
    for piece in open_files(front, len(envelope), message, fetch, at):
        digest.update(piece)
    return " ".join([message.raw_head.hex(), str(len(front)), digest.hexdigest(), *fetched])


def borders() -> Iterator[Sequence[int]]:
    """Sizes of files whose plaintext ends at a border, or a byte before or behind it."""
    yield from ([], [0], [1], [0, 0, 0], [1, 0, 2], [5] * 100)
    yield from ([MIB - 1], [MIB], [MIB + 1], [2 * MIB], [MIB, 1, MIB])
    for end in (SMALLEST_CLASS, CHUNK_SIZE, 2 * CHUNK_SIZE, LARGEST_POWER, PARTS_START + PART_CONTENT, 2 * MIB):
        # A size of as many digits, or the head would be another.
        start = start_of(head_of([bytes(end - 1000)]))
        yield from ([end - start + more] for more in (-1, 0, 1))


def read_alike(twin: Twin, envelope: bytes, contents: Sequence[bytes], at: int = 0) -> None:
    here = read_here(envelope, at)
    assert twin.read("front", envelope, at=at, **KEYS) == here
    assert here.split()[2] == hashlib.sha256(b"".join(contents)[at:]).hexdigest()


@pytest.mark.parametrize("sizes", [*borders()], ids=lambda sizes: "-".join(map(str, sizes[:3])) or "none")
def test_files_are_read_alike_whoever_sealed_them(twin: Twin, sizes: Sequence[int]) -> None:
    contents = content_of(sizes)
    head = head_of(contents)
    there = bytes.fromhex(twin.read("seal", head.encode(), seed=SEED.hex(), contents=b"".join(contents).hex(), **KEYS))
    here = seal_here(head, contents)
    assert len(there) == len(here)
    for envelope in (here, there):
        read_alike(twin, envelope, contents)


@pytest.mark.parametrize("at", [1, 65_000, 65_536, 1_048_000, 1_048_576, 1_500_000, 2_500_000])
def test_files_are_read_alike_from_any_offset(twin: Twin, at: int) -> None:
    contents = content_of([1_500_000, 1_000_000])
    read_alike(twin, seal_here(head_of(contents), contents), contents, at)


def test_a_head_that_goes_on_behind_the_first_chunk_is_read_alike(twin: Twin) -> None:
    contents = content_of([1_200_000])
    head = head_of(contents, "x" * 100_000)
    there = bytes.fromhex(twin.read("seal", head.encode(), seed=SEED.hex(), contents=contents[0].hex(), **KEYS))
    for envelope in (there, seal_here(head, contents)):
        read_alike(twin, envelope, contents)


@pytest.mark.parametrize("more", [-1, 1])
def test_other_bytes_than_the_head_says_are_never_sealed(twin: Twin, more: int) -> None:
    head = head_of(content_of([3_000]))
    told = twin.read("seal", head.encode(), seed=SEED.hex(), contents=bytes(3_000 + more).hex(), **KEYS)
    assert told == "malformed"


@pytest.mark.parametrize(
    ("size", "said"), [(3_000, 20_000), (20_000, 1), (20_000, 2**50), (1_200_000, 0), (1_200_000, 2_000_000)]
)
def test_a_class_that_the_head_does_not_need_is_refused_before_any_file_is_read(
    twin: Twin, size: int, said: int
) -> None:
    honest = head_of(content_of([size]))
    envelope = lying(honest, replace(honest, files=(replace(honest.files[0], size=said),)), size)
    front = twin.read("front", envelope, **KEYS)
    with pytest.raises(MeldbusError) as refused:
        read_here(envelope)
    assert front == refused.value.code == "malformed"


def lying(honest: Head, lie: Head, size: int) -> bytes:
    """Seal a head whose files have another class, as a forger would."""
    from keys.sealing.sealed import seal_header
    from keys.sealing.stream import head_content, seal_chunks
    from keys.wire.plaintext import class_of, signed_bytes, start

    content_key, raw = bytes(32), lie.encode()
    header = seal_header(content_key, [PAIR.public], 8, 20_000, head_content(content_key, raw))
    before = start(raw, SIGNER.sign(signed_bytes(lie.kind, header.mac, raw)))
    padded = class_of(honest.encode(), honest.files)
    assert padded != class_of(raw, lie.files)
    return header.encode() + b"".join(
        seal_chunks(content_key, padded, [before, bytes(min(size, padded - len(before)))])
    )
