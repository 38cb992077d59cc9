"""The login session of a browser: one signed cookie, and the form token that goes with it."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

from domain.identity import TenantId, UserId

LIFETIME = timedelta(hours=12)
_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class LoginSession:
    """A browser we know: nobody yet, or a person who logged in at ``authenticated_at``.

    ``stamp`` is made of the password hash, so that a new password ends the sessions of the old.
    """

    id: str
    user_id: UserId | None = None
    authenticated_at: datetime | None = None
    stamp: str = ""


class Browser:
    """Reads and writes the cookie.

    It is HttpOnly and SameSite=Lax; over TLS also Secure with the ``__Host-`` prefix, which ties
    it to this host. SameSite is Lax because clients send people here from their own sites.
    """

    def __init__(self, key: bytes, *, secure: bool) -> None:
        self._key = OctKey.import_key(key)
        self._form_key = hashlib.sha256(b"form" + key).digest()
        self._secure = secure
        self.cookie = "__Host-balance-login" if secure else "balance-login"
        self.tenant_cookie = "__Host-balance-tenant" if secure else "balance-tenant"

    def session(self, request: Request) -> LoginSession:
        """Session of the cookie, or a fresh one of nobody."""
        try:
            claims = jwt.decode(
                request.cookies.get(self.cookie, ""), self._key, algorithms=[_ALGORITHM]
            ).claims
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
            known = "sub" in claims
            return LoginSession(
                id=str(claims["sid"]),
                user_id=UserId(int(claims["sub"])) if known else None,
                authenticated_at=datetime.fromtimestamp(claims["at"], UTC) if known else None,
                stamp=str(claims.get("stamp", "")),
            )
        except (JoseError, ValueError, TypeError, KeyError):
            return LoginSession(secrets.token_urlsafe(16))

    def keep(self, response: Response, session: LoginSession) -> None:
        """Put the session into the browser's cookie."""
        claims: dict[str, object] = {
            "sid": session.id,
            "exp": int((datetime.now(UTC) + LIFETIME).timestamp()),
        }
        if session.user_id is not None and session.authenticated_at is not None:
            claims |= {
                "sub": str(session.user_id),
                "at": int(session.authenticated_at.timestamp()),
                "stamp": session.stamp,
            }
        response.set_cookie(
            self.cookie,
            jwt.encode({"alg": _ALGORITHM}, claims, self._key),
            max_age=int(LIFETIME.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def tenant(self, request: Request) -> TenantId | None:
        """Tenant that this browser signed in to last, in one of our own apps."""
        try:
            claims = jwt.decode(
                request.cookies.get(self.tenant_cookie, ""), self._key, algorithms=[_ALGORITHM]
            ).claims
            jwt.JWTClaimsRegistry(exp={"essential": True}).validate(claims)
            return TenantId(int(claims["tid"]))
        except (JoseError, ValueError, TypeError, KeyError):
            return None

    def keep_tenant(self, response: Response, tenant: TenantId) -> None:
        """Remember it, so that the page of the app may fetch what the tenant names."""
        expires = int((datetime.now(UTC) + LIFETIME).timestamp())
        claims: dict[str, object] = {"tid": int(tenant), "exp": expires}
        response.set_cookie(
            self.tenant_cookie,
            jwt.encode({"alg": _ALGORITHM}, claims, self._key),
            max_age=int(LIFETIME.total_seconds()),
            path="/",
            secure=self._secure,
            httponly=True,
            samesite="lax",
        )

    def forget(self, response: Response) -> None:
        """Take the cookies away."""
        for cookie in (self.cookie, self.tenant_cookie):
            response.delete_cookie(
                cookie, path="/", secure=self._secure, httponly=True, samesite="lax"
            )

    def form_token(self, session: LoginSession) -> str:
        """Token a form must bring back; it changes when the person logs in."""
        digest = hmac.new(self._form_key, session.id.encode(), hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest).decode()

    def sent_by(self, session: LoginSession, token: str | None) -> bool:
        """Whether a form came from a page that this browser was shown."""
        expected = self.form_token(session)
        return token is not None and hmac.compare_digest(expected.encode(), token.encode())


def logged_in(user_id: UserId, password_hash: str) -> LoginSession:
    """Make a session of a person; its id is new, so a planted cookie gains nothing."""
    return LoginSession(
        secrets.token_urlsafe(16), user_id, datetime.now(UTC), stamp_of(password_hash)
    )


def stamp_of(password_hash: str) -> str:
    """Make the mark by which a session knows its password."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:16]
