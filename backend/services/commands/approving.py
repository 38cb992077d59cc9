"""The second person, and calling back: what happens to commands before they leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.services.commands.requesting import circumstances_of
from backend.store import bells
from backend.store.control import command_policy, command_release, commands
from backend.store.control.commands import CommandRow
from domain.commands import (
    WAITING,
    Cause,
    CommandKind,
    CommandState,
    Order,
    SupplyState,
    TransitionError,
    advance,
)
from domain.commands_safety import (
    ControlOffError,
    ControlStoppedError,
    InterlockError,
    SamePersonError,
    interlock,
)
from domain.errors import ForbiddenError, NotFoundError
from tenants import audit
from tenants.permissions import Permission
from tenants.session import TenantSession


@dataclass(frozen=True, slots=True)
class Decided:
    """Commands that moved, and the concentrators that must hear of it."""

    ids: list[int]
    concentrators: list[int]


async def decide(  # noqa: PLR0913 - one decision: on what, which, why, when
    session: TenantSession,
    command_id: int,
    *,
    granted: bool,
    whole_order: bool,
    note: str | None,
    now: datetime,
) -> Decided:
    """Approve or refuse a command, or all of its order that await it.

    Raises
    ------
    NotFoundError
        There is no such command.
    ForbiddenError
        The principal asked for it, or is no person.
    ConflictError
        It does not await approval, or may not be sent any more.
    """
    found = await _find(session, command_id, whole_order=whole_order)
    actor = session.scope.actor
    if any(row.requested_by == actor for row in found) or not actor.startswith("user:"):
        raise SamePersonError
    concentrators = sorted({row.concentrator_id for row in found}) if granted else []
    if granted:
        await _check_again(session, found, now)
        await commands.ring(session, concentrators)
    wanted = CommandState.APPROVED if granted else CommandState.REJECTED
    ids = await _lock(session, found, wanted, now)
    await commands.approve(session, ids, now, granted=granted, note=note)
    if granted:
        await bells.ring_later(session, commands.UPKEEP, f"approval {ids[0]}", now)
    else:
        await commands.close(session, ids, [CommandState.AWAITING_APPROVAL], wanted, now)
    verdict = "approve" if granted else "refuse"
    told: dict[str, audit.Word] = {"commands": len(ids), "note": note}
    await audit.record(session, f"command.{verdict}", f"command {command_id}", told)
    return Decided(ids, concentrators)


async def _lock(
    session: TenantSession, found: Sequence[CommandRow], wanted: CommandState, now: datetime
) -> list[int]:
    """Lock commands that may be decided on, and still are in time."""
    rows = await commands.lock_commands(session, [row.id for row in found])
    for row in rows:
        if row.deadline <= now:
            raise TransitionError(CommandState.EXPIRED, wanted)
        advance(CommandState(row.state), wanted)
    return [row.id for row in rows]


async def _find(session: TenantSession, command_id: int, *, whole_order: bool) -> list[CommandRow]:
    rows = await commands.find_commands(session, command_id)
    if not rows or not await commands.visible(session, [row.point_id for row in rows]):
        raise NotFoundError("command", command_id)
    if not whole_order:
        return rows
    every = await commands.find_commands(session, command_id, rows[0].batch)
    awaiting = [row for row in every if row.state == CommandState.AWAITING_APPROVAL] or rows
    if not await commands.visible(session, [row.point_id for row in awaiting]):
        raise ForbiddenError("the order has points that you do not see; approve one by one")
    return awaiting


async def _check_again(session: TenantSession, rows: Sequence[CommandRow], now: datetime) -> None:
    """Judge anew: the approval may come an hour after the order."""
    control = await command_policy.load(session)
    if not control.policy.enabled:
        raise ControlOffError
    if control.stopped:
        raise ControlStoppedError
    points = [row.point_id for row in rows]
    targets = await commands.load_targets(session, points, now, lock=True)
    place = {target.point_id: target for target in targets}
    for row in rows:
        circumstances = circumstances_of(place[row.point_id])
        held = interlock(order_of(row), circumstances, control.policy, now)
        if held is not None:
            raise InterlockError(held)


def order_of(row: CommandRow) -> Order:
    """What was ordered."""
    return Order(
        CommandKind(row.kind),
        row.reason,
        None if row.supply is None else SupplyState(row.supply),
        Cause(row.cause),
        row.limit_w,
    )


async def cancel(session: TenantSession, command_id: int, now: datetime) -> Decided:
    """Call a command back that has not left.

    Raises
    ------
    NotFoundError
        There is no such command, or it is somebody else's.
    ConflictError
        It is with the device already, or closed.
    """
    found = await commands.find_commands(session, command_id)
    mine = bool(found) and found[0].requested_by == session.scope.actor
    allowed = {Permission.CONTROL_EXECUTE, Permission.CONTROL_APPROVE} & session.scope.permissions
    if not found or not (
        mine or (allowed and await commands.visible(session, [found[0].point_id]))
    ):
        raise NotFoundError("command", command_id)
    concentrators = [found[0].concentrator_id]
    await command_release.lock_bells(session, concentrators)
    (row,) = await commands.lock_commands(session, [command_id])
    advance(CommandState(row.state), CommandState.CANCELLED)
    await commands.close(session, [command_id], list(WAITING), CommandState.CANCELLED, now)
    await command_release.silence(session, concentrators)
    await audit.record(session, "command.cancel", f"command {command_id}")
    return Decided([command_id], [])


def check_may_stop(permissions: frozenset[str], *, lift: bool) -> None:
    """Whoever has to do with control may stop it; an administrator alone lets it go on.

    Raises
    ------
    ForbiddenError
        The principal may not.
    """
    may = {Permission.TENANT_ADMIN}
    if not lift:
        may |= {Permission.CONTROL_EXECUTE, Permission.CONTROL_APPROVE}
    if not may & permissions:
        raise ForbiddenError(f"this needs one of the permissions {', '.join(sorted(may))}")
