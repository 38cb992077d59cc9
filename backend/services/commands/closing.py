"""What time does to commands: they expire, and consumption shows whether a switch was real."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.services.commands import outcomes
from backend.services.commands.releasing import VERIFY_AFTER
from backend.services.reading import profiles
from backend.services.reading.profiles import Range
from backend.store import bells
from backend.store.control import command_release, command_upkeep, commands
from backend.store.control.command_upkeep import Unverified
from backend.store.model import metered
from domain.commands import OPEN, CommandState, SupplyState
from domain.hours import Step, hour_of
from domain.quality import Quality
from tenants.session import TenantSession

PATIENCE = timedelta(hours=72)
"""How long the reading of the hour after a switch is awaited."""

NO_READING = "NO_READING"
STILL_CONSUMES = "STILL_CONSUMES"

_PROOF = {Quality.ON_TIME, Quality.BACKFILLED, Quality.MANUAL, Quality.CORRECTED, Quality.LATE}
_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Tended:
    """Commands that changed."""

    ids: list[int]


async def tend(session: TenantSession, now: datetime) -> Tended:
    """Expire what is over and verify what can be, of one tenant; rings for what comes next."""
    keys = await bells.heard(session, commands.UPKEEP)
    concentrators = await command_upkeep.concentrators_of_expired(session, now)
    await command_release.lock_bells(session, concentrators)
    expired = await command_upkeep.lock_expired(session, now)
    changed = await commands.close(session, expired, list(OPEN), CommandState.EXPIRED, now)
    await outcomes.tell_closed(session, changed, CommandState.EXPIRED, now)
    await command_release.silence(session, concentrators)
    changed += await _verify(session, now)
    await bells.answer(session, commands.UPKEEP, keys)
    coming = await command_upkeep.next_due(session)
    if coming is not None:
        due = max(coming, now + timedelta(seconds=1))
        await bells.ring_later(session, commands.UPKEEP, "next", due)
    return Tended(changed)


async def _verify(session: TenantSession, now: datetime) -> list[int]:
    """Look at the first full hour after each switch."""
    due = await command_upkeep.unverified(session, now - VERIFY_AFTER)
    changed: list[int] = []
    for hour in sorted({one.hour for one in due}):
        changed += await _verify_hour(session, [one for one in due if one.hour == hour], now)
    return changed


async def _verify_hour(
    session: TenantSession, due: Sequence[Unverified], now: datetime
) -> list[int]:
    hour = hour_of(due[0].hour)
    points = await metered.load_points(session, [one.point_id for one in due])
    standing = [points[one.point_id] for one in due]
    found = await profiles.of_points(session, standing, Range(hour, hour + 1, Step.HOUR), now)
    verdicts: dict[tuple[CommandState, str | None], list[int]] = {}
    for one, profile in zip(due, found, strict=True):
        verdict = _verdict(one, int(profile.values[0]), int(profile.codes[0]), now)
        if verdict is not None:
            verdicts.setdefault(verdict, []).append(one.id)
    changed: list[int] = []
    for (state, code), ids in verdicts.items():
        changed += await commands.close(session, ids, [CommandState.EXECUTED], state, now, code)
        await command_upkeep.verified(session, ids)
    waiting = len(due) - sum(map(len, verdicts.values()))
    if waiting:
        await bells.ring_later(
            session, commands.UPKEEP, f"verify {due[0].hour:%Y%m%d%H} again", now + _AGAIN
        )
    return changed


def _verdict(
    one: Unverified, amount: int, code: int, now: datetime
) -> tuple[CommandState, str | None] | None:
    """What the hour says of a switch; None when it says nothing yet."""
    if code not in _PROOF:
        if now - one.hour > PATIENCE:
            return CommandState.FAILED, NO_READING
        return None
    # one pulse may have been on its way when the supply went off
    if one.supply == SupplyState.OFF and amount > one.pulse:
        return CommandState.FAILED, STILL_CONSUMES
    return CommandState.VERIFIED, None
