"""Corrections: counters that people void or replace, one by one or by a file."""

from backend.services.corrections.consequences import GroupDifference, Totals
from backend.services.corrections.correcting import (
    Act,
    Corrected,
    Correction,
    Done,
    correct,
    history,
)
from backend.services.corrections.files import Row, read_file
from backend.services.corrections.importing import import_corrections

__all__ = [
    "Act",
    "Corrected",
    "Correction",
    "Done",
    "GroupDifference",
    "Row",
    "Totals",
    "correct",
    "history",
    "import_corrections",
    "read_file",
]
