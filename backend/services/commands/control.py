"""The tenant's own switches over control: policy, kill switch, breakers, actuators."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

from backend.services.commands.approving import check_may_stop
from backend.store.control import actuators, command_policy, commands
from backend.store.control.actuators import ActuatorRow
from backend.store.control.command_policy import Control
from domain.commands import WAITING, CommandState
from domain.commands_safety import CommandPolicy, SamePersonError, checked_policy
from domain.errors import NotFoundError
from domain.identity import MeteringPointId
from tenants import audit
from tenants.session import TenantSession

KILLED = "KILL_SWITCH"


async def set_policy(
    session: TenantSession, told: Mapping[str, Any], now: datetime
) -> tuple[Control, list[int]]:
    """Change what is told of the policy; control and the ids of what was called back.

    Raises
    ------
    InvalidError
        A figure is out of range.
    """
    before = await command_policy.load(session)
    policy = checked_policy(replace(before.policy, **told))
    await command_policy.save(session, policy, now)
    cancelled = []
    if not (before.policy.enabled and policy.enabled):
        # also what slipped in while control was turned off, before it goes on
        cancelled = await _call_back(session, "CONTROL_OFF", now)
    changes = _words(before.policy, policy)
    await audit.record(session, "control.policy", "control", changes)
    return await command_policy.load(session), cancelled


def _words(before: CommandPolicy, after: CommandPolicy) -> dict[str, audit.Word]:
    old, new = asdict(before), asdict(after)
    return {name: f"{old[name]} -> {new[name]}" for name in new if old[name] != new[name]}


async def _call_back(session: TenantSession, code: str, now: datetime) -> list[int]:
    ids = await commands.waiting(session)
    return await commands.close(session, ids, list(WAITING), CommandState.CANCELLED, now, code)


async def stop(
    session: TenantSession, *, stopped: bool, reason: str, now: datetime
) -> tuple[Control, list[int]]:
    """Pull the tenant's kill switch, which calls back whatever has not left; or put it back.

    Raises
    ------
    ForbiddenError
        The principal may not.
    """
    check_may_stop(session.scope.permissions, lift=not stopped)
    control = await command_policy.load(session)
    if stopped and control.stopped_at is None:
        await command_policy.save(session, control.policy, now)  # there may be no row yet
        await command_policy.stop(session, now)
    # when it is put back, too: an order may have slipped in while it was pulled
    cancelled = await _call_back(session, KILLED, now)
    if not stopped:
        await command_policy.stop(session, None)
    told: dict[str, audit.Word] = {"reason": reason, "called_back": len(cancelled)}
    await audit.record(session, "control.stop" if stopped else "control.go_on", "control", told)
    return await command_policy.load(session), cancelled


async def stop_everywhere(session: TenantSession, *, stopped: bool, reason: str) -> Control:
    """Pull the kill switch of the installation, or put it back; who may is asked before."""
    if stopped:
        await command_policy.stop_everywhere(session, reason)
    else:
        await command_policy.lift_everywhere(session)
    word = "control.stop_everywhere" if stopped else "control.go_on_everywhere"
    await audit.record(session, word, "control", {"reason": reason})
    await audit.record_on_platform(session, session.scope.actor, word, "control")
    return await command_policy.load(session)


async def close_breaker(session: TenantSession, breaker_id: int, now: datetime) -> Control:
    """Let disconnections go on after a look at them, by somebody who did not order them.

    Raises
    ------
    NotFoundError
        There is no such breaker, or it is closed.
    ForbiddenError
        The principal tripped it, or is no person.
    """
    known = {one.id: one for one in await command_policy.open_breakers(session)}
    found = known.get(breaker_id)
    if found is None:
        raise NotFoundError("breaker", breaker_id)
    actor = session.scope.actor
    if actor == found.tripped_by or not actor.startswith("user:"):
        raise SamePersonError
    await command_policy.close(session, breaker_id, now)
    await audit.record(session, "breaker.close", f"breaker {breaker_id}")
    return await command_policy.load(session)


async def save_actuator(
    session: TenantSession, point_id: int, told: Mapping[str, Any]
) -> ActuatorRow:
    """Declare the actuator of a point, and what protects its customer.

    Raises
    ------
    NotFoundError
        There is no such point.
    """
    now = datetime.now(UTC)
    if not await commands.load_targets(session, [point_id], now, lock=True):
        raise NotFoundError("metering point", point_id)
    await commands.save_actuator(session, point_id, dict(told))
    words: dict[str, audit.Word] = {name: str(value) for name, value in told.items()}
    await audit.record(session, "actuator.save", f"point {point_id}", words)
    number = MeteringPointId(point_id)
    return (await actuators.load_of_points(session, [number]))[number]
