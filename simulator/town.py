"""A town as data: whose it is, its site tree, its meters and the concentrators that read them.

A town is founded in a week. Its six weeks of history end where that week starts; from there it
lives on. The week is part of every serial (``J100-2647-01`` was made in week 47 of 2026, as real
devices carry the week they were made in), so whoever holds a device's serial can found the same
town again, in another process, with nothing else handed over.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.errors import InvalidError
from simulator import northwater, riverside
from simulator.calendars import TownCalendar
from simulator.happenings import Happening
from simulator.meters import Device
from simulator.sources import HISTORY_WEEKS, homes_wh, house_litres

TIMEZONE = "Europe/Chisinau"

_SERIAL = re.compile(r"J100-(\d\d)(\d\d)-(\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class TownTenant:
    """One customer of the town: a housing association or a utility."""

    name: str
    timezone: str
    devices: tuple[Device, ...]
    happenings: tuple[Happening, ...]


@dataclass(frozen=True)
class Town:
    """All tenants of one founding week."""

    calendar: TownCalendar
    tenants: tuple[TownTenant, ...]

    @property
    def origin(self) -> int:
        """First UTC hour of the history."""
        return self.calendar.origin

    @cached_property
    def devices(self) -> dict[str, Device]:
        """Every concentrator by its serial."""
        return {device.serial: device for tenant in self.tenants for device in tenant.devices}


def founding_monday(moment: datetime, timezone: str = TIMEZONE) -> date:
    """Monday of the week in which an instant falls, by the town's wall clock."""
    day = moment.astimezone(ZoneInfo(timezone)).date()
    return day - timedelta(days=day.weekday())


def week_code(monday: date) -> str:
    """Week as devices carry it.

    Examples
    --------
    >>> week_code(date(2026, 11, 16))
    '2647'
    """
    year, week, _ = monday.isocalendar()
    return f"{year % 100:02}{week:02}"


def demo_town(monday: date, *, cache: Path | None = None, timezone: str = TIMEZONE) -> Town:
    """The demo: housing association "Riverside" and water utility "Northwater".

    Parameters
    ----------
    monday
        The founding Monday: the six weeks of the Swiss homes end where it starts, and repeat
        their last four from there on.
    cache
        Where to keep the homes as plain numbers (see :func:`simulator.sources.homes_wh`).
    """
    start = monday - timedelta(weeks=HISTORY_WEEKS)
    calendar = TownCalendar(ZoneInfo(timezone), start)
    code = week_code(monday)
    homes, water, gas = homes_wh(cache), house_litres("water"), house_litres("gas")
    return Town(
        calendar,
        (
            TownTenant("Riverside", timezone, *riverside.build(calendar, code, homes, water, gas)),
            TownTenant("Northwater", timezone, *northwater.build(calendar, code, water)),
        ),
    )


TOWNS: dict[str, Callable[..., Town]] = {"demo": demo_town}


def town_of(name: str, serials: Sequence[str], cache: Path | None = None) -> Town:
    """Found a town again from the serials of its concentrators.

    Raises
    ------
    InvalidError
        The town is not known, a serial is not of this town, or the serials are of two weeks.
    """
    if name not in TOWNS:
        message = f"town must be one of {', '.join(TOWNS)}, not {name!r}"
        raise InvalidError(message, code="UNKNOWN_TOWN", field="town")
    weeks = {_week_of(serial) for serial in serials}
    if len(weeks) != 1:
        message = f"devices must all be founded in one week, not {len(weeks)}: {sorted(weeks)}"
        raise InvalidError(message, code="MIXED_TOWNS", field="devices")
    town = TOWNS[name](weeks.pop(), cache=cache)
    for serial in serials:
        if serial not in town.devices:
            raise _foreign(serial, f"the town has no such concentrator of {len(town.devices)}")
    return town


def _week_of(serial: str) -> date:
    match = _SERIAL.fullmatch(serial)
    if match is None:
        raise _foreign(serial, "it is not of the form J100-YYWW-NN")
    try:
        return date.fromisocalendar(2000 + int(match[1]), int(match[2]), 1)
    except ValueError as error:
        raise _foreign(serial, "its year has no such week") from error


def _foreign(serial: str, why: str) -> InvalidError:
    message = f"devices: serial {serial!r} is not one of this town's: {why}"
    return InvalidError(message, code="FOREIGN_DEVICE", field="devices")
