"""What a language has to say about alerts."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.alerts import AlertKind
from domain.quantities import Commodity


@dataclass(frozen=True, slots=True)
class Words:
    """Texts of one language; braces name what is filled in.

    ``place`` is where, ``what`` the commodity, ``day`` its date; ``value`` and ``limit`` come with
    their units.
    """

    locale: str
    decimal: str
    titles: Mapping[AlertKind, str]
    bodies: Mapping[AlertKind, str]
    causes: Mapping[str, str]
    """What a device reported, or an analysis found, as a clause."""

    caused: str
    """Body of an alert with a cause; ``cause`` is one of the above."""

    advice: Mapping[AlertKind, str]
    commodities: Mapping[Commodity, str]
    units: Mapping[str, str]
    """What the unit of the API is called; those left out are called the same."""

    hours: str
    group: str
    escalated: str
    why_own: str
    why_default: str
    digest: str
    held: str
    greeting: str
    open_link: str
    settings: str
