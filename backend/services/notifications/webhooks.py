"""Endpoints of integrators: made with a secret that is shown once, removed, told again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from backend.services.alerts.rules import PERSON, is_staff
from backend.services.notifications import hooks
from backend.services.notifications.posting import ring_for_senders
from backend.store.notifications import webhooks
from backend.store.notifications.webhooks import WebhookRow
from domain.alerts import OF_GROUPS, STAFF_DEFAULTS, AlertKind
from domain.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from domain.hook_events import HookEvent
from domain.identity import Scope
from tenants import audit
from tenants.permissions import Permission
from tenants.session import TenantSession

MOST_WEBHOOKS = 20
LONGEST_URL = 2_000
LONGEST_DESCRIPTION = 200

KINDS = frozenset((*STAFF_DEFAULTS, *OF_GROUPS)) | {
    AlertKind.DAY_LIMIT,
    AlertKind.HOUR_LIMIT,
    AlertKind.MONTH_FORECAST,
    AlertKind.NO_CONSUMPTION,
}
"""What is raised for the staff, and so told to endpoints."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new endpoint, and the secret by which it knows us."""

    row: WebhookRow
    secret: str = field(repr=False)


def check_rights(scope: Scope) -> None:
    """Only those who administer clients, and programs that see the whole tenant, have endpoints.

    Raises
    ------
    ForbiddenError
        The principal is neither.
    """
    program = not scope.actor.startswith(PERSON) and Permission.ALERTS_WRITE in scope.permissions
    entitled = program or Permission.CLIENTS_WRITE in scope.permissions
    # a partner administers the clients of a tenant, and sees nothing of its alerts
    if scope.sites is not None or not is_staff(scope) or not entitled:
        raise ForbiddenError(f"this needs the permission {Permission.CLIENTS_WRITE}")


async def list_webhooks(session: TenantSession) -> list[WebhookRow]:
    """Endpoints of the tenant.

    Raises
    ------
    ForbiddenError
        The principal may not see them.
    """
    check_rights(session.scope)
    return await webhooks.list_webhooks(session)


async def create(  # noqa: PLR0913 - what an endpoint is made of
    session: TenantSession,
    url: str,
    kinds: Sequence[AlertKind],
    description: str | None,
    *,
    events: Sequence[HookEvent] = (),
    master_key: bytes,
    private: bool,
) -> Made:
    """Make an endpoint.

    Raises
    ------
    InvalidError
        WEBHOOK_URL, or a kind of which no endpoint hears.
    ConflictError
        TOO_MANY_WEBHOOKS.
    ForbiddenError
        The principal may have none.
    """
    check_rights(session.scope)
    address = checked_url(url, private=private)
    for kind in kinds:
        if kind not in KINDS:
            raise InvalidError(f"no endpoint hears of {kind}", field="kinds")
    if description is not None and len(description) > LONGEST_DESCRIPTION:
        raise InvalidError(
            f"description has at most {LONGEST_DESCRIPTION} characters", field="description"
        )
    if len(await webhooks.list_webhooks(session)) >= MOST_WEBHOOKS:
        raise ConflictError(
            f"a tenant has at most {MOST_WEBHOOKS} webhooks", code="TOO_MANY_WEBHOOKS"
        )
    salt = secrets.token_bytes(16)
    words = sorted({str(kind) for kind in kinds})
    number = await webhooks.insert(
        session, address, words, sorted({str(one) for one in events}), description or None, salt
    )
    await audit.record(session, "webhook.create", f"webhook {number}", {"url": address})
    (row,) = await webhooks.list_webhooks(session, number)
    return Made(row, hooks.secret_of(master_key, session.scope.tenant_id, salt))


def checked_url(url: str, *, private: bool) -> str:
    """An address that we may post to; whether it is inner is judged when it is posted to.

    Raises
    ------
    InvalidError
        WEBHOOK_URL: it is not an https URL without user and fragment.

    Examples
    --------
    >>> checked_url("https://hooks.example.org/balance", private=False)
    'https://hooks.example.org/balance'
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    schemes = {"https", "http"} if private else {"https"}
    good = (
        parts.scheme in schemes
        and parts.hostname
        and not parts.username
        and not parts.fragment
        and len(url) <= LONGEST_URL
        and url.isprintable()
        and port != 0
    )
    if not good:
        raise InvalidError(
            "url must be an https address without user and fragment",
            code="WEBHOOK_URL",
            field="url",
        )
    return url.strip()


async def remove(session: TenantSession, number: int, now: datetime) -> None:
    """Tell an endpoint nothing more; its deliveries stay for a while.

    Raises
    ------
    NotFoundError
        There is none.
    """
    check_rights(session.scope)
    if not await webhooks.remove(session, number, now):
        raise _absent("webhook", number)
    await audit.record(session, "webhook.remove", f"webhook {number}")


async def replay(session: TenantSession, delivery: int, now: datetime) -> int:
    """Tell an endpoint something again; the number of the new delivery.

    Raises
    ------
    NotFoundError
        There is no such delivery, or its endpoint was removed.
    """
    check_rights(session.scope)
    number = await webhooks.replay(session, delivery, now)
    if number is None:
        raise _absent("delivery", delivery)
    await ring_for_senders(session, now)
    return number


def _absent(kind: str, number: int) -> NotFoundError:
    error = NotFoundError(kind, number)
    error.field = kind
    return error
