"""Findings and checks in the languages of people."""

from collections.abc import Mapping
from types import MappingProxyType

from backend.services.findings.words import en, ro, ru
from backend.services.findings.words.shape import Words

LANGUAGES: Mapping[str, Words] = MappingProxyType({"en": en.WORDS, "ru": ru.WORDS, "ro": ro.WORDS})


def words_of(locale: str | None) -> Words:
    """Words of a locale such as ``ro`` or ``ru-MD``; English where we speak none of it."""
    return LANGUAGES.get((locale or "en").split("-")[0].split("_")[0].lower(), LANGUAGES["en"])
