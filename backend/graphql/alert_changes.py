"""What people do with alerts: take note, hand over, write down."""

from collections.abc import Awaitable, Callable

import strawberry

from backend.graphql.alerts import Alert
from backend.graphql.context import Context
from backend.graphql.ids import Kind, number_of
from backend.graphql.outcomes import UserError, attempt
from backend.services.alerts import handling
from backend.store.alerts.alert_lists import AlertRow
from domain.identity import UserId
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


@strawberry.input(description="Somebody looks after it.")
class AcknowledgeAlertInput:
    """Said twice it is done once."""

    alert: strawberry.ID
    note: str | None = None


@strawberry.input(description="Whose business it is.")
class AssignAlertInput:
    """Said twice it is done once."""

    alert: strawberry.ID
    assignee: strawberry.ID | None = strawberry.field(
        default=None, description="One of `viewer.colleagues`; null for nobody."
    )


@strawberry.input(description="What is known of it.")
class NoteAlertInput:
    """The note replaces the one before; an empty one takes it away."""

    alert: strawberry.ID
    note: str | None = None


@strawberry.type
class AlertPayload:
    """The alert as it is now."""

    alert: Alert | None
    errors: list[UserError]


async def _done(
    context: Context,
    alert: strawberry.ID,
    act: Callable[[TenantSession, int], Awaitable[AlertRow]],
) -> AlertPayload:
    async def run(session: TenantSession) -> AlertRow:
        return await act(session, number_of(Kind.ALERT, alert, "alert"))

    row, errors = await attempt(context, Permission.ALERTS_READ, run)
    if row is None:
        return AlertPayload(alert=None, errors=errors)
    number = row.id
    context.afterwards(lambda: context.events.alerts_changed(context.scope.tenant_id, [number]))
    return AlertPayload(alert=Alert.of(row), errors=errors)


@strawberry.type
class AlertMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Take note of an alert: it is not escalated any more.")
    async def acknowledge_alert(self, info: Info, input: AcknowledgeAlertInput) -> AlertPayload:
        """Resolve by service."""
        context = info.context
        return await _done(
            context,
            input.alert,
            lambda session, number: handling.acknowledge(session, number, input.note, context.now),
        )

    @strawberry.mutation(description="Hand an alert to somebody of the staff, or to nobody.")
    async def assign_alert(self, info: Info, input: AssignAlertInput) -> AlertPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession, number: int) -> AlertRow:
            asked = input.assignee
            to = None if asked is None else UserId(number_of(Kind.USER, asked, "assignee"))
            return await handling.assign(session, number, to, context.now)

        return await _done(context, input.alert, act)

    @strawberry.mutation(description="Write something down about an alert.")
    async def note_alert(self, info: Info, input: NoteAlertInput) -> AlertPayload:
        """Resolve by service."""
        context = info.context
        return await _done(
            context,
            input.alert,
            lambda session, number: handling.note(session, number, input.note, context.now),
        )
