"""Policies for tests: the shipped one in fewer languages and with little work, and one as small as a policy gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from keys.cases.report_draft import ReportDraft
from keys.policy import OutsideRoute, Policy, table_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keys.wire.canonical import Json

SHIPPED = Path(__file__).parents[1] / "deploy" / "policy.toml"
WORK = 16  # so that a test's stamp takes no time

SMALL_TOML = """
version = 1
organisation = "Voorbeeldstichting"
timezone = "Europe/Amsterdam"
languages = ["nl", "en"]
work = 1000
cover = 4
decoys_per_week = 20
file_bytes = 2147483648
exit = "https://neutraal.example/"
chair = ""
away = []
holidays = [2026-12-25]
forms = []
replies = []
inside = []
elsewhere = []

[look]
colour = "#0b5d63"
logo = ""

[texts]
welcome = { nl = "Welkom.", en = "Welcome." }
before = { nl = "Let op.", en = "Mind." }

[roles]
secretaris = { nl = "secretaris", en = "secretary" }
bestuur = { nl = "bestuur", en = "board" }
external = { nl = "buitenstaander", en = "outsider" }

[routing]
away = ["bestuur"]
secretaris = ["bestuur"]
bestuur = ["secretaris", "bestuur"]
all = ["external"]
late = ["bestuur"]

[terms]
answer_days = 3
acknowledgement_days = 7
acknowledgement_alerts = [3, 5]
feedback_months = 3
feedback_alert_weeks = 6
feedback_alerts = [30, 14, 3]
detriment_months = [3, 6]
late_days = 5

[retention]
unfounded_months = 2
months = 12
most_months = 24

[[topics]]
id = "anders"
name = { nl = "Anders", en = "Other" }
hint = { nl = "", en = "" }
categories = []
readers = ["secretaris"]
may_add = ["bestuur"]
board_informed = false

[[topics]]
id = "fraude"
name = { nl = "Fraude", en = "Fraud" }
hint = { nl = "", en = "" }
categories = []
readers = ["secretaris", "bestuur"]
may_add = []
board_informed = true

[[questions]]
id = "wanneer"
kind = "choice"
label = { nl = "Wanneer?", en = "When?" }
hint = { nl = "", en = "" }
topics = ["anders"]
choices = [{ id = "nu", name = { nl = "Nu", en = "Now" } }]

[[outside]]
name = "Huis voor Klokkenluiders"
link = "https://www.huisvoorklokkenluiders.nl/"
phone = ""
text = { nl = "Gratis en vertrouwelijk advies.", en = "Free and confidential advice." }
"""


def policy_of(text: str) -> Policy:
    """Return the policy that a `policy.toml` without a logo says."""
    return Policy.from_members(table_of(text))


SMALL = policy_of(SMALL_TOML)


def draft(text: str, **more: Any) -> ReportDraft:
    """Return a report of no more than a text, or with this too."""
    return ReportDraft(**{"text": text, "topic": "anders", "language": "nl"} | more)


def shipped(*languages: str) -> Policy:
    """Return the policy that organisations begin with, in these languages, or in all it has."""
    policy = policy_of(SHIPPED.read_text("utf-8"))
    return Policy.from_members(_only(policy.members(), languages, policy.languages)) if languages else policy


def example(*languages: str) -> Policy:
    """Return the shipped policy with little work and one outside route, whose texts are known to tests."""
    tags = languages or shipped().languages
    texts = {tag: "Gratis en vertrouwelijk advies." if tag == "nl" else "Free and confidential advice." for tag in tags}
    route = OutsideRoute("Adviespunt", "https://adviespunt.example/", "000 000 00 00", texts)
    return replace(shipped(*tags), work=WORK, decoys_per_week=20, outside=(route,))


def _only(value: Json, languages: Sequence[str], every: Sequence[str]) -> Json:
    """Return the members of a policy without the texts in other languages."""
    if isinstance(value, list):
        return [_only(one, languages, every) for one in value if one not in every or one in languages]
    if not isinstance(value, dict):
        return value
    if value and set(value) <= set(every):
        return {tag: text for tag, text in value.items() if tag in languages}
    # These are in the tool's languages, whatever the policy's are: all of a form, and what a reply is called.
    whole = {"forms", "name"} if {"kind", "text"} <= set(value) else {"forms"}
    return {name: member if name in whole else _only(member, languages, every) for name, member in value.items()}
