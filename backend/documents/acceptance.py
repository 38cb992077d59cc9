"""The acceptance certificate as PDF."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import typst

from backend.documents.words import ACCEPTANCE, REASONS
from backend.services.reading.acceptance import Certificate
from domain.hours import instant_of

_TEMPLATE = Path(__file__).with_name("acceptance.typ")


def render(found: Certificate, language: str) -> bytes:
    """Set a certificate in a language; the same content gives the same bytes.

    ``O(exceptions)``, tens of milliseconds: call it beside the event loop.
    """
    compiler = typst.Compiler(
        _TEMPLATE,
        root=_TEMPLATE.parent,
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(_data(found, language)).decode()},
    )
    made = compiler.compile(format="pdf")
    assert isinstance(made, bytes)
    return made


def _data(found: Certificate, language: str) -> dict[str, Any]:
    words, reasons = ACCEPTANCE[language], REASONS[language]
    zone = ZoneInfo(found.site.timezone)

    def local(hour: int) -> str:
        return _written(instant_of(hour).astimezone(zone))

    percent = "-" if found.percent is None else f"{_floor(found.percent):.2f} %"
    names = ("points", "expected", "on_time", "late", "backfilled", "manual", "missing")
    figures = [[words[name], str(getattr(found, name))] for name in names]
    return {
        "language": language,
        "words": dict(words),
        "hash": found.hash,
        "figures": [*figures, [words["percent"], percent]],
        "told": {
            "path": found.site.name_path,
            "tenant": found.tenant,
            "first": found.first_day.isoformat(),
            "last": (found.first_day + timedelta(days=found.days - 1)).isoformat(),
            "days": found.days,
            "timezone": found.site.timezone,
            "accepted": found.accepted,
            "sites": [
                [one.path, str(one.points), str(one.expected), str(one.missing)]
                for one in found.sites
            ],
            "exceptions": [
                [
                    gap.site,
                    gap.point,
                    gap.meter or "-",
                    local(gap.start),
                    local(gap.end),
                    reasons[gap.reason],
                ]
                for gap in found.gaps
            ],
        },
    }


def _written(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M")


def _floor(percent: float) -> float:
    """Never shown as 100 while an hour lacks."""
    return int(percent * 100) / 100
