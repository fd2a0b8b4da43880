"""Builds pages in a separate process, whose memory for templates and compressors is freed when it ends.

Each worker of the server would otherwise keep that memory forever, for a task that occurs once a roster.
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dropbox.pages.site import OfflineAnswers, Page, Site
    from keys.policy import Policy

RELEASE = Path(__file__).parents[2]


def build(policy: Policy | None, scripts: Path) -> Site:
    """Return the result of `render.build`; raise CalledProcessError if it raises."""
    return cast("Site", _built("build", policy, scripts.absolute()))


def offline_pages(policy: Policy, scripts: Path, kept: OfflineAnswers, address: str) -> Mapping[str, Page]:
    """Return the result of `render.offline_pages`; raise CalledProcessError if it raises."""
    return cast("Mapping[str, Page]", _built("offline_pages", policy, scripts.absolute(), kept, address))


def compressed(kind: str, body: bytes) -> Page:
    """Return the result of `render.compressed`."""
    return cast("Page", _built("compressed", kind, body))


def _built(name: str, *arguments: object) -> object:
    done = subprocess.run(  # noqa: S603  # our own release, by our own interpreter
        [sys.executable, "-m", __name__],
        input=pickle.dumps((name, arguments)),
        stdout=subprocess.PIPE,
        cwd=RELEASE,
        check=True,
    )
    return pickle.loads(done.stdout)  # noqa: S301  # our own process wrote it


def main() -> None:
    """Run the build that standard input describes, and write the result to standard output."""
    from dropbox.pages import render

    name, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301  # the server wrote it
    pickle.dump(getattr(render, name)(*arguments), sys.stdout.buffer)


if __name__ == "__main__":
    main()
