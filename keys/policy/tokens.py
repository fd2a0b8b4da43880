"""The colours that the reporter's pages, the inbox and exported files share, as CSS custom properties."""

from __future__ import annotations

from pathlib import Path

DARK = "@media (prefers-color-scheme: dark)"


def tokens() -> str:
    """Return the style sheet that defines the colours, for light and dark screens."""
    return Path(__file__).with_name("tokens.css").read_text("utf-8")


def light_tokens() -> str:
    """Return the part of the sheet for light screens and for paper."""
    return tokens().partition(DARK)[0]
