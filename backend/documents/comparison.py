"""The comparison of a house for everybody: as a page, and as a poster for each entrance."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import typst

from backend.documents.comparison_words import WORDS, against, number, unit_of
from backend.services.households import inviting
from backend.services.reading.comparing import Compared, Comparison

_TEMPLATE = Path(__file__).with_name("comparison.typ")


def told(found: Comparison, language: str) -> dict[str, Any]:
    """What page and poster say, in a language."""
    words = WORDS[language]
    unit = unit_of(language, str(found.unit))
    most = max((one.per_m2 for one in found.groups if one.per_m2 is not None), default=0.0)
    return {
        "language": language,
        "words": dict(words),
        "house": found.house.name,
        "commodity": words[str(found.house.commodity)],
        "lead": words["lead"].format(first=found.first.isoformat(), last=found.last.isoformat()),
        "per_m2": words["per_m2"].format(unit=unit),
        "mean": None if found.mean is None else f"{number(found.mean, language)} {unit}",
        "mean_part": 0.0 if not found.mean or most <= 0 else found.mean / most,
        "groups": [_row(one, most, unit, language) for one in found.groups],
    }


def _row(one: Compared, most: float, unit: str, language: str) -> dict[str, Any]:
    words = WORDS[language]
    if one.per_m2 is None or one.against_house is None:
        return {"name": one.group.name, "homes": str(one.homes), "hidden": words["hidden"]}
    return {
        "id": int(one.group.id),
        "name": one.group.name,
        "homes": str(one.homes),
        "value": f"{number(one.per_m2, language)} {unit}",
        "part": one.per_m2 / most if most > 0 else 0.0,
        "against": against(one.against_house, language),
        "better": one.against_house <= 1,
        "hidden": "",
    }


def posters(found: Comparison, language: str, address: str) -> bytes:
    """A page for each group of the house, itself marked, as one PDF."""
    data = told(found, language) | {
        "address": address,
        "qr": inviting.qr_of(address) if address else "",
        "pages": _pages(found.groups),
    }
    compiler = typst.Compiler(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(data).decode()},
    )
    made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made


def _pages(groups: Sequence[Compared]) -> list[int]:
    return sorted(range(len(groups)), key=lambda at: groups[at].group.name)
