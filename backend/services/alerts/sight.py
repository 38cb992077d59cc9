"""Who of the staff is to be told of what lies where: rules about all they see, laid over places."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.store.alerts import terms, watched
from backend.store.alerts.watched import Place, WideRule
from domain.alert_terms import USUAL_TERMS, AlertTerms
from domain.alerts import STAFF_DEFAULTS, AlertKind
from domain.identity import SiteId, UserId
from tenants.permissions import Permission, Role, permissions_of
from tenants.session import TenantSession

STAFF_ROLES = tuple(
    role
    for role in Role
    if {Permission.ALERTS_READ, Permission.FINDINGS_READ} <= permissions_of(role)
)
"""Those who see the alerts of a tenant, not only their own home's."""

TENANT_WATCH = 0
"""Stands for a rule: what is raised for the queue of the staff, whoever has rules."""


@dataclass(frozen=True, slots=True)
class Sight:
    """Staff, what each sees, and their rules about more than one point."""

    staff: Mapping[UserId, frozenset[SiteId] | None]
    wide: Sequence[WideRule]
    in_groups: Mapping[int, Collection[int]] = field(default_factory=dict)
    """Points, or groups, that lie in the group a rule names."""

    terms: AlertTerms = USUAL_TERMS

    def sees(self, user: int, sites: Collection[int]) -> bool:
        """Whether one of the staff sees a place: its site and all above."""
        if user not in self.staff:
            return False
        limits = self.staff[UserId(user)]
        return limits is None or not limits.isdisjoint(sites)

    def asked(
        self, kind: AlertKind, subject: int, sites: Collection[int]
    ) -> dict[float, list[int]]:
        """Rules about a place by their limit; the tenant's own watch has the usual one."""
        usual = _key(self.terms.limit_of(kind))
        found = {usual: [TENANT_WATCH]} if kind in STAFF_DEFAULTS else {}
        for rule in self.wide:
            if rule.kind is kind and self._covers(rule, subject, sites):
                found.setdefault(_key(rule.limit), []).append(rule.id)
        return found

    def limits(self, kind: AlertKind) -> set[float]:
        """Limits that anybody asks for."""
        own = {_key(rule.limit) for rule in self.wide if rule.kind is kind}
        return own | {_key(self.terms.limit_of(kind))} if kind in STAFF_DEFAULTS else own

    def _covers(self, rule: WideRule, subject: int, sites: Collection[int]) -> bool:
        if rule.site_id is not None and rule.site_id not in sites:
            return False
        if rule.group_id is not None and subject not in self.in_groups.get(rule.group_id, ()):
            return False
        return self.sees(rule.user_id, sites)


def _key(limit: float | None) -> float:
    return -1.0 if limit is None else limit


def limit_of(key: float) -> float | None:
    """The limit that stands behind a key of :meth:`Sight.asked`."""
    return None if key < 0 else key


async def look(
    session: TenantSession, kinds: Sequence[AlertKind], now: datetime, points: Iterable[int] = ()
) -> Sight:
    """Who sees what now, with rules of some kinds; ``points`` may lie in groups they name."""
    staff = await watched.staff(session, [str(role) for role in STAFF_ROLES], now)
    wide = await watched.wide_rules(session, kinds, list(staff)) if staff else []
    groups = sorted({rule.group_id for rule in wide if rule.group_id is not None})
    inside = await watched.points_in_groups(session, groups, list(points))
    return Sight(staff, wide, inside, await terms.load(session))


async def look_at_groups(
    session: TenantSession, kinds: Sequence[AlertKind], now: datetime, groups: Iterable[int]
) -> Sight:
    """The same over groups."""
    staff = await watched.staff(session, [str(role) for role in STAFF_ROLES], now)
    wide = await watched.wide_rules(session, kinds, list(staff)) if staff else []
    tops = sorted({rule.group_id for rule in wide if rule.group_id is not None})
    inside = await watched.groups_in_groups(session, tops, list(groups))
    return Sight(staff, wide, inside, await terms.load(session))


def places_seen(sight: Sight, places: Mapping[int, Place], user: int, point: int) -> bool:
    """Whether one of the staff sees a point."""
    place = places.get(point)
    return place is not None and sight.sees(user, place.sites)
