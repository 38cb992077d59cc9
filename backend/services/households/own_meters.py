"""A household connects its own meter, on a channel that whoever runs the network left to it.

Modules come preset, so that residents mount them themselves. Which channel is whose home's is said
beforehand by the network's people: nobody finds, tries or guesses the channels of a neighbour.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from backend.services.gateway import found_channels
from backend.services.gateway.found_channels import FoundChannel
from backend.services.model import meter_changes, places
from backend.store.network import channel_offers, report_lists
from backend.store.network.channel_offers import Offer
from domain.errors import InvalidError, NotFoundError, RowsError
from domain.hours import hour_of, instant_of
from domain.identity import ChannelId, MeteringPointId, PremiseId, SiteId
from domain.quantities import Commodity, Role
from tenants import audit
from tenants.session import TenantSession

MOST_PULSES = 1_000_000
"""A unit; more than any meter gives."""


@dataclass(frozen=True, slots=True)
class ChannelName:
    """A channel as it is printed on a module."""

    concentrator: str
    network: int
    address: int


@dataclass(frozen=True, slots=True)
class OwnMeter:
    """What a household reads off its meter."""

    channel: ChannelId
    serial: str
    dial: Decimal
    """In units, as it stands now."""


async def offer(
    session: TenantSession,
    name: ChannelName,
    premise: PremiseId | None,
    commodity: Commodity,
    constant: Decimal,
) -> None:
    """Leave a channel to the household of a home; to nobody if none is named.

    Raises
    ------
    NotFoundError
        Such a channel, or home, is not in sight, or a meter stands on it.
    InvalidError
        The constant is none.
    """
    channel = await channel_offers.free_channel(session, *_words(name))
    seen = [] if channel is None else await report_lists.found_channels(session, channel - 1, 1)
    if channel is None or [row.id for row in seen] != [channel]:
        raise _absent("free channel", name.address, "channel")
    if premise is None:
        await channel_offers.forget(session, channel)
    else:
        if premise not in await places.load_premises(session, [premise]):
            raise _absent("home", premise, "premise")
        if not constant.is_finite() or not 0 < constant <= MOST_PULSES:
            raise InvalidError(
                f"pulseConstant must be above 0 and at most {MOST_PULSES}", field="pulseConstant"
            )
        words = str(commodity), format(constant, "f")
        await channel_offers.keep(session, channel, premise, *words)
    told: dict[str, audit.Word] = {"premise": premise, "commodity": str(commodity)}
    await audit.record(session, "channel.offer", f"channel {channel}", told)


def _words(name: ChannelName) -> tuple[str, int, int]:
    return name.concentrator, name.network, name.address


def _absent(kind: str, number: int, field: str) -> NotFoundError:
    error = NotFoundError(kind, number)
    error.field = field
    return error


async def offered(session: TenantSession, now: datetime) -> Sequence[tuple[Offer, FoundChannel]]:
    """Channels that are left to the caller's homes, and what each has counted so far."""
    offers = await channel_offers.offered(session, _own_homes(session))
    heard = await found_channels.with_readings(session, [one.channel for one in offers], now)
    return list(zip(offers, heard, strict=True))


async def listed(
    session: TenantSession, after: int, most: int, now: datetime
) -> Sequence[tuple[Offer, FoundChannel]]:
    """Channels left to homes in sight that nobody connected yet, and what each has counted."""
    offers = await channel_offers.listed(session, after, most)
    heard = await found_channels.with_readings(session, [one.channel for one in offers], now)
    return list(zip(offers, heard, strict=True))


def _own_homes(session: TenantSession) -> list[PremiseId]:
    """Those where the caller lives, and does not only look on."""
    return [home.premise for home in session.scope.homes if home.holder]


async def connect(
    session: TenantSession, meter: OwnMeter, now: datetime, master_key: bytes
) -> MeteringPointId:
    """Place the household's meter on a channel that is left to it, from this hour on.

    Raises
    ------
    NotFoundError
        No such channel is left to a home where the caller lives.
    InvalidError
        METER_REFUSED: no such meter can stand there; whose else it is, is not told.
    """
    offers = await channel_offers.offered(session, _own_homes(session))
    mine = next((one for one in offers if one.channel.id == meter.channel), None)
    if mine is None:
        raise _absent("channel", meter.channel, "channel")
    own = session.scope
    # the site tree is not the household's to see, and this one place of it is given
    session.scope = replace(own, household=None, homes=(), sites=None)
    try:
        placed = await meter_changes.place_meter(
            session, SiteId(mine.site), _cells(mine, meter, now), master_key
        )
    except RowsError as error:
        raise InvalidError(
            "this meter cannot stand there: check its serial and its dial",
            code="METER_REFUSED",
            field="meterSerial",
        ) from error
    finally:
        session.scope = own
    await channel_offers.forget(session, meter.channel)
    return placed.point


def _cells(mine: Offer, meter: OwnMeter, now: datetime) -> dict[str, str]:
    return {
        "premise": mine.channel.offered_to or "",
        "commodity": str(mine.commodity),
        "role": str(Role.CONSUMER),
        "meter_serial": meter.serial.strip(),
        "pulse_constant": mine.pulse_constant,
        "installed_at": instant_of(hour_of(now)).isoformat(),
        "initial_index": str(meter.dial),
        "concentrator": mine.concentrator,
        "network": str(mine.channel.network),
        "channel": str(mine.channel.address),
    }
