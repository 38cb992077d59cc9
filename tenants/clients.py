"""Client programs of a tenant: create them, change their secret, end them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from sqlalchemy import delete, update

from domain.errors import InvalidError, NotFoundError
from tenants import audit, credentials
from tenants.credentials import Kind
from tenants.models.clients import AuthorizationCode, OAuthClient, RefreshToken
from tenants.particulars import checked_name
from tenants.permissions import ClientScope
from tenants.session import TenantSession

DEFAULT_SCOPES = (ClientScope.READ, ClientScope.METERING, ClientScope.CONTROL)
PERSON_GRANTS = ("authorization_code", "refresh_token")
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """What a program needs to ask for tokens. A public client has no secret."""

    client_id: str
    client_secret: str | None = field(repr=False)


async def add_client(
    session: TenantSession,
    *,
    name: str,
    scopes: Sequence[str] = DEFAULT_SCOPES,
    redirect_uris: Sequence[str] = (),
    public: bool = False,
) -> ClientCredentials:
    """Create a client of the session's tenant.

    With ``redirect_uris`` it may ask people to log in; unless it is ``public`` it may also get
    tokens in its own name.

    Raises
    ------
    InvalidError
        UNKNOWN_SCOPE, INVALID_REDIRECT_URI or PUBLIC_CLIENT_WITHOUT_REDIRECT.
    """
    tenant = session.scope.tenant_id
    _must_get_tokens(redirect_uris, public=public)
    made = ClientCredentials(
        credentials.issue(Kind.CLIENT_ID, tenant),
        None if public else credentials.issue(Kind.CLIENT_SECRET, tenant),
    )
    client = OAuthClient(
        tenant_id=tenant,
        id=made.client_id,
        name=checked_name(name),
        secret_hash=credentials.digest(made.client_secret) if made.client_secret else None,
        scopes=[_known_scope(scope) for scope in scopes],
        grant_types=[
            *(() if public else ("client_credentials",)),
            *(PERSON_GRANTS if redirect_uris else ()),
        ],
        redirect_uris=[_safe_redirect(uri) for uri in redirect_uris],
    )
    session.add(client)
    detail = {"name": client.name, "scopes": client.scopes, "redirect_uris": client.redirect_uris}
    await audit.record(session, "client.create", f"client:{client.id}", detail)
    return made


def _must_get_tokens(redirect_uris: Sequence[str], *, public: bool) -> None:
    if public and not redirect_uris:
        raise InvalidError(
            "redirect_uris: a public client needs one to get tokens at all",
            code="PUBLIC_CLIENT_WITHOUT_REDIRECT",
            field="redirect_uris",
        )


async def rotate_secret(session: TenantSession, client_id: str) -> ClientCredentials:
    """Give a client a new secret; the old one ends now, tokens already given live on."""
    client = await _get(session, client_id)
    if client.secret_hash is None:
        raise InvalidError(
            f"client_id = {client_id!r}: a public client has no secret",
            code="PUBLIC_CLIENT",
            field="client_id",
        )
    secret = credentials.issue(Kind.CLIENT_SECRET, session.scope.tenant_id)
    client.secret_hash = credentials.digest(secret)
    client.secret_changed_at = datetime.now(UTC)
    await audit.record(session, "client.rotate-secret", f"client:{client_id}")
    return ClientCredentials(client_id, secret)


async def revoke_client(session: TenantSession, client_id: str) -> None:
    """End a client and its refresh tokens; its access tokens end by themselves in minutes."""
    client = await _get(session, client_id)
    client.revoked_at = datetime.now(UTC)
    await session.execute(
        update(RefreshToken)
        .where(RefreshToken.client_id == client_id, RefreshToken.revoked_at.is_(None))
        .values(revoked_at=client.revoked_at)
    )
    await audit.record(session, "client.revoke", f"client:{client_id}")


async def forget_expired(session: TenantSession) -> None:
    """Delete codes and refresh tokens that expired a day ago: nobody can use or reuse them."""
    past = datetime.now(UTC) - timedelta(days=1)
    await session.execute(delete(AuthorizationCode).where(AuthorizationCode.expires_at < past))
    await session.execute(delete(RefreshToken).where(RefreshToken.expires_at < past))


async def _get(session: TenantSession, client_id: str) -> OAuthClient:
    key = {"tenant_id": session.scope.tenant_id, "id": client_id}
    client = await session.get(OAuthClient, key)
    if client is None or client.revoked_at is not None:
        raise NotFoundError("client", client_id)
    return client


def _known_scope(scope: str) -> str:
    try:
        return str(ClientScope(scope))
    except ValueError:
        raise InvalidError(
            f"scopes = {scope!r}: known are {', '.join(ClientScope)}",
            code="UNKNOWN_SCOPE",
            field="scopes",
        ) from None


def _safe_redirect(uri: str) -> str:
    """Accept https, an app's own scheme, and http to the same machine; a fragment nowhere."""
    parts = urlsplit(uri)
    own_scheme = "." in parts.scheme  # RFC 8252, 7.1: a domain name in reverse
    local = parts.scheme == "http" and parts.hostname in _LOOPBACK
    web = parts.scheme == "https" and bool(parts.hostname)
    if parts.fragment or not (web or local or own_scheme) or not uri.isprintable() or " " in uri:
        raise InvalidError(
            f"redirect_uris = {uri!r}: https, http to this machine or an app's own scheme"
            " without a fragment is needed",
            code="INVALID_REDIRECT_URI",
            field="redirect_uris",
        )
    return uri
