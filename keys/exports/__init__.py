"""Exports: files made of cases for people outside, in which format and on which ground."""

from keys.exports.copies import form_id
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
