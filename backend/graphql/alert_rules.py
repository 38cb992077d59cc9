"""Rules of alerts in the schema: what a person wants to be told of."""

from datetime import datetime

import strawberry

from backend.graphql.alerts import metered_of
from backend.graphql.context import Context
from backend.graphql.ids import Kind, decode, encode, number_of
from backend.graphql.metered import Metered
from backend.graphql.outcomes import UserError, attempt
from backend.graphql.sites import Site
from backend.services.alerts import rules, sentences
from backend.services.alerts.rules import USUAL_CHANNELS, Asked
from backend.store.alerts.rules import RuleRow
from domain.alerts import AlertKind, Channel
from domain.errors import NotFoundError
from domain.identity import BalanceGroupId, MeteringPointId, SiteId
from domain.quantities import EnergyKind
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]

strawberry.enum(Channel, name="NotificationChannel", description="A way to tell a person.")


@strawberry.type(
    description=(
        "What a person wants to be told of: about a meter or group, a site and all below it, or"
        " everything in their sight."
    )
)
class AlertRule:
    """View of a :class:`RuleRow`."""

    id: strawberry.ID
    kind: AlertKind
    enabled: bool
    is_default: bool = strawberry.field(
        description="Whether people of this role have it from the start; it can be switched off."
    )
    limit: float | None
    away_from: datetime | None
    away_until: datetime | None
    channels: list[Channel]
    row: strawberry.Private[RuleRow]

    @classmethod
    def of(cls, row: RuleRow) -> "AlertRule":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.ALERT_RULE, row.id)),
            kind=row.kind,
            enabled=row.enabled,
            is_default=row.is_default,
            limit=row.limit,
            away_from=row.away_from,
            away_until=row.away_until,
            channels=list(row.channels),
            row=row,
        )

    @strawberry.field(description="The meter or group; null for more than one.")
    async def owner(self, info: Info) -> Metered | None:
        """Resolve through the loaders."""
        return await metered_of(info.context, self.row.point_id, self.row.group_id)

    @strawberry.field(description="The site; null where the rule is about one owner, or about all.")
    async def site(self, info: Info) -> Site | None:
        """Resolve through the loader."""
        row = None if self.row.site_id is None else await info.context.site(self.row.site_id)
        return None if row is None else Site.of(row)

    @strawberry.field(description="Unit of the limit; null where the kind has none.")
    async def unit(self, info: Info) -> str | None:
        """Resolve through the loaders."""
        commodity, energy = None, str(EnergyKind.ACTIVE)
        if self.row.point_id is not None:
            point = await info.context.point(self.row.point_id)
            commodity = None if point is None else point.commodity
            energy = energy if point is None else point.energy_kind
        elif self.row.group_id is not None:
            group = await info.context.group(self.row.group_id)
            commodity = None if group is None else group.commodity
        return sentences.unit_word(self.row.kind, commodity, energy)


@strawberry.input(description="What a person wants to be told of.")
class SaveAlertRuleInput:
    """Without ``id`` it is a new rule; else what is said here takes the place of what it said."""

    kind: AlertKind
    id: strawberry.ID | None = None
    enabled: bool = True
    owner: strawberry.ID | None = strawberry.field(
        default=None, description="A meter or group; of owner and site at most one."
    )
    site: strawberry.ID | None = None
    limit: float | None = strawberry.field(
        default=None,
        description=(
            "kWh or m3 of an hour, day or month; hours without data or use; percent. The usual one"
            " where it is left out, and for AWAY what the empty home used before."
        ),
    )
    away_from: datetime | None = None
    away_until: datetime | None = None
    channels: list[Channel] = strawberry.field(default_factory=lambda: list(USUAL_CHANNELS))


@strawberry.input(description="A rule nobody needs any more.")
class DeleteAlertRuleInput:
    """One from the start is switched off: it would come back."""

    rule: strawberry.ID


@strawberry.type
class AlertRulePayload:
    """The rule as it is now."""

    rule: AlertRule | None
    errors: list[UserError]


@strawberry.type
class DeleteAlertRulePayload:
    """Whether it was done."""

    done: bool
    errors: list[UserError]


@strawberry.type
class AlertRuleEntrance:
    """Entrance of the viewer to their rules."""

    @strawberry.field(description="Rules of the person who asks, those from the start first.")
    async def alert_rules(self, info: Info) -> list[AlertRule]:
        """Resolve by service."""
        info.context.require(Permission.ALERTS_READ)
        async with info.context.db() as session:
            rows = await rules.list_rules(session, info.context.now)
        return [AlertRule.of(row) for row in rows]


def _asked(input: SaveAlertRuleInput) -> Asked:
    point, group = _owner(input.owner)
    site = None if input.site is None else SiteId(number_of(Kind.SITE, input.site, "site"))
    return Asked(
        kind=input.kind,
        enabled=input.enabled,
        point_id=point,
        group_id=group,
        site_id=site,
        limit=input.limit,
        away_from=input.away_from,
        away_until=input.away_until,
        channels=tuple(input.channels),
    )


def _owner(owner: str | None) -> tuple[MeteringPointId | None, BalanceGroupId | None]:
    if owner is None:
        return None, None
    match decode(owner):
        case (Kind.METERING_POINT, number):
            return MeteringPointId(number), None
        case (Kind.BALANCE_GROUP, number):
            return None, BalanceGroupId(number)
        case _:
            error = NotFoundError("owner", owner)
            error.field = "owner"
            raise error


@strawberry.type
class AlertRuleMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Make a rule of one's own, or change one.")
    async def save_alert_rule(self, info: Info, input: SaveAlertRuleInput) -> AlertRulePayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> RuleRow:
            number = None if input.id is None else number_of(Kind.ALERT_RULE, input.id, "id")
            return await rules.save(session, _asked(input), context.now, number)

        row, errors = await attempt(context, Permission.ALERTS_READ, act)
        return AlertRulePayload(rule=None if row is None else AlertRule.of(row), errors=errors)

    @strawberry.mutation(description="Forget a rule of one's own.")
    async def delete_alert_rule(
        self, info: Info, input: DeleteAlertRuleInput
    ) -> DeleteAlertRulePayload:
        """Resolve by service."""

        async def act(session: TenantSession) -> bool:
            await rules.delete(session, number_of(Kind.ALERT_RULE, input.rule, "rule"))
            return True

        done, errors = await attempt(info.context, Permission.ALERTS_READ, act)
        return DeleteAlertRulePayload(done=bool(done), errors=errors)
