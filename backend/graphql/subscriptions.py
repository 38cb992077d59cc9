"""Subscriptions: what changed, told as it happens."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from typing import Annotated

import strawberry

from backend.graphql.alerts import Alert, narrowed
from backend.graphql.balance_groups import BalanceGroup
from backend.graphql.commands import Command
from backend.graphql.context import Context
from backend.graphql.dr_events import DrEvent
from backend.graphql.findings import Finding
from backend.graphql.ids import Kind, decode, number_of
from backend.services.alerts import handling
from backend.store.alerts import alert_lists
from backend.store.alerts.alert_lists import Wanted
from backend.store.control import command_lists
from backend.store.demand_response import event_lists
from backend.store.findings import finding_lists
from backend.store.model import metered
from backend.store.model.metered import GroupRow
from domain.hours import instant_of
from domain.identity import BalanceGroupId
from tenants.permissions import Permission

Info = strawberry.Info[Context, None]

MOST_ALERTS = 200
"""Told one by one of those that change at once; the list has all."""


@strawberry.type(description="Hours of groups changed: readings came, or were corrected.")
class ReadingsFolded:
    """Worth reading again."""

    groups: list[BalanceGroup]
    start: datetime
    end: datetime = strawberry.field(description="Not part of the range.")


@strawberry.type
class Subscription:
    """Everything that can be listened to."""

    @strawberry.subscription(description="Told within seconds of the push that changed an hour.")
    async def readings_folded(
        self,
        info: Info,
        under: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only this group and the groups below it."),
        ] = None,
    ) -> AsyncGenerator[ReadingsFolded, None]:
        """Listen, and look up what the principal may see of it."""
        context = info.context
        context.require(Permission.READINGS_READ)
        top = None if under is None else decode(under)
        async for event in context.events.listen(context.scope.tenant_id):
            async with context.database.session(context.scope) as session:
                rows = await metered.load_groups(session, event.groups)
                if under is not None:
                    below = set[BalanceGroupId]()
                    if top is not None and top[0] is Kind.BALANCE_GROUP:
                        below = await metered.below(session, BalanceGroupId(top[1]), event.groups)
                    rows = {key: row for key, row in rows.items() if key in below}
            if rows:
                yield _view(list(rows.values()), event.start, event.end)

    @strawberry.subscription(description="Told at every step of a command.")
    async def command_changed(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only this command.")
        ] = None,
    ) -> AsyncGenerator[Command, None]:
        """Listen, and look up what the principal may see of it."""
        context = info.context
        wanted = None if id is None else number_of(Kind.COMMAND, id, "id")
        async with aclosing(context.events.listen_to_commands(context.scope.tenant_id)) as heard:
            async for ids in heard:
                asked = [one for one in ids if wanted in {None, one}]
                if not asked:
                    continue
                async with context.database.session(context.scope) as session:
                    rows = await command_lists.load_commands(session, asked)
                for row in sorted(rows.values(), key=lambda one: one.id):
                    yield Command.of(row)

    @strawberry.subscription(description="Told when something is found, or found again.")
    async def finding_raised(
        self,
        info: Info,
        under: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only in this group and the groups below it."),
        ] = None,
    ) -> AsyncGenerator[Finding, None]:
        """Listen, and look up what the principal may see of it."""
        context = info.context
        context.require(Permission.FINDINGS_READ)
        top = None if under is None else decode(under)
        async with aclosing(context.events.listen_to_findings(context.scope.tenant_id)) as heard:
            async for ids in heard:
                async with context.database.session(context.scope) as session:
                    rows = await finding_lists.load_findings(session, ids)
                    if under is not None:
                        below = set[int]()
                        if top is not None and top[0] is Kind.BALANCE_GROUP:
                            below = await finding_lists.below(
                                session, BalanceGroupId(top[1]), list(rows)
                            )
                        rows = {key: row for key, row in rows.items() if key in below}
                for row in sorted(rows.values(), key=lambda one: one.id):
                    yield Finding.of(row)

    @strawberry.subscription(
        description="Told when an alert is raised, and when something becomes of one."
    )
    async def alert_raised(
        self,
        info: Info,
        under: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="Only at or below this site, group or meter."),
        ] = None,
    ) -> AsyncGenerator[Alert, None]:
        """Listen, and look up what the principal may see of it."""
        context = info.context
        context.require(Permission.ALERTS_READ)
        wanted = narrowed(Wanted(most=MOST_ALERTS), under)
        async with aclosing(context.events.listen_to_alerts(context.scope.tenant_id)) as heard:
            async for ids in heard:
                if wanted is None:
                    continue
                async with context.database.session(context.scope) as session:
                    asker = handling.asker_of(session, datetime.now(UTC))
                    asked = wanted._replace(ids=tuple(ids[:MOST_ALERTS]))
                    rows = await alert_lists.list_alerts(session, asker, asked)
                for row in reversed(rows):
                    yield Alert.of(row)

    @strawberry.subscription(
        description="Told when an event of demand response begins, ends, changes or is answered."
    )
    async def dr_event_progress(
        self, info: Info, id: strawberry.ID
    ) -> AsyncGenerator[DrEvent, None]:
        """Listen, and look up what the principal may see of it."""
        context = info.context
        context.require(Permission.DEMAND_RESPONSE_READ)
        wanted = number_of(Kind.DR_EVENT, id, "id")
        async with aclosing(context.events.listen_to_dr_events(context.scope.tenant_id)) as heard:
            async for ids in heard:
                if wanted not in ids:
                    continue
                async with context.database.session(context.scope) as session:
                    rows = await event_lists.load_events(session, [wanted])
                for row in rows.values():
                    yield DrEvent.of(row)


def _view(rows: list[GroupRow], start: int, end: int) -> ReadingsFolded:
    return ReadingsFolded(
        groups=[BalanceGroup.of(row) for row in rows],
        start=instant_of(start),
        end=instant_of(end),
    )
