"""Telling households and staff of events of demand response: called, moved, called off, over."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.services.alerts import rules
from backend.services.alerts.sight import look_at_groups
from backend.services.notifications import telling
from backend.store.alerts import alerts, due, event_alerts, watched
from backend.store.alerts.alerts import Raised
from backend.store.demand_response import events
from backend.store.demand_response.events import EventRow
from domain.alerts import AlertKind, severity_of
from domain.demand_response import OPEN, DrNews
from domain.identity import BalanceGroupId, PremiseId, SiteId, UserId
from tenants.session import TenantSession

EVENTS_AT_ONCE = 20
KIND = AlertKind.DR_EVENT

Asked = dict[str, tuple[Raised, list[int]]]
"""Alerts that rules ask for, by their condition, with the rules behind each."""


async def judge(session: TenantSession, now: datetime) -> tuple[list[int], bool]:
    """Alerts that changed by what became of events, and whether there may be more of it.

    Of several news of one event the newest is told: it says how the event stands.
    """
    news = await due.take_dr_events(session, EVENTS_AT_ONCE)
    if not news:
        return [], False
    newest = {one.event_id: one.news for one in news}
    if DrNews.PUBLISHED in newest.values():
        await rules.give_defaults(session, now)
    found = await events.load(session, sorted(newest))
    changed: list[int] = []
    for number, event in sorted(found.items()):
        changed += await _judge(session, event, newest[number], now)
    return changed, len(news) == EVENTS_AT_ONCE


async def _judge(session: TenantSession, event: EventRow, news: DrNews, now: datetime) -> list[int]:
    standing = await event_alerts.standing(session, event.id)
    if news is DrNews.COMPLETED:
        return await _close(session, list(standing.values()), now)
    asked = await _asked(session, event, now)
    again = {number: asked[one][1] for one, number in standing.items() if one in asked}
    if news is DrNews.CANCELLED:
        closed = await _close(session, list(standing.values()), now)
        await telling.tell_called_off(session, again, now)
        return closed
    if event.state not in OPEN or event.ends_at <= now:
        return []
    new = [raised for one, (raised, _) in asked.items() if one not in standing]
    opened = await alerts.open_alerts(session, new, now)
    behind = {number: asked[one.condition][1] for number, one in opened.items()}
    await telling.tell_of(session, opened, behind, now)
    if news is DrNews.CHANGED:
        await telling.tell_again(session, again, f"changed {event.revision}", now)
        return [*opened, *standing.values()]
    return list(opened)


async def _close(session: TenantSession, standing: Sequence[int], now: datetime) -> list[int]:
    closed = await alerts.close(session, sorted(standing), now)
    await telling.tell_closed(session, closed, now)
    return closed


async def _asked(session: TenantSession, event: EventRow, now: datetime) -> Asked:
    """What rules ask for: one alert for each person and home, and one of the staff for a target."""
    found: Asked = {}
    for one in await event_alerts.households(session, event.id, now):
        raised = _raised(event, one.user_id, None, one.site_id, one.premise_id)
        found[raised.condition] = raised, one.rules
    nodes = await event_alerts.nodes(session, event.id)
    groups = [group for group, _ in nodes if group is not None]
    sight = await look_at_groups(session, (KIND,), now, groups)
    above: Mapping[int, frozenset[int]] = await watched.sites_above(
        session, sorted({site for _, site in nodes if site is not None})
    )
    for group, site in nodes:
        asking = sight.asked(KIND, group or 0, above.get(site or 0, frozenset()))
        behind = sorted({rule for some in asking.values() for rule in some})
        if behind:
            raised = _raised(event, None, group, site, None)
            found[raised.condition] = raised, behind
    return found


def _raised(
    event: EventRow,
    user: UserId | None,
    group: BalanceGroupId | None,
    site: SiteId | None,
    premise: PremiseId | None,
) -> Raised:
    place = f"h{premise}" if premise else f"g{group}" if group else f"s{site}"
    return Raised(
        kind=KIND,
        severity=severity_of(KIND),
        cause=None,
        condition=f"{KIND} u{user or 0} e{event.id} {place}",
        period=None,
        user_id=user,
        commodity=event.commodity,
        point_id=None,
        group_id=group,
        site_id=site,
        threshold=None,
        value=None,
        judged_hour=None,
        finding_id=None,
        dr_event_id=event.id,
        premise_id=premise,
    )
