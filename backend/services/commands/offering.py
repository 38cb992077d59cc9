"""Whether somebody may switch or limit the supply of a point, and if not, why not.

An order is judged anew when it is given (:mod:`backend.services.commands.requesting`); this is what
a screen says before anybody presses a button.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backend.store.control import command_policy, supplies
from backend.store.control.command_policy import Control
from backend.store.control.supplies import Standing
from backend.store.model.metered import PointRow
from domain.commands import OPEN, Cause, SupplyState
from domain.identity import PremiseId, Scope
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import TenantSession


class SupplyBar(StrEnum):
    """Why the supply of a point is not the caller's to switch."""

    CONTROL_OFF = "control_off"
    CONTROL_STOPPED = "control_stopped"
    NOT_ENTITLED = "not_entitled"
    RESIDENTS_BARRED = "residents_barred"
    NO_METER = "no_meter"
    NO_ACTUATOR = "no_actuator"
    NOT_YOUR_SWITCH = "not_your_switch"


@dataclass(frozen=True, slots=True)
class Supply:
    """The supply of a point as it stands, and what the caller may do with it."""

    state: SupplyState | None
    """As last executed; None before the first switch."""

    switched_at: datetime | None
    limit_w: int | None
    bar: SupplyBar | None
    """Why it is not offered; None where it is."""

    most_w: int | None
    """Highest limit that the caller may set; None where nobody else set one."""

    limits: bool
    """Whether a limit of power can be set, too: of electricity alone."""

    command: int | None
    """The caller's newest command that is not over."""


_UNTOLD = Supply(None, None, None, SupplyBar.NOT_ENTITLED, None, limits=False, command=None)
"""For those of the staff who have nothing to do with control."""


async def of_points(
    session: TenantSession, points: Sequence[PointRow], now: datetime
) -> list[Supply]:
    """Supplies of points in sight."""
    if session.scope.household is None and Permission.CONTROL_READ not in session.scope.permissions:
        return [_UNTOLD] * len(points)
    open_states = [str(state) for state in OPEN]
    found = await supplies.standing(session, [point.id for point in points], open_states, now)
    control = await command_policy.load(session)
    return [_offer(session.scope, point, found[point.id], control) for point in points]


def _offer(scope: Scope, point: PointRow, found: Standing, control: Control) -> Supply:
    held = bar(scope, point.premise_id, found, control)
    at = found.switched_at
    return Supply(
        state=None if found.state is None else SupplyState(found.state),
        # when others lived there is their affair
        switched_at=at if at is not None and point.sees(at) else None,
        limit_w=found.limit_w,
        most_w=None if _runs(scope) else found.ceiling_w,
        bar=held,
        limits=held is None and point.commodity is Commodity.ELECTRICITY,
        command=found.command,
    )


def bar(
    scope: Scope, premise: PremiseId | int | None, found: Standing, control: Control
) -> SupplyBar | None:
    """The first thing that stands in the way: the lasting ones before those that pass."""
    runs = _runs(scope)
    theirs = found.state == SupplyState.OFF and found.switched_for != Cause.OWN_REQUEST
    ways = (
        (not _entitled(scope, premise), SupplyBar.NOT_ENTITLED),
        (not found.metered, SupplyBar.NO_METER),
        (not found.actuator, SupplyBar.NO_ACTUATOR),
        (not control.policy.enabled, SupplyBar.CONTROL_OFF),
        (control.stopped, SupplyBar.CONTROL_STOPPED),
        (not runs and not control.policy.residents_switch, SupplyBar.RESIDENTS_BARRED),
        (not runs and theirs, SupplyBar.NOT_YOUR_SWITCH),
    )
    return next((why for holds, why in ways if holds), None)


def _runs(scope: Scope) -> bool:
    return Permission.CONTROL_EXECUTE in scope.permissions


def _entitled(scope: Scope, premise: PremiseId | int | None) -> bool:
    """Who runs the network, or lives there; delegates and those who moved on only look."""
    if _runs(scope):
        return True
    return Permission.OWN_SUPPLY_SWITCH in scope.permissions and any(
        home.premise == premise and home.holder for home in scope.homes
    )
