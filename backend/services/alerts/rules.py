"""Rules of people: what they may ask for, and what they have from the start."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.alerts import rules, terms
from backend.store.alerts.rules import RuleRow, Wish
from backend.store.model import metered, sites
from domain.alerts import (
    DANGERS,
    HOUSEHOLD_DEFAULTS,
    OF_GROUPS,
    OF_PLACES,
    OWN_LIMIT,
    STAFF_DEFAULTS,
    AlertKind,
    Channel,
    checked_kind,
    checked_limit,
    checked_window,
)
from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.identity import BalanceGroupId, MeteringPointId, Scope, SiteId, UserId
from tenants.permissions import Permission, Role
from tenants.session import TenantSession

PERSON = "user:"
MOST_RULES = 500
USUAL_CHANNELS = (Channel.PUSH, Channel.EMAIL)

FROM_THE_START: dict[Role, Sequence[AlertKind]] = {
    Role.OPERATOR: STAFF_DEFAULTS,
    Role.DISPATCHER: tuple(kind for kind in STAFF_DEFAULTS if kind in DANGERS),
    Role.MANAGER: (AlertKind.DELIVERY, AlertKind.IMBALANCE),
}
"""Administrators have none: what nobody takes note of comes to them anyway."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks of a rule."""

    kind: AlertKind
    enabled: bool = True
    point_id: MeteringPointId | None = None
    group_id: BalanceGroupId | None = None
    site_id: SiteId | None = None
    limit: float | None = None
    away_from: datetime | None = None
    away_until: datetime | None = None
    channels: tuple[Channel, ...] = USUAL_CHANNELS


def person_of(scope: Scope) -> UserId | None:
    """The person who acts; None for a program."""
    if not scope.actor.startswith(PERSON):
        return None
    return UserId(int(scope.actor.removeprefix(PERSON)))


def the_person(scope: Scope) -> UserId:
    """The person who acts.

    Raises
    ------
    ForbiddenError
        A program acts: rules and wishes are those of people.
    """
    person = person_of(scope)
    if person is None:
        raise ForbiddenError("rules and preferences belong to people, not to programs")
    return person


def is_staff(scope: Scope) -> bool:
    """Whether a principal sees the tenant's alerts, not only their own home's."""
    return Permission.FINDINGS_READ in scope.permissions


async def give_defaults(session: TenantSession, now: datetime, user: UserId | None = None) -> None:
    """Let everybody, or one person, have the rules that people of their roles start with."""
    usual = await terms.load(session)
    for role, kinds in FROM_THE_START.items():
        asked = [(kind, usual.limit_of(kind)) for kind in kinds]
        await rules.add_staff_defaults(session, [role], asked, USUAL_CHANNELS, now, user)
    asked = [(kind, usual.limit_of(kind)) for kind in HOUSEHOLD_DEFAULTS]
    await rules.add_household_defaults(session, asked, USUAL_CHANNELS, now, user)


async def list_rules(session: TenantSession, now: datetime) -> list[RuleRow]:
    """Rules of the person who asks; of a program none."""
    person = person_of(session.scope)
    if person is None:
        return []
    await give_defaults(session, now, person)
    return await rules.list_rules(session, person)


async def save(
    session: TenantSession, asked: Asked, now: datetime, number: int | None = None
) -> RuleRow:
    """Make a rule, or change one.

    Raises
    ------
    InvalidError
        Its kind, limit, subject or window is none that this person may ask for.
    NotFoundError
        There is no such rule of theirs, or its subject is not in their sight.
    ConflictError
        TOO_MANY_RULES.
    """
    person, staff = the_person(session.scope), is_staff(session.scope)
    before = None if number is None else await _own(session, person, number)
    if before is not None and before.is_default and _changes_subject(before, asked):
        raise InvalidError(
            "a rule from the start stays about what it is about: make another one",
            code="ALERT_RULE_FIXED",
            field="kind",
        )
    checked_kind(asked.kind, household=not staff)
    usual = (await terms.load(session)).limit_of(asked.kind)
    limit = checked_limit(asked.kind, usual if asked.limit is None else asked.limit)
    begin, end = checked_window(asked.kind, asked.away_from, asked.away_until, now)
    await _check_subject(session, asked, person, now, staff=staff)
    wish = Wish(
        asked.kind, asked.enabled, asked.point_id, asked.group_id, asked.site_id, limit, begin, end,
        tuple(dict.fromkeys(asked.channels)),
    )  # fmt: skip
    if number is None:
        if await rules.count(session, person) >= MOST_RULES and not staff:
            raise ConflictError(f"a person has at most {MOST_RULES} rules", code="TOO_MANY_RULES")
        number = await rules.insert(session, person, wish)
    else:
        await rules.update(session, person, number, wish)
    return await _own(session, person, number)


def _changes_subject(before: RuleRow, asked: Asked) -> bool:
    return asked.kind is not before.kind or any((asked.point_id, asked.group_id, asked.site_id))


async def _own(session: TenantSession, person: UserId, number: int) -> RuleRow:
    found = await rules.list_rules(session, person, number)
    if not found:
        raise NotFoundError("rule", number)
    return found[0]


async def _check_subject(
    session: TenantSession, asked: Asked, person: UserId, now: datetime, *, staff: bool
) -> None:
    named = [one for one in (asked.point_id, asked.group_id, asked.site_id) if one is not None]
    if len(named) > 1:
        raise InvalidError(
            "a rule is about a meter or group, or about a site", code="ALERT_OWNER", field="owner"
        )
    if asked.kind in OWN_LIMIT and asked.point_id is None and asked.group_id is None:
        raise InvalidError(
            f"{asked.kind} needs the meter or group whose limit it is",
            code="ALERT_OWNER",
            field="owner",
        )
    if asked.kind in OF_GROUPS and asked.point_id is not None:
        raise InvalidError(
            f"{asked.kind} is of groups, not of meters", code="ALERT_OWNER", field="owner"
        )
    if asked.kind in OF_PLACES and asked.point_id is not None:
        raise InvalidError(
            f"{asked.kind} is of homes and sites, not of meters", code="ALERT_OWNER", field="owner"
        )
    own = await rules.own_points(session, person, now)
    if asked.kind is AlertKind.AWAY and asked.point_id is None and not own:
        raise InvalidError(
            "AWAY needs the meter of the empty home", code="ALERT_OWNER", field="owner"
        )
    await _check_sight(session, asked, own, staff=staff)


async def _check_sight(
    session: TenantSession, asked: Asked, own: set[MeteringPointId], *, staff: bool
) -> None:
    """Absent, foreign and a neighbour's are answered alike."""
    if asked.point_id is not None:
        seen = await metered.load_points(session, [asked.point_id])
        if asked.point_id not in seen or not (staff or asked.point_id in own):
            raise _absent("meter", asked.point_id, "owner")
    if asked.group_id is not None and (
        not staff or asked.group_id not in await metered.load_groups(session, [asked.group_id])
    ):
        raise _absent("group", asked.group_id, "owner")
    if asked.site_id is not None and (
        not staff or asked.site_id not in await sites.load(session, [asked.site_id])
    ):
        raise _absent("site", asked.site_id, "site")


def _absent(kind: str, number: int, field: str) -> NotFoundError:
    error = NotFoundError(kind, number)
    error.field = field
    return error


async def delete(session: TenantSession, number: int) -> None:
    """Forget a rule; one from the start is switched off, or it would come back.

    Raises
    ------
    NotFoundError
        There is no such rule of this person.
    """
    person = the_person(session.scope)
    rule = await _own(session, person, number)
    if rule.is_default:
        wish = Wish(
            rule.kind, False, None, None, None, rule.limit, None, None, rule.channels
        )  # fmt: skip
        await rules.update(session, person, number, wish)
    else:
        await rules.delete(session, person, number)
