"""Access tokens (RFC 9068) and ID tokens (OpenID Connect): what they say, minted and read back."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact

from domain.errors import UnauthenticatedError
from domain.identity import Scope, SiteId, TenantId, UserId
from tenants.oauth.keys import ALGORITHM, KeyRing
from tenants.permissions import HOUSEHOLD, Role, permissions_granted

ACCESS_TOKEN_S = 600
ID_TOKEN_S = 600
_ACCESS = "at+jwt"
_MAX_LENGTH = 8192
_PERSON = "user:"


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token says: this client, for this subject, in this tenant, within limits.

    ``subject`` is ``user:17`` for a person and the client's own id for a program. ``sites`` None
    means the whole tenant.
    """

    tenant_id: TenantId
    subject: str
    client_id: str
    roles: tuple[Role, ...]
    scopes: tuple[str, ...]
    sites: tuple[SiteId, ...] | None = None
    expires_at: int = 0
    issued_at: int = 0

    @property
    def user_id(self) -> UserId | None:
        """Person the token was issued for, if it was one."""
        if not self.subject.startswith(_PERSON):
            return None
        return UserId(int(self.subject.removeprefix(_PERSON)))

    def scope(self) -> Scope:
        """Make the scope that a session is opened with."""
        person = self.subject.startswith(_PERSON)
        at_home = set(self.roles) <= HOUSEHOLD
        return Scope(
            tenant_id=self.tenant_id,
            actor=self.subject if person else f"client:{self.client_id}",
            permissions=permissions_granted(self.roles, self.scopes),
            sites=self._sight(),
            household=self.user_id if at_home else None,
        )

    def _sight(self) -> frozenset[SiteId] | None:
        """Parts of the site tree in sight.

        A resident sees what belongs to their own premise while they live there, which is no part
        of the tree: the tree itself shows them nothing of their neighbours.
        """
        if set(self.roles) <= HOUSEHOLD:
            return frozenset()
        return None if self.sites is None else frozenset(self.sites)


def subject_of(user: UserId) -> str:
    """Name a person in ``sub`` and as an actor."""
    return f"{_PERSON}{user}"


@dataclass(frozen=True, slots=True)
class Mint:
    """Signs tokens as one issuer, and reads those it signed."""

    keys: KeyRing
    issuer: str

    def access_token(self, grant: Grant) -> str:
        """Sign an access token that lives ten minutes."""
        now = int(datetime.now(UTC).timestamp())
        claims: dict[str, object] = {
            "iss": self.issuer,
            "aud": self.issuer,
            "sub": grant.subject,
            "client_id": grant.client_id,
            "tid": grant.tenant_id,
            "roles": [str(role) for role in grant.roles],
            "scope": " ".join(grant.scopes),
            "iat": now,
            "exp": now + ACCESS_TOKEN_S,
            "jti": secrets.token_urlsafe(12),
        }
        if grant.sites is not None:
            claims["sites"] = list(grant.sites)
        return self._signed(_ACCESS, claims)

    def id_token(
        self,
        *,
        audience: str,
        profile: dict[str, object],
        authenticated_at: datetime,
        nonce: str | None,
        access_token: str,
    ) -> str:
        """Sign who logged in, for the client that asked."""
        now = int(datetime.now(UTC).timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = profile | {
            "iss": self.issuer,
            "aud": audience,
            "iat": now,
            "exp": now + ID_TOKEN_S,
            "auth_time": int(authenticated_at.timestamp()),
            "at_hash": base64.urlsafe_b64encode(half).rstrip(b"=").decode(),
        }
        if nonce is not None:
            claims["nonce"] = nonce
        return self._signed("JWT", claims)

    async def read(self, token: str) -> Grant:
        """Verify an access token.

        Raises
        ------
        UnauthenticatedError
            TOKEN_EXPIRED, or UNAUTHENTICATED for everything else that is wrong with it.
        """
        key = await self._key_of(token)
        try:
            read = jwt.decode(token, key, algorithms=[ALGORITHM])
            if read.header.get("typ") != _ACCESS:
                raise UnauthenticatedError("this is no access token")
            registry = jwt.JWTClaimsRegistry(
                iss={"essential": True, "value": self.issuer},
                aud={"essential": True, "value": self.issuer},
                exp={"essential": True},
            )
            registry.validate(read.claims)
            return _grant_in(read.claims)
        except ExpiredTokenError:
            raise UnauthenticatedError("the token has expired", code="TOKEN_EXPIRED") from None
        except (JoseError, ValueError, TypeError, KeyError):
            raise UnauthenticatedError("the token is not valid here") from None

    async def _key_of(self, token: str) -> ECKey:
        """Find the key that a token names; an unknown one may be newer than what was read."""
        if len(token) > _MAX_LENGTH:
            raise UnauthenticatedError("the token is too long")
        try:
            kid = extract_compact(token.encode("ascii")).headers()["kid"]
        except (JoseError, ValueError, TypeError, KeyError):
            raise UnauthenticatedError("the token cannot be read") from None
        key = self.keys.public_key(kid)
        if key is None:
            await self.keys.refresh(max_age_s=5)
            key = self.keys.public_key(kid)
        if key is None:
            raise UnauthenticatedError("the token is not signed by a key of this server")
        return key

    def _signed(self, kind: str, claims: dict[str, object]) -> str:
        key = self.keys.signer()
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid, "typ": kind}, claims, key)


def _grant_in(claims: dict[str, object]) -> Grant:
    sites = claims.get("sites")
    return Grant(
        tenant_id=TenantId(_number(claims["tid"])),
        subject=str(claims["sub"]),
        client_id=str(claims["client_id"]),
        roles=tuple(Role(str(role)) for role in _sequence(claims["roles"])),
        scopes=tuple(str(claims["scope"]).split()),
        sites=None if sites is None else tuple(SiteId(_number(site)) for site in _sequence(sites)),
        expires_at=_number(claims["exp"]),
        issued_at=_number(claims["iat"]),
    )


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(value)
    return value


def _sequence(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value
