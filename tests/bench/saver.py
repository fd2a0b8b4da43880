"""Opens and saves what the bench has sealed into a folder, as the tool does, but with parts from a disk, not a server.

Usage: python -m tests.bench.saver FOLDER
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from keys.downloads import own_folder, plan, write
from keys.sealing import open_files, open_head
from keys.wire.envelope import PART_SIZE

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX, PARTS, KEY, SAVED = "prefix", "parts", "key", "saved"


def main(folder: Path) -> int:
    """Return 0 unless a digest is wrong."""
    prefix, key = (folder / PREFIX).read_bytes(), (folder / KEY).read_bytes()
    into = folder / SAVED
    shutil.rmtree(into, ignore_errors=True)
    with (folder / PARTS).open("rb") as parts:
        size = len(prefix) + os.fstat(parts.fileno()).st_size
        message = open_head(prefix, key, size)

        def fetch(number: int) -> bytes:
            parts.seek(number * PART_SIZE)
            return parts.read(PART_SIZE)

        def contents(at: int) -> Iterator[bytes]:
            return open_files(prefix, size, message, fetch, at)

        files = message.head.files
        targets = plan(own_folder(into), message.mac, files, range(len(files)))
        return int(any(path is None for _, path in write(files, targets, contents, lambda _size: None)))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
