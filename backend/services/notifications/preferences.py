"""What people wish of notifications: quiet hours, the digest, and how each kind is told."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.services.alerts.rules import the_person
from backend.services.alerts.words import LANGUAGES
from backend.services.notifications.devices import checked_zone
from backend.store.notifications import recipients, wishes
from backend.store.notifications.recipients import Person
from backend.store.notifications.wishes import Wish, Wishes
from domain.alerts import AlertKind, Channel, Mode
from domain.errors import InvalidError, NotFoundError
from tenants.session import TenantSession

_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_PHONE = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preferences:
    """How a person is told."""

    person: Person
    modes: dict[tuple[AlertKind, Channel], Mode]
    """Of every kind that there is a source for; what nobody said anything about is told at once."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for; local clock times are ``HH:MM``."""

    zone: str
    locale: str
    digest_at: str
    quiet_from: str | None
    quiet_until: str | None
    phone: str | None
    modes: Sequence[Wish]


async def of_person(session: TenantSession) -> Preferences:
    """Wishes of the person who asks."""
    user = the_person(session.scope)
    found = await recipients.people(session, [user])
    if user not in found:
        raise NotFoundError("person", user)
    said = await recipients.modes(session, [user])
    modes = {
        (kind, channel): said.get((user, kind, channel), Mode.NOW)
        for kind in AlertKind
        for channel in Channel
    }
    return Preferences(found[user], modes)


async def save(session: TenantSession, asked: Asked) -> Preferences:
    """Keep the wishes of the person who asks.

    Raises
    ------
    InvalidError
        A clock time, the zone, the language or the telephone number is none.
    """
    user = the_person(session.scope)
    if (asked.quiet_from is None) != (asked.quiet_until is None):
        raise InvalidError("quiet hours have a beginning and an end", field="quietFrom")
    if asked.locale not in LANGUAGES:
        known = ", ".join(LANGUAGES)
        raise InvalidError(f"locale must be one of {known}", field="locale")
    if asked.phone is not None and _PHONE.fullmatch(asked.phone) is None:
        raise InvalidError("phone must be in the form +37369123456", field="phone")
    kept = Wishes(
        checked_zone(asked.zone),
        asked.locale,
        None if asked.quiet_from is None else minute_of(asked.quiet_from, "quietFrom"),
        None if asked.quiet_until is None else minute_of(asked.quiet_until, "quietUntil"),
        minute_of(asked.digest_at, "digestAt"),
        asked.phone,
    )
    await wishes.save(session, user, kept)
    await wishes.save_modes(session, user, asked.modes)
    return await of_person(session)


def minute_of(clock: str, field: str) -> int:
    """Minutes after midnight.

    Raises
    ------
    InvalidError
        The text is no time of a clock.

    Examples
    --------
    >>> minute_of("07:30", "quietUntil")
    450
    """
    found = _CLOCK.fullmatch(clock)
    if found is None:
        raise InvalidError(f"{field} must be HH:MM, not {clock!r}", field=field)
    return int(found[1]) * 60 + int(found[2])


def clock_of(minute: int) -> str:
    """A time as a clock shows it.

    Examples
    --------
    >>> clock_of(450)
    '07:30'
    """
    return f"{minute // 60:02d}:{minute % 60:02d}"
