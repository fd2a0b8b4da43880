"""What a scenario is and how a subject lists its own; nothing is made before it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tests.vectors.vector import Vector

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

OPENS = "opens"
ACCEPTED = "accepted"
MALFORMED = "malformed"
UNSUPPORTED = "unsupported"
NO_SLOT = "no-slot"
TAMPERED = "tampered"
BELOW = "below-threshold"
EXPIRED = "expired"
ROLLED_BACK = "rolled-back"
FORK = "fork"

Made: TypeAlias = "bytes | tuple[bytes, Mapping[str, str]]"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A vector that can be made; `make` returns its bytes, and the header's other lines where it has any."""

    subject: str
    title: str
    expect: str
    comment: str
    make: Callable[[], Made]

    @property
    def name(self) -> str:
        """Subject and title."""
        return f"{self.subject}/{self.title}"

    def vector(self) -> Vector:
        """Make the vector."""
        made = self.make()
        raw, fields = (made, {}) if isinstance(made, bytes) else made
        return Vector(self.subject, self.title, self.expect, self.comment, fields, raw)


@dataclass(frozen=True, slots=True)
class Subject:
    """A folder of vectors and its scenarios in order."""

    name: str
    scenarios: list[Scenario] = field(default_factory=list)

    def add(self, title: str, expect: str, comment: str, make: Callable[[], Made]) -> None:
        """List a scenario by its title."""
        dashed = title.replace(", ", " ").replace(" ", "-")
        self.scenarios.append(Scenario(self.name, dashed, expect, comment, make))

    def case(self, expect: str, comment: str) -> Callable[[Callable[[], Made]], Callable[[], Made]]:
        """List the function below as a scenario whose title is its name."""

        def listed(make: Callable[[], Made]) -> Callable[[], Made]:
            self.add(make.__name__.replace("_", "-"), expect, comment, make)
            return make

        return listed
