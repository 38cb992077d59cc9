"""Counting disconnections: when a second person is needed, and when the breaker trips."""

from collections.abc import Sequence
from datetime import datetime

from backend.store.control import command_policy
from backend.store.control.command_policy import Network
from backend.store.control.commands import Target
from domain.commands import Cause, Order
from domain.commands_safety import (
    COUNTED,
    BreakerOpenError,
    CommandPolicy,
    is_too_much,
    needs_second_person,
)
from tenants import audit
from tenants.session import TenantSession


async def second_person_for(
    session: TenantSession,
    order: Order,
    targets: Sequence[Target],
    policy: CommandPolicy,
    now: datetime,
) -> bool:
    """Whether a second person must approve an order; trips the breaker if it is too much.

    Raises
    ------
    BreakerOpenError
        Disconnections are frozen already. Danger goes on, with a second person.
    """
    if not order.disconnects or order.cause is Cause.OWN_REQUEST:
        return False
    touched = {(target.concentrator_id, target.network) for target in targets}
    for one in await command_policy.open_breakers(session):
        whole = one.concentrator_id is None
        if whole or (one.concentrator_id, one.network) in touched:
            if order.cause is not Cause.DANGER:
                raise BreakerOpenError
            return True
    tripped = await _too_many(session, targets, policy, now)
    if tripped:
        await command_policy.trip(session, tripped, now)
        await audit.record(
            session, "breaker.trip", "control", {"disconnects": max(n for _, n in tripped)}
        )
        return True
    recent = await command_policy.ordered_since(session, now - COUNTED)
    return needs_second_person(order, recent, len(targets), policy)


async def _too_many(
    session: TenantSession, targets: Sequence[Target], policy: CommandPolicy, now: datetime
) -> list[tuple[Network | None, int]]:
    """The tenant and the networks whose limit of an hour these disconnections pass."""
    since, found = now - COUNTED, list[tuple[Network | None, int]]()
    tally = await command_policy.recent(session, [one.point_id for one in targets], since)
    if is_too_much(tally, policy):
        found.append((None, tally.disconnects))
    coming: dict[Network, list[int]] = {}
    for target in targets:
        coming.setdefault((target.concentrator_id, target.network), []).append(target.point_id)
    tallies = await command_policy.recent_of_networks(session, coming, since)
    found += [
        (network, tally.disconnects)
        for network, tally in tallies.items()
        if is_too_much(tally, policy, network=True)
    ]
    return found
