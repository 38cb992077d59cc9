"""Client programs and the audit log of a tenant, as its administrators see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from domain.errors import ForbiddenError
from tenants import audit, clients
from tenants.models import AuditEntry, OAuthClient
from tenants.permissions import Role, permissions_granted
from tenants.session import TenantSession

_PAGE = 1000


@dataclass(frozen=True, slots=True)
class AskedTrail:
    """A page of the audit log, and its filters."""

    before: int
    most: int
    action: str | None = None
    actor: str | None = None
    since: datetime | None = None
    until: datetime | None = None


async def list_clients(session: TenantSession) -> list[OAuthClient]:
    """Programs of the tenant, those in use first, then the newest."""
    rows = await session.scalars(
        select(OAuthClient).order_by(
            OAuthClient.revoked_at.is_not(None), OAuthClient.created_at.desc()
        )
    )
    return list(rows)


async def create_client(
    session: TenantSession,
    *,
    name: str,
    scopes: Sequence[str],
    redirect_uris: Sequence[str],
    public: bool,
) -> tuple[OAuthClient, str | None]:
    """Make a program that may do no more than the principal; and its secret.

    Raises
    ------
    ForbiddenError
        GRANT_TOO_WIDE: it would be allowed what the principal is not.
    InvalidError
        INVALID_NAME, UNKNOWN_SCOPE, INVALID_REDIRECT_URI or PUBLIC_CLIENT_WITHOUT_REDIRECT.
    """
    beyond = permissions_granted([Role.INTEGRATOR], scopes) - session.scope.permissions
    if beyond:
        raise ForbiddenError(
            f"the program would be allowed more than you are: {', '.join(sorted(beyond))}",
            code="GRANT_TOO_WIDE",
            field="scopes",
        )
    made = await clients.add_client(
        session, name=name, scopes=scopes, redirect_uris=redirect_uris, public=public
    )
    await session.flush()
    return await _row(session, made.client_id), made.client_secret


async def rotate_client(session: TenantSession, client: str) -> tuple[OAuthClient, str | None]:
    """Give a program a new secret.

    Raises
    ------
    NotFoundError, InvalidError
        There is none in use, or PUBLIC_CLIENT.
    """
    made = await clients.rotate_secret(session, client)
    await session.flush()
    return await _row(session, client), made.client_secret


async def revoke_client(session: TenantSession, client: str) -> tuple[OAuthClient, str | None]:
    """End a program.

    Raises
    ------
    NotFoundError
        There is none in use.
    """
    await clients.revoke_client(session, client)
    await session.flush()
    return await _row(session, client), None


async def _row(session: TenantSession, client: str) -> OAuthClient:
    key = {"tenant_id": session.scope.tenant_id, "id": client}
    row = await session.get_one(OAuthClient, key)
    await session.refresh(row)
    return row


async def list_trail(session: TenantSession, asked: AskedTrail) -> list[AuditEntry]:
    """Entries of the audit log, the newest first."""
    wanted = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(asked.most)
    if asked.before:
        wanted = wanted.where(AuditEntry.sequence < asked.before)
    if asked.action:
        wanted = wanted.where(AuditEntry.action.startswith(asked.action, autoescape=True))
    if asked.actor:
        wanted = wanted.where(AuditEntry.actor == asked.actor)
    if asked.since is not None:
        wanted = wanted.where(AuditEntry.at >= asked.since)
    if asked.until is not None:
        wanted = wanted.where(AuditEntry.at < asked.until)
    return list(await session.scalars(wanted))


async def verify_trail(session: TenantSession) -> tuple[int, int | None]:
    """How many entries there are, and the first that does not follow; None when all do."""
    entries: list[AuditEntry] = []
    last = 0
    while True:
        page = (
            await session.scalars(
                select(AuditEntry)
                .where(AuditEntry.sequence > last)
                .order_by(AuditEntry.sequence)
                .limit(_PAGE)
            )
        ).all()
        entries += page
        if len(page) < _PAGE:
            return len(entries), audit.first_broken(entries)
        last = page[-1].sequence
