"""Who takes part in a grant: the client program, and the person in one of their seats."""

import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from domain.identity import SiteId, TenantId, UserId
from tenants import credentials
from tenants.models.clients import OAuthClient
from tenants.models.parties import Membership
from tenants.permissions import HOUSEHOLD, ClientScope, Role, permissions_of

IDENTITY_SCOPES = ("openid", "profile", "email", "offline_access")
SCOPES = (*IDENTITY_SCOPES, *ClientScope)


@dataclass(frozen=True, slots=True)
class Client:
    """A client as the grants of authlib ask about it (their ClientMixin).

    ``tenant_id`` None marks one of the product's own apps, which serve people of every tenant
    and need no consent.
    """

    id: str
    name: str
    tenant_id: TenantId | None
    secret_hash: bytes | None
    scopes: tuple[str, ...]
    grant_types: tuple[str, ...]
    redirect_uris: tuple[str, ...]

    @classmethod
    def of_tenant(cls, row: OAuthClient) -> "Client":
        """Make it from a tenant's row."""
        return cls(
            id=row.id,
            name=row.name,
            tenant_id=row.tenant_id,
            secret_hash=row.secret_hash,
            scopes=tuple(row.scopes),
            grant_types=tuple(row.grant_types),
            redirect_uris=tuple(row.redirect_uris),
        )

    @classmethod
    def of_product(cls, client_id: str, name: str, redirect_uris: Sequence[str]) -> "Client":
        """Make one of the product's own apps: public, all scopes."""
        return cls(
            id=client_id,
            name=name,
            tenant_id=None,
            secret_hash=None,
            scopes=tuple(str(scope) for scope in ClientScope),
            grant_types=("authorization_code", "refresh_token"),
            redirect_uris=tuple(redirect_uris),
        )

    def get_client_id(self) -> str:
        """Name the client."""
        return self.id

    def get_default_redirect_uri(self) -> str | None:
        """Only redirect URI, when there is one only."""
        return self.redirect_uris[0] if len(self.redirect_uris) == 1 else None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Narrow what is asked for to what is allowed; None when nothing is left of it."""
        if not scope:
            return " ".join(self.scopes)
        allowed = {*self.scopes, *IDENTITY_SCOPES}
        words = [word for word in dict.fromkeys(scope.split()) if word in allowed]
        return " ".join(words) or None

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Accept a registered URI to the letter, except for the port on this machine (RFC 8252)."""
        return redirect_uri in self.redirect_uris or any(
            _same_but_port(redirect_uri, known) for known in self.redirect_uris
        )

    def check_client_secret(self, client_secret: str) -> bool:
        """Compare a secret with the hash, in constant time."""
        given = credentials.digest(client_secret)
        return self.secret_hash is not None and hmac.compare_digest(given, self.secret_hash)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:  # noqa: ARG002 - authlib's protocol
        """With a secret, the secret; without one, none."""
        if self.secret_hash is None:
            return method == "none"
        return method in {"client_secret_basic", "client_secret_post"}

    def check_response_type(self, response_type: str) -> bool:
        """Only codes are given at the authorization endpoint."""
        return response_type == "code" and "authorization_code" in self.grant_types

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client may use this grant."""
        return grant_type in self.grant_types


@dataclass(frozen=True, slots=True)
class Seat:
    """What a person chooses to act as: a tenant, roles in it, and where.

    Roles that hold for the whole tenant make one seat together. A role on some sites makes a seat
    of its own, since a token has one set of permissions and one set of sites: an operator of one
    house who lives in another must not become an operator of both. So do the roles of a household,
    which see a home: an operator who lives here works in one seat and looks at home in another.
    """

    tenant_id: TenantId
    roles: tuple[Role, ...]
    sites: tuple[SiteId, ...] | None

    @property
    def key(self) -> str:
        """Name the seat in a form."""
        return f"{self.tenant_id}:{'+'.join(self.roles)}:{'all' if self.sites is None else 'some'}"


@dataclass(frozen=True, slots=True)
class Person:
    """A person who logged in, in the seat they took."""

    user_id: UserId
    name: str
    email: str | None
    locale: str
    seat: Seat
    authenticated_at: datetime


def seats_of(memberships: Iterable[Membership], now: datetime) -> list[Seat]:
    """Seats that memberships in force at ``now`` give, without those another one covers."""
    everywhere: dict[TenantId, set[Role]] = {}
    at_home: dict[TenantId, set[Role]] = {}
    somewhere: dict[tuple[TenantId, Role], set[SiteId]] = {}
    for member in memberships:
        if member.valid_from > now or (member.valid_to is not None and member.valid_to <= now):
            continue
        role = Role(member.role)
        if member.site_id is None:
            kind = at_home if role in HOUSEHOLD else everywhere
            kind.setdefault(member.tenant_id, set()).add(role)
        else:
            somewhere.setdefault((member.tenant_id, role), set()).add(member.site_id)
    seats = [
        Seat(tenant, tuple(sorted(roles)), None)
        for tenant, roles in (*everywhere.items(), *at_home.items())
    ]
    for (tenant, role), sites in somewhere.items():
        held = frozenset().union(*(permissions_of(each) for each in everywhere.get(tenant, ())))
        if not permissions_of(role) <= held:
            seats.append(Seat(tenant, (role,), tuple(sorted(sites))))
    return sorted(seats, key=lambda seat: (seat.tenant_id, seat.roles))


def _same_but_port(uri: str, known: str) -> bool:
    try:
        asked, registered = urlsplit(uri), urlsplit(known)
        loopback = registered.scheme == "http" and registered.hostname in {"127.0.0.1", "::1"}
        return (
            loopback
            and asked._replace(netloc="") == registered._replace(netloc="")
            and asked.hostname == registered.hostname
            and asked.username is None
            and asked.port is not None
        )
    except ValueError:
        return False
