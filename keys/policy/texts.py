"""The texts of a policy, split by language and joined again, SPEC 7.4.

A roster signs the policy without its texts, and the hash of a document of texts for each language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keys.errors import MalformedError
from keys.policy.shapes import TOOL_LANGUAGES, ListOf, Table, Texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from keys.policy.shapes import Shape
    from keys.wire.canonical import Json


def text_languages(languages: Sequence[str]) -> tuple[str, ...]:
    """Return the languages that have a document: those of the pages, and those of the tool."""
    return tuple(dict.fromkeys((*languages, *TOOL_LANGUAGES)))


def without_texts(shape: Shape, value: Any) -> Json:
    """Return the JSON of a policy without its texts."""
    match shape:
        case Table():
            rest = {name: one for name, one in shape.shapes.items() if not isinstance(one, Texts)}
            return {name: without_texts(one, value[name]) for name, one in rest.items()}
        case ListOf():
            return [without_texts(shape.shape, one) for one in value]
    return value  # type: ignore[no-any-return]


def texts_in(tag: str, languages: Sequence[str], shape: Shape, value: Any) -> Json:
    """Return the texts of one language of a policy's JSON; `languages` are those of the pages."""
    match shape:
        case Table():
            spoken = {name: one for name, one in shape.shapes.items() if _has_texts(one, tag, languages)}
            return {name: texts_in(tag, languages, one, value[name]) for name, one in spoken.items()}
        case ListOf():
            return [texts_in(tag, languages, shape.shape, one) for one in value]
    return value[tag]  # type: ignore[no-any-return]


def with_texts(languages: Sequence[str], shape: Shape, value: Any, documents: Mapping[str, Json]) -> Any:
    """Return the JSON of a policy with the texts of documents by language; without documents, it has no texts.

    Other members are not checked. Raises MalformedError if a document has another shape than the policy.
    """
    match shape:
        case Texts():
            return documents
        case Table() if isinstance(value, dict):
            members = dict(value)
            for name, one in shape.shapes.items():
                if isinstance(one, Texts) and name in value:
                    raise MalformedError(f"{name}: a text is in the roster")
                spoken = [tag for tag in documents if _has_texts(one, tag, languages)]
                if name in value or isinstance(one, Texts):
                    inside = {tag: _member(shape, name, tag, languages, documents[tag]) for tag in spoken}
                    members[name] = with_texts(languages, one, value.get(name), inside)
            return members
        case ListOf() if isinstance(value, list):
            for tag, document in documents.items():
                if not isinstance(document, list) or len(document) != len(value):
                    raise MalformedError(f"texts of {tag}: a list of another length")
            return [
                with_texts(languages, shape.shape, one, {tag: document[at] for tag, document in documents.items()})  # type: ignore[index]
                for at, one in enumerate(value)
            ]
    return value


def _member(shape: Table, name: str, tag: str, languages: Sequence[str], document: Json) -> Json:
    spoken = {member for member, one in shape.shapes.items() if _has_texts(one, tag, languages)}
    if not isinstance(document, dict) or set(document) != spoken:
        raise MalformedError(f"texts of {tag}: other members than {', '.join(sorted(spoken))}")
    return document[name]


def _has_texts(shape: Shape, tag: str, languages: Sequence[str]) -> bool:
    match shape:
        case Texts():
            return tag in (TOOL_LANGUAGES if shape.tool else languages)
        case Table():
            return any(_has_texts(one, tag, languages) for one in shape.shapes.values())
        case ListOf():
            return _has_texts(shape.shape, tag, languages)
    return False
