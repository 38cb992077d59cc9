"""What truly goes wrong in the town: thefts, leaks, broken and exchanged devices."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Happening:
    """Something wrong that truly goes on in the town, for the log of truth and for tests."""

    kind: str
    """``T1_factor``, ``T2_bypass_hours``, ``T6_stuck``, ``leak``, ``meter_exchange`` or
    ``module_exchange``."""

    site: str
    premise: str
    meter_serial: str
    start: int
    detail: str
