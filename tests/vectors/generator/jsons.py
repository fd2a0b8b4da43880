"""Canonical JSON and base64url, SPEC 1 and 4.2: what one parser accepts and another does not."""

from __future__ import annotations

from tests.vectors.generator.scenario import ACCEPTED, MALFORMED, Made, Subject

CANONICAL = Subject("canonical")
BASE64URL = Subject("base64url")


def _right(title: str, comment: str, text: str) -> None:
    CANONICAL.add(title, ACCEPTED, comment, text.encode)


def _wrong(title: str, comment: str, raw: bytes) -> None:
    CANONICAL.add(title, MALFORMED, comment, lambda: raw)


def _inside(lists: int, value: str) -> str:
    return "[" * lists + value + "]" * lists


_right("an empty object", "the smallest document", "{}")
_right("members in order", "a document as it is signed", '{"a":1,"b":[true,false,null],"c":{"d":"e"}}')
_right("upper case before lower case", "the order of code units", '{"B":1,"a":2,"b":3}')
_right("a member without a name", "the empty name comes first", '{"":0,"a":1}')
_right("the largest integer", "2^53 - 1: a JavaScript number holds it and its neighbours", "9007199254740991")
_right("the smallest integer", "-(2^53 - 1)", "-9007199254740991")
_right("zero", "has one spelling", "0")
_right("all short escapes", "there are seven", '"\\"\\\\\\b\\f\\n\\r\\t"')
_right("long escapes", "for the other control characters, in lower case", '"\\u0000\\u001f"')
_right("characters that need no escape", "DEL, a slash, a line separator", '"\x7f/\u2028\xe9"')
_right("an astral character", "written as it is, not as two escapes", '"\U0001f9fe"')
_right("an astral name before a private one", "UTF-16 orders so, UTF-8 otherwise", '{"\U0001f600":1,"\ue000":2}')
_right("a member named __proto__", "a trap of JavaScript's objects", '{"__proto__":1,"a":2}')
_right("members named as numbers", "text orders 10 before 9, JavaScript otherwise", '{"10":1,"9":2}')
_right("a number inside 16 lists", "the deepest value there may be", _inside(16, "1"))
_right("an empty list inside 16 lists", "the deepest value there may be", _inside(16, "[]"))
_wrong("a number inside 17 lists", "nested too deeply", _inside(17, "1").encode())
_wrong("an empty list inside 17 lists", "nested too deeply", _inside(17, "[]").encode())
_wrong("an empty object inside 17 lists", "nested too deeply", _inside(17, "{}").encode())
_wrong("20000 lists", "a parser that calls itself runs out of stack", _inside(20_000, "").encode())
_wrong("nothing", "no value", b"")
_wrong("two values", "one behind the other", b"{}{}")
_wrong("a cut object", "no end", b'{"a":1')
_wrong("a comma at the end", "not JSON", b'{"a":1,}')
_wrong("a comment", "not JSON", b'{"a":1/**/}')
_wrong("single quotes", "not JSON", b"{'a':1}")
_wrong("a space behind a colon", "another spelling, so another id", b'{"a": 1}')
_wrong("a newline at the end", "as an editor adds it", b'{"a":1}\n')
_wrong("members out of order", "another spelling", b'{"b":1,"a":2}')
_wrong("an astral name behind a private one", "Python's own order", '{"\ue000":2,"\U0001f600":1}'.encode())
_wrong("names in the order of numbers", "JavaScript's own order", b'{"9":2,"10":1}')
_wrong("a member twice", "parsers differ on which one counts: two people would read two things", b'{"a":1,"a":2}')
_wrong("a member twice with one value", "also where both say the same", b'{"a":1,"a":1}')
_wrong("__proto__ twice", "also under this name", b'{"__proto__":1,"__proto__":1}')
_wrong("minus zero", "another spelling of 0", b"-0")
_wrong("a fraction of zero", "1.0 is 1", b"1.0")
_wrong("a fraction", "numbers are integers", b"1.5")
_wrong("an exponent", "1e2 is 100", b"1e2")
_wrong("a number beyond all floats", "infinity to JavaScript", b"1e999")
_wrong("a zero in front", "not JSON", b"007")
_wrong("a plus in front", "not JSON", b"+1")
_wrong("an integer of 2 to the 53", "the same JavaScript number as 2^53 + 1", b"9007199254740992")
_wrong("an integer of minus 2 to the 53", "the same below zero", b"-9007199254740992")
_wrong("an integer of 5000 digits", "a parser may refuse to read it, but not with another error", b"9" * 5000)
_wrong("not a number", "Python's parser takes it", b"NaN")
_wrong("infinity", "Python's parser takes it", b"[Infinity]")
_wrong("a slash escaped", "needs no escape", b'"\\/"')
_wrong("a letter escaped", "needs no escape", b'"\\u0061"')
_wrong("upper case in an escape", "hex is lower case", b'"\\u001F"')
_wrong("a long escape for a newline", "there is a short one", b'"\\u000a"')
_wrong("a newline in a string", "control characters are escaped", b'"a\nb"')
_wrong("a pair of surrogates escaped", "one character, written as it is", b'"\\ud83e\\uddfe"')
_wrong("a lone surrogate escaped", "no text in UTF-8 holds one", b'"\\ud800"')
_wrong("a lone surrogate escaped in a name", "names are text, too", b'{"\\udc00":1}')
_wrong("a lone surrogate in bytes", "CESU-8", b'"\xed\xa0\x80"')
_wrong("bytes that are no UTF-8", "a continuation without a start", b'"\x80"')
_wrong("an overlong slash", "two bytes for one", b'"\xc0\xaf"')
_wrong("a character beyond Unicode", "U+110000", b'"\xf4\x90\x80\x80"')
_wrong("a byte order mark", "JavaScript's decoder drops it unasked", b"\xef\xbb\xbf{}")
_wrong("UTF-16", "Python's parser guesses it", '{"a":1}'.encode("utf-16-le"))


def _base64(title: str, expect: str, comment: str, text: str, size: int, raw: bytes | None = None) -> None:
    def made() -> Made:
        found = {} if raw is None else {"raw": raw.hex()}
        return text.encode(), {"size": str(size)} | found

    BASE64URL.add(title, expect, comment, made)


_base64("three bytes", ACCEPTED, "with both signs of this alphabet", "_-_-", 3, bytes.fromhex("ffeffe"))
_base64("one byte", ACCEPTED, "two symbols, no padding", "_w", 1, b"\xff")
_base64("32 bytes of zeros", ACCEPTED, "an id has 43 symbols", "A" * 43, 32, bytes(32))
_base64("padding", MALFORMED, "one value has one spelling", "_w==", 1)
_base64("unused bits set", MALFORMED, "a second spelling would be a second id", "_x", 1)
_base64("the other alphabet", MALFORMED, "plus and slash are base64's", "/+/+", 3)
_base64("a newline at the end", MALFORMED, "as a file has it", "_-_-\n", 3)
_base64("a space inside", MALFORMED, "some decoders skip it", "_- _-", 3)
_base64("one symbol too many", MALFORMED, "five symbols are no bytes", "AAAAA", 3)
_base64("31 bytes for 32", MALFORMED, "no id", "A" * 42, 32)
_base64("letters that are no ASCII", MALFORMED, "full-width", "\uff21\uff21\uff21\uff21", 3)
