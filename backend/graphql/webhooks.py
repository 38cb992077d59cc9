"""Webhooks in the schema: endpoints of integrators, what they were told, and telling it again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import orjson
import strawberry

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode, number_of
from backend.graphql.lists import After, Connection, First, page, page_length, position
from backend.graphql.outcomes import UserError, attempt
from backend.services.notifications import webhooks
from backend.store.notifications import outbox
from backend.store.notifications import webhooks as store
from backend.store.notifications.outbox import Seen
from backend.store.notifications.webhooks import DeliveryRow, WebhookRow
from domain.alerts import AlertKind
from domain.errors import ForbiddenError
from domain.hook_events import HookEvent
from tenants.permissions import Permission
from tenants.session import TenantSession

Info = strawberry.Info[Context, None]


strawberry.enum(
    HookEvent,
    description="What endpoints may hear of besides alerts (docs/alerts.md).",
)


@strawberry.enum(description="Where a letter or delivery stands.")
class LetterState(StrEnum):
    """As the outbox has it."""

    WAITING = "waiting"
    SENT = "sent"
    KEPT = "kept"
    FAILED = "failed"


@strawberry.type(description="One telling of one event to one endpoint.")
class WebhookDelivery:
    """View of a :class:`DeliveryRow`."""

    id: strawberry.ID
    event: str
    kind: AlertKind | None = strawberry.field(
        description="Of the alert that it tells of; null where it tells of something else."
    )
    state: LetterState
    attempts: int
    created_at: datetime
    sent_at: datetime | None
    next_attempt_at: datetime | None
    response: str | None = strawberry.field(description="Status and beginning of the last answer.")
    body: str = strawberry.field(description="What is posted, as JSON.")

    @classmethod
    def of(cls, row: DeliveryRow) -> "WebhookDelivery":
        """Build the view of a row."""
        state = LetterState(row.state)
        return cls(
            id=strawberry.ID(encode(Kind.WEBHOOK_DELIVERY, row.id)),
            event=row.event,
            kind=AlertKind(row.kind) if row.kind in set(AlertKind) else None,
            state=state,
            attempts=row.attempts,
            created_at=row.created_at,
            sent_at=row.sent_at,
            next_attempt_at=row.due_at if state is LetterState.WAITING else None,
            response=row.response,
            body=orjson.dumps(dict(row.body), option=orjson.OPT_INDENT_2).decode(),
        )


async def _deliveries(
    session: TenantSession, keys: Sequence[tuple[int, int, int]]
) -> Mapping[tuple[int, int, int], list[DeliveryRow]]:
    """Pages that were asked the same are one statement."""
    asked: dict[tuple[int, int], list[int]] = {}
    for webhook, before, most in keys:
        asked.setdefault((before, most), []).append(webhook)
    found: dict[tuple[int, int, int], list[DeliveryRow]] = {}
    for (before, most), ids in asked.items():
        rows = await store.deliveries(session, ids, before, most)
        found |= {(one, before, most): rows.get(one, []) for one in ids}
    return found


@strawberry.type(description="An endpoint that hears of the tenant's alerts, signed.")
class Webhook:
    """View of a :class:`WebhookRow`."""

    id: strawberry.ID
    url: str
    kinds: list[AlertKind] = strawberry.field(description="Alerts that it hears of; empty: all.")
    events: list[HookEvent] = strawberry.field(description="What else it hears of; empty: nothing.")
    description: str | None
    created_at: datetime
    row: strawberry.Private[WebhookRow]

    @classmethod
    def of(cls, row: WebhookRow) -> "Webhook":
        """Build the view of a row."""
        return cls(
            id=strawberry.ID(encode(Kind.WEBHOOK, row.id)),
            url=row.url,
            kinds=[AlertKind(kind) for kind in row.kinds],
            events=[HookEvent(event) for event in row.events],
            description=row.description,
            created_at=row.created_at,
            row=row,
        )

    @strawberry.field(description="What it was told, the newest first.")
    async def deliveries(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[WebhookDelivery]:
        """Resolve through the loader."""
        length = page_length(first)
        loader = info.context.loader("webhook_deliveries", _deliveries)
        rows = await loader.load((self.row.id, position(after), length + 1)) or []
        return page([(row.id, WebhookDelivery.of(row)) for row in rows], length)


@strawberry.type(description="A message as it went out, or would have: of a demo alone.")
class OutboxLetter:
    """View of a :class:`Seen`."""

    id: strawberry.ID
    channel: str
    address: str
    person: str
    kind: str
    subject: str
    body: str
    state: LetterState
    manner: str
    locale: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    attempts: int
    response: str | None

    @classmethod
    def of(cls, row: Seen) -> "OutboxLetter":
        """Build the view of a row."""
        told = row._asdict() | {
            "id": strawberry.ID(encode(Kind.LETTER, row.id)),
            "state": LetterState(row.state),
        }
        return cls(**told)


@strawberry.type
class WebhookEntrance:
    """Entrances of the viewer to endpoints, and to the outbox of a demo."""

    @strawberry.field(description="Endpoints of the tenant: for administrators and integrators.")
    async def webhooks(self, info: Info) -> list[Webhook]:
        """Resolve by service."""
        async with info.context.db() as session:
            return [Webhook.of(row) for row in await webhooks.list_webhooks(session)]

    @strawberry.field(
        description=(
            "What people were told, the newest first: in a demo alone, and for administrators."
        )
    )
    async def outbox(
        self, info: Info, first: First = 50, after: After = None
    ) -> Connection[OutboxLetter]:
        """Resolve by service."""
        context = info.context
        context.require(Permission.TENANT_ADMIN)
        if not context.terms.demo or Permission.ALERTS_WRITE not in context.scope.permissions:
            raise ForbiddenError("the outbox can be looked at in a demo alone")
        length = page_length(first)
        async with context.db() as session:
            rows = await outbox.listed(session, position(after), length + 1)
        return page([(row.id, OutboxLetter.of(row)) for row in rows], length)


@strawberry.input(description="An endpoint that is to hear of the tenant's alerts.")
class CreateWebhookInput:
    """https alone; addresses that are not of the public Internet are never posted to."""

    url: str
    kinds: list[AlertKind] = strawberry.field(default_factory=list)
    events: list[HookEvent] = strawberry.field(default_factory=list)
    description: str | None = None


@strawberry.input(description="An endpoint that is to hear nothing more.")
class RemoveWebhookInput:
    """What waits for it is given up."""

    webhook: strawberry.ID


@strawberry.input(description="A delivery that is to be made again.")
class ReplayDeliveryInput:
    """It is a new delivery of the same body."""

    delivery: strawberry.ID


@strawberry.type
class CreateWebhookPayload:
    """The endpoint, and its secret, shown this once."""

    webhook: Webhook | None
    secret: str | None
    errors: list[UserError]


@strawberry.type
class WebhookPayload:
    """Whether it was done."""

    done: bool
    errors: list[UserError]


@strawberry.type
class WebhookMutation:
    """Mutations of this noun."""

    @strawberry.mutation(description="Let an endpoint hear of the tenant's alerts.")
    async def create_webhook(self, info: Info, input: CreateWebhookInput) -> CreateWebhookPayload:
        """Resolve by service."""
        context = info.context
        made, errors = await attempt(
            context,
            Permission.TENANT_READ,
            lambda session: webhooks.create(
                session,
                input.url,
                input.kinds,
                input.description,
                events=input.events,
                master_key=context.master_key,
                private=context.terms.webhooks_private,
            ),
        )
        if made is None:
            return CreateWebhookPayload(webhook=None, secret=None, errors=errors)
        return CreateWebhookPayload(webhook=Webhook.of(made.row), secret=made.secret, errors=[])

    @strawberry.mutation(description="Let an endpoint hear nothing more.")
    async def remove_webhook(self, info: Info, input: RemoveWebhookInput) -> WebhookPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> bool:
            number = number_of(Kind.WEBHOOK, input.webhook, "webhook")
            await webhooks.remove(session, number, context.now)
            return True

        done, errors = await attempt(context, Permission.TENANT_READ, act)
        return WebhookPayload(done=bool(done), errors=errors)

    @strawberry.mutation(description="Make a delivery again.")
    async def replay_delivery(self, info: Info, input: ReplayDeliveryInput) -> WebhookPayload:
        """Resolve by service."""
        context = info.context

        async def act(session: TenantSession) -> bool:
            number = number_of(Kind.WEBHOOK_DELIVERY, input.delivery, "delivery")
            await webhooks.replay(session, number, context.now)
            return True

        done, errors = await attempt(context, Permission.TENANT_READ, act)
        return WebhookPayload(done=bool(done), errors=errors)
