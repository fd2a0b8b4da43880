"""Which figures there are, and where they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.drawings import layers, parties
from tests.source_tree import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDER = REPOSITORY / "docs" / "pictures"
FIGURES: dict[str, Callable[[], str]] = {"layers.svg": layers.draw, "parties.svg": parties.draw}
