"""Silence: devices that were not heard for too long raise an alarm until they are heard again.

Looking is idempotent: whoever looks again finds the same. A silent concentrator speaks for its
modules and a silent module for its channels: what hangs below them raises no alarm of its own.
"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from backend.services.notifications import events
from backend.services.notifications.events import Thing
from backend.store import bells
from backend.store.hours import counters
from backend.store.hours.nearest import nearest
from backend.store.network import network_alarms
from backend.store.network.network_alarms import (
    CHANNEL,
    CONCENTRATOR,
    MODULE,
    SILENCE,
    Alarm,
    Heard,
    Limits,
    Placed,
)
from domain.errors import InvalidError
from domain.hook_events import HookEvent
from domain.hours import hour_of, instant_of
from tenants import audit
from tenants.session import Database, TenantSession

CONCENTRATORS_AT_ONCE = 20
LONGEST_H = 744
_SECONDS = 3600


async def announce(database: Database, now: datetime) -> None:
    """Ring for a look at every tenant."""
    async with database.global_session() as session:
        await bells.ring_for_all(session, SILENCE, f"0 {now.isoformat()}")


async def watch(session: TenantSession, now: datetime) -> bool:
    """Look at the next concentrators of the round that rings; False when none does."""
    keys = await bells.heard(session, SILENCE)
    if not keys:
        return False
    after = min(int(key.split(" ", 1)[0]) for key in keys)
    looked_at = await network_alarms.next_concentrators(session, after, CONCENTRATORS_AT_ONCE)
    await look(session, looked_at, now)
    await bells.answer(session, SILENCE, keys)
    if len(looked_at) < CONCENTRATORS_AT_ONCE:
        return False
    await bells.ring(session, SILENCE, f"{looked_at[-1].id} {now.isoformat()}")
    return True


async def look(session: TenantSession, concentrators: list[Heard], now: datetime) -> None:
    """Raise and close the alarms of some concentrators and of what hangs below them."""
    if not concentrators:
        return
    limits = await network_alarms.limits(session)
    ids = [one.id for one in concentrators]
    placed = await network_alarms.placed(session, ids, now)
    standing = set(placed.concentrator.tolist())
    earliest = now - timedelta(hours=limits.concentrator_h)
    silent: dict[tuple[str, int], Alarm] = {}
    mute = {one.id for one in concentrators if one.id in standing and one.at < earliest}
    for one in concentrators:
        if one.id in mute:
            found = Alarm(CONCENTRATOR, one.id, one.id, one.site_id, one.at)
            silent[CONCENTRATOR, one.id] = found
    channels = await _silent_channels(session, placed, limits, now)
    below = _below(placed, channels)
    known = await network_alarms.open_alarms(session, ids)
    heard = sorted(known - silent.keys() - below.keys())
    new = [alarm for key, alarm in silent.items() if key not in known]
    modules = {alarm.device for key, alarm in below.items() if key[0] == MODULE}
    module_of = dict(zip(placed.channel.tolist(), placed.module.tolist(), strict=True))
    own = [
        alarm
        for key, alarm in below.items()
        if key not in known
        and alarm.concentrator not in mute
        and not (alarm.kind == CHANNEL and module_of[alarm.device] in modules)
    ]
    new += await _dated(session, placed, own, now)
    await network_alarms.raise_alarms(session, new, now)
    await network_alarms.close_alarms(session, heard, now)
    gone = [alarm.device for alarm in new if alarm.kind == CONCENTRATOR]
    back = [device for kind, device in heard if kind == CONCENTRATOR]
    for event, devices in (
        (HookEvent.CONCENTRATOR_SILENT, gone),
        (HookEvent.CONCENTRATOR_BACK, back),
    ):
        turn = f"{now.timestamp():.0f}"
        things = [Thing("Concentrator", device, {}, turn) for device in devices]
        await events.happened(session, event, things, now)


async def _silent_channels(
    session: TenantSession, placed: Placed, limits: Limits, now: datetime
) -> NDArray[np.bool_]:
    """Channels of which no hour of the last ones came, shape ``(n,)``."""
    end = hour_of(now)
    series, row = np.unique(placed.series, return_inverse=True)
    if not len(series):
        return np.zeros(0, dtype=np.bool_)
    found = await counters.load(session, series, end - limits.device_h, end, corrected=False)
    old_enough = placed.since_s <= (end - limits.device_h) * _SECONDS
    heard = np.logical_or.reduce(found.arrived, axis=1)[row]
    silent: NDArray[np.bool_] = ~heard & old_enough
    return silent


def _below(placed: Placed, silent: NDArray[np.bool_]) -> dict[tuple[str, int], Alarm]:
    """Silent channels, and the modules of which every channel is silent."""
    found = {}
    for at in np.flatnonzero(silent).tolist():
        channel = int(placed.channel[at])
        found[CHANNEL, channel] = _alarm(CHANNEL, channel, placed, at)
    for module in np.unique(placed.module[silent]).tolist():
        own = np.flatnonzero(placed.module == module)
        if module and silent[own].all():
            found[MODULE, module] = _alarm(MODULE, module, placed, int(own[0]))
    return found


def _alarm(kind: str, device: int, placed: Placed, at: int) -> Alarm:
    since = instant_of(0) + timedelta(seconds=int(placed.since_s[at]))
    return Alarm(kind, device, int(placed.concentrator[at]), int(placed.site[at]), since)


async def _dated(
    session: TenantSession, placed: Placed, alarms: list[Alarm], now: datetime
) -> list[Alarm]:
    """Alarms with the end of the last hour that came; without one, with the installation."""
    rows = [
        np.flatnonzero((placed.channel if alarm.kind == CHANNEL else placed.module) == alarm.device)
        for alarm in alarms
    ]
    if not rows:
        return []
    asked = np.unique(np.concatenate(rows))
    asked = asked[np.argsort(placed.series[asked], kind="stable")]
    low = placed.since_s[asked] // _SECONDS
    high = np.full(len(asked), hour_of(now), dtype=np.int64)
    last = await nearest(session, placed.series[asked], low, high, last=True)
    ends = dict(zip(asked.tolist(), np.where(last.known, last.hour + 1, 0).tolist(), strict=True))
    dated = []
    for alarm, own in zip(alarms, rows, strict=True):
        end = max(ends[at] for at in own.tolist())
        dated.append(alarm._replace(since=instant_of(end)) if end else alarm)
    return dated


async def set_limits(session: TenantSession, wanted: Limits) -> Limits:
    """Set how long devices of the tenant may be silent.

    Raises
    ------
    InvalidError
        A limit is not within 1 to 744 hours.
    """
    for field, hours in wanted._asdict().items():
        if not 1 <= hours <= LONGEST_H:
            raise InvalidError(f"{field} must be 1 to {LONGEST_H} hours, not {hours}", field=field)
    await network_alarms.set_limits(session, wanted)
    await audit.record(session, "network.limits", "network_settings", wanted._asdict())
    return wanted
