"""What a language has to say about findings and checks."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.quantities import Commodity


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; braces name what is filled in.

    A number is written by the letter after its name: ``q`` an amount of Wh or litres with the unit
    that people read, ``n`` whole, ``k`` with one decimal, ``p`` a share in percent, ``f`` a share
    in percent with one decimal. ``since`` is a moment, ``what`` the commodity.
    """

    locale: str
    decimal: str
    months: tuple[str, ...]
    """As they stand in a date."""

    moment: str
    units: Mapping[str, str]
    commodities: Mapping[Commodity, str]
    heads: Mapping[str, str]
    """Whom a text is about: a meter by its commodity, ``group``, ``balance_meters``."""

    parts: Mapping[str, str]
    """Parts of texts, put together as they come."""

    causes: Mapping[str, str]
    """What may be behind a finding, by its code in the catalogue."""

    reports: Mapping[str, str]
    """What a device reported."""

    closest: Mapping[str, str]
    """Why a meter that nobody accuses comes close, by the kind of finding it would be."""

    near: str
    """Such a meter and why."""

    on: str
    """A report and its moment."""

    more: str
    checks: Mapping[str, str]
