"""The organisation's policy, SPEC.md 7.4: what may differ between organisations; it decides nothing by itself."""

from __future__ import annotations

import datetime as dt
import tomllib
import zoneinfo
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keys.errors import MalformedError, PolicyError
from keys.wire.exchange import MAX_WORK

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keys.wire.canonical import Json

LANGUAGES = ("nl", "en")  # what this release ships pages in
EPOCH = dt.date(1970, 1, 1)
_MEMBERS = {"decoys_per_week", "file_bytes", "languages", "organisation", "outside", "timezone", "version", "work"}
_ROUTE_MEMBERS = {"link", "name", "phone", "text"}
MAX_DECOYS_PER_WEEK = 1000
MAX_FILE_BYTES = 2**31  # 2 GiB
MAX_NAME = 80


@dataclass(frozen=True, slots=True)
class OutsideRoute:
    """A place outside the box that a reporter can turn to; `text` is by language."""

    name: str
    link: str
    phone: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Policy:
    """The signed policy; `work` is the expected number of hashes of a stamp at rest.

    `file_bytes` is how many bytes the files of one message may have together; with 0 there are none.
    """

    version: int
    organisation: str
    timezone: str
    languages: tuple[str, ...]
    work: int
    decoys_per_week: int
    file_bytes: int
    outside: tuple[OutsideRoute, ...]

    @classmethod
    def parse(cls, value: Json) -> Policy:
        """Read the policy of a roster; raise MalformedError when it is not as SPEC.md 7.4 says."""
        try:
            return _read(value)
        except PolicyError as error:
            raise MalformedError("policy: " + ", ".join(error.args)) from None

    @classmethod
    def from_toml(cls, text: str) -> Policy:
        """Read a `policy.toml`; raise PolicyError that names the line or the key."""
        try:
            value = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise PolicyError(str(error)) from None
        return _read(value)

    def members(self) -> dict[str, Json]:
        """Return the policy as the JSON members that are signed."""
        outside: list[Json] = [
            {"link": route.link, "name": route.name, "phone": route.phone, "text": dict(route.text)}
            for route in self.outside
        ]
        return {
            "decoys_per_week": self.decoys_per_week,
            "file_bytes": self.file_bytes,
            "languages": list(self.languages),
            "organisation": self.organisation,
            "outside": outside,
            "timezone": self.timezone,
            "version": self.version,
            "work": self.work,
        }

    def day(self, now: dt.datetime) -> int:
        """Return the day number (SPEC.md 1) of an aware time in this policy's time zone."""
        return day_number(now.astimezone(zoneinfo.ZoneInfo(self.timezone)).date())


def day_number(date: dt.date) -> int:
    """Return the days from 1970-01-01 to `date`."""
    return (date - EPOCH).days


def date_of(day: int) -> dt.date:
    """Return the calendar day of a day number; raise MalformedError past the year 9999."""
    try:
        return EPOCH + dt.timedelta(days=day)
    except OverflowError:
        raise MalformedError("day") from None


def _read(value: object) -> Policy:
    policy = _object(value, "", _MEMBERS)
    languages = tuple(_text(tag, "languages") for tag in _list(policy["languages"], "languages"))
    if not languages or len(set(languages)) != len(languages) or not set(languages) <= set(LANGUAGES):
        raise PolicyError(f"languages: one or more of {', '.join(LANGUAGES)}, each once")
    timezone = _text(policy["timezone"], "timezone")
    if timezone not in zoneinfo.available_timezones():
        raise PolicyError("timezone: a name of the IANA list, such as Europe/Amsterdam")
    routes = _list(policy["outside"], "outside")
    return Policy(
        version=_integer(policy["version"], "version", 1, 2**31),
        organisation=_text(policy["organisation"], "organisation", MAX_NAME),
        timezone=timezone,
        languages=languages,
        work=_integer(policy["work"], "work", 1, MAX_WORK),
        decoys_per_week=_integer(policy["decoys_per_week"], "decoys_per_week", 0, MAX_DECOYS_PER_WEEK),
        file_bytes=_integer(policy["file_bytes"], "file_bytes", 0, MAX_FILE_BYTES),
        outside=tuple(_route(route, f"outside[{at}]", languages) for at, route in enumerate(routes)),
    )


def _route(value: object, where: str, languages: tuple[str, ...]) -> OutsideRoute:
    route = _object(value, where, _ROUTE_MEMBERS)
    texts = _object(route["text"], f"{where}.text", set(languages))
    link = _text(route["link"], f"{where}.link", 2000)
    # Anything but https in a link of ours could run script, or tell a network which page was read.
    if not link.startswith("https://"):
        raise PolicyError(f"{where}.link: has to begin with https://")
    phone = route["phone"]
    return OutsideRoute(
        name=_text(route["name"], f"{where}.name", MAX_NAME),
        link=link,
        phone=phone if phone == "" else _text(phone, f"{where}.phone", MAX_NAME),
        text={tag: _text(texts[tag], f"{where}.text.{tag}", 2000) for tag in languages},
    )


def _object(value: object, where: str, names: set[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise PolicyError(f"{where or 'policy'}: has to be a table")
    if set(value) != names:
        wrong = ", ".join(sorted(set(value) ^ names))
        raise PolicyError(f"{where or 'policy'}: missing or unknown: {wrong}")
    return value


def _list(value: object, where: str) -> list[object]:
    if not isinstance(value, list):
        raise PolicyError(f"{where}: has to be a list")
    return value


def _text(value: object, where: str, most: int = 40) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= most:
        raise PolicyError(f"{where}: has to be a text of 1 to {most} characters")
    return value


def _integer(value: object, where: str, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise PolicyError(f"{where}: has to be a whole number from {least} to {most}")
    return value
