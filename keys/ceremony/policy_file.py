"""A `policy.toml` and its logo, read as the policy that the board will sign."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from keys.errors import PolicyError
from keys.policy import MAX_LOGO_SIDE, MAX_LOGO_SIZE, Policy, table_of
from keys.wire.canonical import b64

if TYPE_CHECKING:
    from pathlib import Path

COLOURS = 64  # of a logo that is too large with all its colours


def read_policy(path: Path) -> Policy:
    """Read a `policy.toml` and the logo that it names, which is redrawn.

    Raises PolicyError with every mistake, by key path, or with the line of a syntax error.
    """
    try:
        table = table_of(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise PolicyError(f"has to be UTF-8 (at byte {error.start})") from None
    look, mistakes = table.get("look"), []
    name = look.get("logo") if isinstance(look, dict) else None
    if isinstance(look, dict) and isinstance(name, str) and name:
        try:
            look["logo"] = b64(redrawn(path.parent / name))
        except PolicyError as error:
            mistakes = [f"look.logo: {reason}" for reason in error.args]
            look["logo"] = ""
    try:
        policy = Policy.from_members(table)
    except PolicyError as error:
        raise PolicyError(*mistakes, *error.args) from None
    if mistakes:
        raise PolicyError(*mistakes)
    return policy


def redrawn(path: Path) -> bytes:
    """Return a PNG with the pixels of another one, and none of its metadata, such as its author and time.

    Raises PolicyError if it is not a PNG, or too large.
    """
    try:
        with Image.open(path, formats=("PNG",)) as picture:
            if max(picture.size) > MAX_LOGO_SIDE:
                raise PolicyError(f"has to have at most {MAX_LOGO_SIDE} pixels a side")
            pixels = picture.convert("RGBA")
    except (OSError, SyntaxError, ValueError):
        raise PolicyError("has to name a PNG beside this file") from None
    drawn = Image.frombytes("RGBA", pixels.size, pixels.tobytes())
    # A drawing with few colours is smaller with a palette.
    for fewer in (drawn, drawn.quantize(COLOURS, method=Image.Quantize.FASTOCTREE)):
        out = io.BytesIO()
        fewer.save(out, "PNG", optimize=True)
        if out.tell() <= MAX_LOGO_SIZE:
            return out.getvalue()
    raise PolicyError(f"has to be at most {MAX_LOGO_SIZE} bytes when drawn anew, take a smaller or simpler one")
