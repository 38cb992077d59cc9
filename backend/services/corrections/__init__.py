"""Corrections: counters that people void or replace, one by one or by a file."""

from backend.services.corrections.correcting import (
    Act,
    Corrected,
    Correction,
    correct,
    history,
)
from backend.services.corrections.files import Row, read_file
from backend.services.corrections.importing import Imported, import_corrections

__all__ = [
    "Act",
    "Corrected",
    "Correction",
    "Imported",
    "Row",
    "correct",
    "history",
    "import_corrections",
    "read_file",
]
