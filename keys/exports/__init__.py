"""Exports: files of cases for people outside, with their formats and grounds."""

from keys.exports.formats import FORMATS
from keys.exports.making import (
    CASE,
    COPY,
    NOTICE,
    REGISTER,
    Export,
    chosen_ground,
    ground_in_words,
    register_cases,
)
from keys.exports.subject_access import form_id

__all__ = [
    "CASE",
    "COPY",
    "FORMATS",
    "NOTICE",
    "REGISTER",
    "Export",
    "chosen_ground",
    "form_id",
    "ground_in_words",
    "register_cases",
]
