"""The session of the app: a code for tokens, one refresh token for the next, and the end of it.

The access token always travels in the body and lives in memory. The refresh token of a phone lies
in its key store; that of a browser in a cookie no script can read, sent to these addresses alone.
"""

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from backend.web.mobile import CLIENT_ID, NATIVE_CALLBACK
from backend.web.own_apps import web_callbacks
from domain.errors import InvalidError, UnauthenticatedError
from mobile_bff.requests import body_of, json_answer, optional_text, text_in
from mobile_bff.rotation import Rotations, Tokens
from tenants.credentials import Kind
from tenants.oauth.records import REFRESH_LIFETIME
from tenants.oauth.server import ProtocolRequest
from tenants.oauth.service import OAuthService
from tenants.oauth.throttle import client_attempts

PATH = "/bff/session"
_WEB, _NATIVE = "web", "native"


@dataclass
class Sessions:
    """The session endpoints of one issuer."""

    sign_in: OAuthService
    rotations: Rotations = field(default_factory=Rotations)

    def __post_init__(self) -> None:
        self._secure = self.sign_in.issuer.startswith("https://")
        self.cookie = "__Secure-balance-app" if self._secure else "balance-app"

    async def begin(self, request: Request) -> Response:
        """Take the code of an authorization (RFC 6749, 4.1.3, with PKCE)."""
        content = await body_of(request)
        kind = _kind_in(content)
        usual = web_callbacks(self.sign_in.issuer)[0] if kind == _WEB else NATIVE_CALLBACK
        tokens = await self._exchange(
            request,
            {
                "grant_type": "authorization_code",
                "code": text_in(content, "code", 500),
                "code_verifier": text_in(content, "verifier", 128),
                "redirect_uri": optional_text(content, "redirectUri", 500) or usual,
            },
        )
        return self._given(tokens, kind)

    async def refresh(self, request: Request) -> Response:
        """Take a refresh token for new tokens."""
        content = await body_of(request)
        kind = _kind_in(content)
        token = self._token_in(request, content, kind)
        if token is None:
            raise UnauthenticatedError("there is no session", code="SESSION_ENDED")
        fields = {"grant_type": "refresh_token", "refresh_token": token}
        tokens = await self.rotations.once(token, lambda: self._exchange(request, fields))
        return self._given(tokens, kind)

    async def end(self, request: Request) -> Response:
        """End the session and all its refresh tokens; there may be none."""
        content = await body_of(request)
        token = self._token_in(request, content, _kind_in(content))
        tenant = self.sign_in.tenant_of(CLIENT_ID, (Kind.REFRESH_TOKEN, token))
        if token is not None and tenant is not None:
            asked = _asked({"token": token, "token_type_hint": "refresh_token"}, "/oauth/revoke")
            await self.sign_in.run(
                tenant, lambda server: server.create_endpoint_response("revocation", asked)
            )
        response = Response(status_code=204, headers={"Cache-Control": "no-store"})
        response.delete_cookie(
            self.cookie, path=PATH, secure=self._secure, httponly=True, samesite="strict"
        )
        return response

    async def _exchange(self, request: Request, fields: dict[str, str]) -> Tokens:
        """Run a grant of the app inside its tenant's session.

        Raises
        ------
        UnauthenticatedError
            SESSION_ENDED: the code or the token is not good, or its person has no seat any more.
        LimitError
            TOO_MANY_ATTEMPTS
        """
        carried = (
            (Kind.AUTHORIZATION_CODE, fields.get("code")),
            (Kind.REFRESH_TOKEN, fields.get("refresh_token")),
        )
        tenant = self.sign_in.tenant_of(CLIENT_ID, *carried)
        attempts = client_attempts(CLIENT_ID, request.client.host if request.client else "")
        await self.sign_in.throttle.check(attempts)
        if tenant is not None:
            asked = _asked(fields, "/oauth/token")
            answer = await self.sign_in.run(
                tenant, lambda server: server.create_token_response(asked)
            )
            if answer.status_code == 200:
                tokens: dict[str, Any] = orjson.loads(answer.body)
                return tokens
        await self.sign_in.throttle.count(attempts)
        raise UnauthenticatedError("the session has ended; sign in again", code="SESSION_ENDED")

    def _given(self, tokens: Tokens, kind: str) -> Response:
        told = {
            "accessToken": tokens["access_token"],
            "expiresIn": tokens["expires_in"],
            "scope": tokens["scope"],
            "idToken": tokens.get("id_token"),
        }
        refresh = tokens.get("refresh_token")
        if kind == _NATIVE:
            return json_answer(told | {"refreshToken": refresh})
        response = json_answer(told)
        if refresh is not None:
            response.set_cookie(
                self.cookie,
                refresh,
                max_age=int(REFRESH_LIFETIME.total_seconds()),
                path=PATH,
                secure=self._secure,
                httponly=True,
                samesite="strict",
            )
        return response

    def _token_in(self, request: Request, content: dict[str, Any], kind: str) -> str | None:
        if kind == _WEB:
            return request.cookies.get(self.cookie)
        return optional_text(content, "refreshToken", 500)


def _kind_in(content: dict[str, Any]) -> str:
    kind = content.get("client")
    if kind not in {_WEB, _NATIVE}:
        raise InvalidError('client must be "web" or "native"', field="client")
    return str(kind)


def _asked(fields: dict[str, str], path: str) -> ProtocolRequest:
    return ProtocolRequest("POST", path, {**fields, "client_id": CLIENT_ID}, {})
