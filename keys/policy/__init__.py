"""The organisation's policy, SPEC.md 7.4: read from what the board signs; it decides nothing by itself."""

from keys.policy.days import EPOCH, date_of, day_number
from keys.policy.members import (
    Absence,
    Elsewhere,
    Field,
    Form,
    InsideRoute,
    Look,
    Named,
    OutsideRoute,
    PageTexts,
    Question,
    Retention,
    RoleNames,
    Routing,
    Terms,
    Topic,
)
from keys.policy.policy import MAX_DECOYS_PER_WEEK, MAX_FILE_BYTES, MAX_NAME, Policy, key_paths, table_of
from keys.policy.shapes import MAX_LOGO_SIDE, MAX_LOGO_SIZE, ROLES, TOOL_LANGUAGES

__all__ = [
    "EPOCH",
    "MAX_DECOYS_PER_WEEK",
    "MAX_FILE_BYTES",
    "MAX_LOGO_SIDE",
    "MAX_LOGO_SIZE",
    "MAX_NAME",
    "ROLES",
    "TOOL_LANGUAGES",
    "Absence",
    "Elsewhere",
    "Field",
    "Form",
    "InsideRoute",
    "Look",
    "Named",
    "OutsideRoute",
    "PageTexts",
    "Policy",
    "Question",
    "Retention",
    "RoleNames",
    "Routing",
    "Terms",
    "Topic",
    "date_of",
    "day_number",
    "key_paths",
    "table_of",
]
