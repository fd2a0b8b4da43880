"""The formats of an export: HTML to print, JSON, and CSV. A stranger's text must do nothing in any of them."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from keys.policy.tokens import light_tokens
from keys.wording.words import _

if TYPE_CHECKING:
    from keys.exports.document import Document

TEMPLATES = Path(__file__).parent / "templates"
FORMAT = "meldbus export 1"
HTML, JSON, CSV = ".html", ".json", ".csv"
FORMATS = (HTML, JSON, CSV)
BOM = "\ufeff"  # without it a spreadsheet assumes another encoding
# The start of a cell, also for a program with another separator or without quotes, before a formula: OWASP, "CSV
# Injection".
_FORMULA = re.compile(r"(^|[;,|\t\r\n])([\s\"']*)(?=[=+\-@＝＋－＠])")  # noqa: RUF001 - the wide signs count too


def render(document: Document, ending: str) -> bytes:
    """Return a document in the format with one of the extensions `FORMATS`."""
    text = {HTML: _html, JSON: _json, CSV: _csv}[ending](document)
    return text.encode("utf-8")


def defused(cell: str) -> str:
    """Return a cell in which no spreadsheet finds a formula: an apostrophe is put before its start."""
    return _FORMULA.sub(r"\1\2'", cell)


def _html(document: Document) -> str:
    loader = FileSystemLoader(TEMPLATES)
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    style = light_tokens() + (TEMPLATES / "document.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return pages.get_template("document.html").render(document=document, style=style, digest=digest, _=_)


def _json(document: Document) -> str:
    members = {
        "format": FORMAT,
        "language": document.language,
        "title": document.title,
        "made": document.made,
        "facts": [{"name": name, "value": value} for name, value in document.facts],
        "tables": [asdict(table) for table in document.tables],
        "left_out": [*document.left_out],
    }
    return json.dumps(members, indent=2) + "\n"


def _csv(document: Document) -> str:
    rows: list[list[str]] = [[document.title], [document.made], []]
    if document.facts:
        rows += [*([name, value] for name, value in document.facts), []]
    for table in document.tables:
        rows += [[table.title], [*table.heads], *([*row] for row in table.rows), []]
    rows += [[_("Left out:"), one] for one in document.left_out]
    file = io.StringIO(newline="")
    csv.writer(file, quoting=csv.QUOTE_ALL).writerows([defused(cell) for cell in row] for row in rows)
    return BOM + file.getvalue()
