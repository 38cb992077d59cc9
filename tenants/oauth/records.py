"""Rows the grants need, read and written inside the one tenant session a request has.

Everything here is synchronous: it runs under ``AsyncSession.run_sync``, where each statement
gives the event loop free while it waits for the server.
"""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from authlib.oauth2.rfc6749 import InvalidClientError
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from domain.identity import TenantId, UserId
from tenants import credentials
from tenants.credentials import Kind
from tenants.models.clients import AuthorizationCode, OAuthClient, RefreshToken
from tenants.models.parties import Membership, Status, Tenant, UserAccount
from tenants.oauth.parties import Client, Person, seats_of

CODE_LIFETIME = timedelta(seconds=60)
REFRESH_LIFETIME = timedelta(days=30)
FAMILY_LIFETIME = timedelta(days=180)
SUSPENDED = "TENANT_SUSPENDED: the organisation is suspended; its provider can resume it"


class Records:
    """The database of one request in one tenant."""

    def __init__(self, session: Session, tenant: TenantId, apps: dict[str, Client]) -> None:
        self._session = session
        self._apps = apps
        self.tenant = tenant

    def client(self, client_id: str) -> Client | None:
        """Client of that id; None when it may not be used.

        Raises
        ------
        InvalidClientError
            The tenant is suspended: no client may act in it.
        """
        tenant = self._session.get(Tenant, self.tenant)
        if tenant is None or tenant.status == Status.CLOSED:
            return None
        if tenant.status == Status.SUSPENDED:
            raise InvalidClientError(description=SUSPENDED, status_code=401)
        if client_id in self._apps:
            return self._apps[client_id]
        row = self._session.get(OAuthClient, {"tenant_id": self.tenant, "id": client_id})
        return None if row is None or row.revoked_at is not None else Client.of_tenant(row)

    def person(self, user_id: UserId, roles: list[str], at: datetime) -> Person | None:
        """Person with those of ``roles`` they still have here; None when none is left."""
        user = self._session.get(UserAccount, user_id)
        if user is None or user.status != Status.ACTIVE:
            return None
        mine = select(Membership).where(Membership.user_id == user_id, Membership.role.in_(roles))
        seats = seats_of(self._session.scalars(mine), datetime.now(UTC))
        if len(seats) != 1:
            return None
        return Person(user.id, user.name, user.email, user.locale, seats[0], at)

    def save_code(  # noqa: PLR0913 - the parts of an authorization request
        self,
        code: str,
        *,
        client: Client,
        person: Person,
        scope: str,
        redirect_uri: str,
        redirect_uri_sent: bool,
        code_challenge: str,
        nonce: str | None,
    ) -> None:
        """Keep an authorization code for a minute."""
        self._session.add(
            AuthorizationCode(
                tenant_id=self.tenant,
                code_hash=credentials.digest(code),
                client_id=client.id,
                user_id=person.user_id,
                roles=[str(role) for role in person.seat.roles],
                scope=scope,
                redirect_uri=redirect_uri,
                redirect_uri_sent=redirect_uri_sent,
                code_challenge=code_challenge,
                nonce=nonce,
                family=uuid4(),
                authenticated_at=person.authenticated_at,
                expires_at=datetime.now(UTC) + CODE_LIFETIME,
            )
        )

    def was_signed_in(self, client: Client, person: Person, scope: str) -> bool:
        """Whether the same sign-in gave the client the same seat and scope before.

        A login session is known by whose it is and by the second in which the password was given.
        """
        earlier = select(AuthorizationCode.code_hash).where(
            AuthorizationCode.user_id == person.user_id,
            AuthorizationCode.authenticated_at == person.authenticated_at,
            AuthorizationCode.client_id == client.id,
            AuthorizationCode.roles == [str(role) for role in person.seat.roles],
            AuthorizationCode.scope == scope,
        )
        return self._session.scalar(select(earlier.exists())) is True

    def code(self, code: str) -> AuthorizationCode | None:
        """Code as kept, locked, so that of two uses at once one is the second."""
        return self._session.scalar(
            select(AuthorizationCode)
            .where(AuthorizationCode.code_hash == credentials.digest(code))
            .with_for_update()
        )

    def refresh_token(self, token: str) -> RefreshToken | None:
        """Refresh token as kept, locked, so that of two uses at once one is the second."""
        return self._session.scalar(
            select(RefreshToken)
            .where(RefreshToken.token_hash == credentials.digest(token))
            .with_for_update()
        )

    def next_refresh_token(
        self, *, client: Client, person: Person, scope: str, family: UUID, generation: int
    ) -> str | None:
        """Make the next token of a family; None when the family has reached its age."""
        now = datetime.now(UTC)
        expires_at = min(now + REFRESH_LIFETIME, person.authenticated_at + FAMILY_LIFETIME)
        if expires_at <= now:
            return None
        token = credentials.issue(Kind.REFRESH_TOKEN, self.tenant)
        self._session.add(
            RefreshToken(
                tenant_id=self.tenant,
                token_hash=credentials.digest(token),
                family=family,
                generation=generation,
                client_id=client.id,
                user_id=person.user_id,
                roles=[str(role) for role in person.seat.roles],
                scope=scope,
                authenticated_at=person.authenticated_at,
                expires_at=expires_at,
            )
        )
        return token

    def revoke_family(self, family: UUID) -> None:
        """End all refresh tokens that came from one consent."""
        self._session.execute(
            update(RefreshToken)
            .where(RefreshToken.family == family, RefreshToken.revoked_at.is_(None))
            .values(revoked_at=func.now())
        )


class OneClient(Records):
    """No database yet, only the client of a request whose tenant is still to be chosen."""

    def __init__(self, session: Session, client: Client) -> None:
        super().__init__(session, client.tenant_id or TenantId(0), {client.id: client})

    def client(self, client_id: str) -> Client | None:
        """Client of the request."""
        return self._apps.get(client_id)


def is_live(row: AuthorizationCode | RefreshToken) -> bool:
    """Whether the row may be used: not used before, not revoked, not expired."""
    revoked = isinstance(row, RefreshToken) and row.revoked_at is not None
    return row.used_at is None and not revoked and row.expires_at > datetime.now(UTC)
