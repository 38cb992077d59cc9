"""The terms of a tenant's alerts in the schema: how they end, cool down and escalate."""

from typing import Self

import strawberry

from backend.graphql.context import Context
from backend.graphql.outcomes import UserError, attempt
from backend.services.alerts import terms as services
from backend.store.alerts import terms as store
from domain.alert_terms import USUAL_TERMS, AlertTerms, KindTerms, checked_terms
from domain.alerts import OF_PLACES, AlertKind
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.type(description="Terms of one kind of alert.")
class AlertKindTerms:
    """As they hold now, and as the product has them."""

    kind: AlertKind
    hysteresis: float | None = strawberry.field(
        description="Share of its limit by which a value must come back before the alert is over."
    )
    cool_down_h: int = strawberry.field(
        description="Hours in which what begins anew is the same alert, told to nobody again."
    )
    limit: float | None = strawberry.field(
        description="Of a rule that names none: hours, or percent."
    )
    is_usual: bool = strawberry.field(description="Whether all of it is as the product has it.")

    @classmethod
    def of(cls, kind: AlertKind, terms: AlertTerms) -> Self:
        """Build the view."""
        return cls(
            kind=kind,
            hysteresis=terms.hysteresis_of(kind),
            cool_down_h=terms.cool_down_of(kind),
            limit=terms.limit_of(kind),
            is_usual=_figures(kind, terms) == _figures(kind, USUAL_TERMS),
        )


def _figures(kind: AlertKind, terms: AlertTerms) -> tuple[float | None, int, float | None]:
    return terms.hysteresis_of(kind), terms.cool_down_of(kind), terms.limit_of(kind)


@strawberry.type(name="AlertTerms", description="How the alerts of the tenant end and escalate.")
class AlertTermsView:
    """View of :class:`AlertTerms`."""

    escalates_after_h: int = strawberry.field(
        description=(
            "Hours after which a critical alert that nobody acknowledged is told to the"
            " administrators."
        )
    )
    kinds: list[AlertKindTerms]

    @classmethod
    def of(cls, terms: AlertTerms) -> Self:
        """Build the view."""
        # an event is over when it is over: it has no terms
        kinds = [AlertKindTerms.of(one, terms) for one in AlertKind if one not in OF_PLACES]
        return cls(escalates_after_h=terms.escalates_after_h, kinds=kinds)


@strawberry.input(description="What is left out is as the product has it.")
class AlertKindTermsInput:
    """Terms of one kind."""

    kind: AlertKind
    hysteresis: float | None = None
    cool_down_h: int | None = None
    limit: float | None = None


@strawberry.input(description="All the terms that differ from the product's; they replace others.")
class SaveAlertTermsInput:
    """Kinds that are left out are as the product has them."""

    escalates_after_h: int | None = None
    kinds: list[AlertKindTermsInput] = strawberry.field(default_factory=list)


@strawberry.type
class AlertTermsPayload:
    """The terms as they are now."""

    terms: AlertTermsView | None
    errors: list[UserError]


@strawberry.type
class AlertTermsEntrance:
    """The entrance of the viewer to terms."""

    @strawberry.field(description="How the alerts of the tenant end, cool down and escalate.")
    async def alert_terms(self, info: Info) -> AlertTermsView:
        """Resolve by store."""
        info.context.require(Permission.ALERTS_READ)
        async with info.context.db() as session:
            return AlertTermsView.of(await store.load(session))


@strawberry.type
class AlertTermsMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Set how the alerts of the tenant end and escalate.")
    async def save_alert_terms(self, info: Info, input: SaveAlertTermsInput) -> AlertTermsPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> AlertTermsView:
            asked = [
                KindTerms(one.kind, one.hysteresis, one.cool_down_h, one.limit)
                for one in input.kinds
            ]
            wanted = checked_terms(asked, input.escalates_after_h)
            await services.change(session, wanted, context.now)
            return AlertTermsView.of(await store.load(session))

        found, errors = await attempt(context, Permission.TENANT_ADMIN, act)
        return AlertTermsPayload(terms=found, errors=errors)
