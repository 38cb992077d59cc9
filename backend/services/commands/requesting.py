"""Asking for commands: who may, whether the point allows it, and who must agree."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backend.services.commands import counting
from backend.store import bells
from backend.store.control import command_policy, commands, supplies
from backend.store.control.command_policy import Control
from backend.store.control.commands import NewCommands, Target
from domain.commands import Cause, CommandKind, CommandState, Order, SupplyState, checked
from domain.commands_safety import (
    Circumstances,
    CommandPolicy,
    ControlOffError,
    ControlStoppedError,
    InterlockError,
    interlock,
)
from domain.errors import BalanceError, ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.quantities import Commodity
from tenants import audit
from tenants.permissions import Permission
from tenants.session import TenantSession

MOST_POINTS = 10_000

_PERSON = "user:"
_QUEUED = (
    (CommandState.DRAFT, CommandState.APPROVED),
    (CommandState.APPROVED, CommandState.QUEUED),
)
_AWAITING = ((CommandState.DRAFT, CommandState.AWAITING_APPROVAL),)


@dataclass(frozen=True, slots=True)
class Skipped:
    """A point of many that cannot be commanded, and why."""

    point_id: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Requested:
    """Commands that were written, and the concentrators that must hear of them."""

    batch: int
    ids: list[int]
    state: CommandState
    concentrators: list[int] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


async def request(session: TenantSession, order: Order, point_id: int, now: datetime) -> Requested:
    """Command one point.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        The point is not there, the principal or the tenant may not, an interlock holds.
    """
    order, resident = await _reach(session, order)
    control = await _allowed(session, order)
    await _count_alone(session, order)
    found = await commands.load_targets(session, [point_id], now, resident=resident, lock=True)
    if not found:
        raise NotFoundError("metering point", point_id)
    _check(order, found[0], control, now, resident=resident)
    if resident is not None and order.limit_w is not None:
        await _check_ceiling(session, order.limit_w, point_id)
    return await _order(session, order, found, control, now)


async def request_many(
    session: TenantSession, order: Order, points: Sequence[int], now: datetime
) -> Requested:
    """Command many points; those that cannot be are left out and told.

    Raises
    ------
    NotFoundError, ForbiddenError, ConflictError, InvalidError
        Nothing can be commanded, or the principal or the tenant may not.
    """
    if not 1 <= len(set(points)) <= MOST_POINTS:
        raise InvalidError(f"points must name 1 to {MOST_POINTS}", field="points")
    order, resident = await _reach(session, order)
    if resident is not None:
        raise ForbiddenError("residents switch one supply at a time, their own")
    control = await _allowed(session, order)
    await _count_alone(session, order)
    switches = order.kind is CommandKind.SWITCH_SUPPLY
    found = await commands.load_targets(session, sorted(set(points)), now, lock=switches)
    skipped = [
        Skipped(point, "NOT_FOUND", "no such metering point")
        for point in sorted(set(points) - {target.point_id for target in found})
    ]
    good: list[Target] = []
    for target in found:
        try:
            _check(order, target, control, now, resident=None)
            good.append(target)
        except (ConflictError, ForbiddenError) as error:
            skipped.append(Skipped(target.point_id, error.code, error.message))
    if not good:
        raise _nothing_left(skipped)
    return await _order(session, order, good, control, now, skipped)


async def _check_ceiling(session: TenantSession, limit_w: int, point_id: int) -> None:
    """A household limits itself below what those who run the network allow, never beyond."""
    most = await supplies.ceiling(session, point_id)
    if most is not None and limit_w > most:
        raise ConflictError(
            f"limitKw = {limit_w / 1000}: the network allows {most / 1000} kW here",
            code="ABOVE_NETWORK_LIMIT",
            field="limitKw",
        )


def _nothing_left(skipped: Sequence[Skipped]) -> BalanceError:
    first = skipped[0]
    return ConflictError(f"none can be commanded: {first.message}", code=first.code, field="points")


async def _reach(session: TenantSession, order: Order) -> tuple[Order, int | None]:
    """The order as it may be given, and the person if they act as a resident alone."""
    scope = session.scope
    if Permission.CONTROL_EXECUTE in scope.permissions:
        return checked(order), None
    own = Permission.OWN_SUPPLY_SWITCH in scope.permissions and scope.actor.startswith(_PERSON)
    if not own or order.kind is CommandKind.REQUEST_READING:
        raise ForbiddenError(f"this needs the permission {Permission.CONTROL_EXECUTE}")
    mine = replace(order, cause=Cause.OWN_REQUEST)
    return checked(mine), int(scope.actor.removeprefix(_PERSON))


async def _allowed(session: TenantSession, order: Order) -> Control:
    control = await command_policy.load(session)
    if not control.policy.enabled:
        raise ControlOffError
    if control.stopped:
        raise ControlStoppedError
    if order.cause is Cause.OWN_REQUEST and not control.policy.residents_switch:
        raise ForbiddenError("residents do not switch their supply in this tenant")
    return control


async def _count_alone(session: TenantSession, order: Order) -> None:
    """Before the locks of actuators, so that two orders never wait for one another."""
    if order.disconnects:
        await command_policy.count_alone(session)


def _check(
    order: Order, target: Target, control: Control, now: datetime, *, resident: int | None
) -> None:
    """Refuse what the point, its actuator or the law does not allow."""
    if target.channel_id is None:
        raise ConflictError("no meter stands at the point", code="NO_METER", field="point")
    if order.kind is not CommandKind.REQUEST_READING and target.absent_since is not None:
        raise ConflictError(
            "the module says that it has no actuator; declare one when it has",
            code="NO_ACTUATOR",
            field="point",
        )
    held = interlock(order, circumstances_of(target), control.policy, now)
    if held is not None:
        raise InterlockError(held)
    back = order.supply is SupplyState.ON and target.supply == SupplyState.OFF
    if resident is not None and back and target.switched_for != Cause.OWN_REQUEST:
        raise ForbiddenError(
            "the supply was not switched off by its residents", code="NOT_YOUR_SWITCH"
        )


def circumstances_of(target: Target) -> Circumstances:
    """What the interlocks look at."""
    return Circumstances(
        Commodity(target.commodity),
        target.timezone,
        critical=target.critical,
        notice_given_at=target.notice_given_at,
        switched_at=target.switched_at,
    )


async def _order(  # noqa: PLR0913, PLR0917 - one order in full
    session: TenantSession,
    order: Order,
    targets: Sequence[Target],
    control: Control,
    now: datetime,
    skipped: Sequence[Skipped] = (),
) -> Requested:
    """Write the commands; those that nobody else must agree to are queued at once."""
    second = await counting.second_person_for(session, order, targets, control.policy, now)
    new = _laid_out(order, targets, control.policy, now, second_person=second)
    concentrators = sorted({one.concentrator_id for one in targets})
    if not second:
        await commands.ring(session, concentrators)
    batch, ids = await commands.order(session, new, now)
    await bells.ring_later(session, commands.UPKEEP, f"order {batch}", max(new.deadlines))
    told: dict[str, audit.Word] = {
        "kind": str(order.kind),
        "points": len(ids),
        "cause": str(order.cause),
        "reason": order.reason,
        "state": str(new.state),
        "supply": order.supply,
    }
    await audit.record(session, "command.request", f"command order {batch}", told)
    return Requested(batch, ids, new.state, [] if second else concentrators, list(skipped))


def _laid_out(
    order: Order,
    targets: Sequence[Target],
    policy: CommandPolicy,
    now: datetime,
    *,
    second_person: bool,
) -> NewCommands:
    """When each command may leave, and until when it is good or awaits its approval."""
    good_for = policy.good_for(order.kind)
    starts = [now] * len(targets)
    if order.supply is SupplyState.ON:
        apart = timedelta(seconds=60 / policy.reconnects_per_minute)
        starts = [now + place * apart for place in range(len(targets))]
    awaited = [now + timedelta(seconds=policy.approval_s)] * len(targets)
    return NewCommands(
        order=order,
        state=CommandState.AWAITING_APPROVAL if second_person else CommandState.QUEUED,
        path=_AWAITING if second_person else _QUEUED,
        second_person=second_person,
        good_for=good_for,
        targets=targets,
        not_before=starts,
        deadlines=awaited if second_person else [start + good_for for start in starts],
    )
