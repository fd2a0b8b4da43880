"""Updates the pages' catalogues from the templates: it adds new sentences empty, and removes unused ones."""

from __future__ import annotations

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

TEMPLATES = Path(__file__).parents[1] / "templates"
WIDTH = 120


def sentences() -> Catalog:
    """Return every sentence of the templates, with the templates that contain it."""
    catalogue = Catalog()
    found = extract_from_dir(
        TEMPLATES,
        method_map=[("**.html", "jinja2.ext:babel_extract")],
        options_map={"**.html": {"trimmed": "true", "silent": "false"}},
    )
    for name, _, message, _, _ in sorted(found, key=lambda one: (one[0], one[1])):
        catalogue.add(message, locations=[(name, None)])
    return catalogue


def regenerated(catalogue: Path) -> bytes:
    """Return the new content of a catalogue: its own head, and its own translations of the current sentences."""
    old = catalogue.read_text("utf-8")
    head, _, _ = old.partition("\n\n")
    read = read_po(io.BytesIO(old.encode()))
    read.update(sentences(), no_fuzzy_matching=True)
    body = io.BytesIO()
    write_po(body, read, width=WIDTH, include_lineno=False, omit_header=True, ignore_obsolete=True)
    return f"{head}\n\n".encode() + body.getvalue().strip() + b"\n"


def main() -> int:
    """Rewrite every catalogue; return 1 if a sentence has no translation yet, and print which."""
    lacking = 0
    for catalogue in sorted(TEMPLATES.glob("locale/*/LC_MESSAGES/meldbus.po")):
        catalogue.write_bytes(regenerated(catalogue))
        with catalogue.open("rb") as file:
            for message in read_po(file):
                if message.id and not message.string:
                    lacking += 1
                    print(f"{catalogue.parts[-3]}: {message.id}")
    return 1 if lacking else 0


if __name__ == "__main__":
    sys.exit(main())
