"""Endpoints that programs call: token, revoke, introspect, userinfo."""

from collections.abc import Callable
from datetime import UTC, datetime

from authlib.oauth2.rfc6749.util import extract_basic_authorization
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.errors import InvalidError, LimitError, UnauthenticatedError
from domain.identity import TenantId
from tenants.credentials import Kind
from tenants.oauth.forms import read_form
from tenants.oauth.server import NOT_CACHED, ProtocolRequest, ProtocolServer, profile_of
from tenants.oauth.service import OAuthService
from tenants.oauth.throttle import client_attempts
from tenants.oauth.tokens import Grant

_OF_CODE_OR_TOKEN = ("authorization_code", "refresh_token")


class ProtocolEndpoints:
    """The endpoints of one service, as Starlette calls them."""

    def __init__(self, service: OAuthService) -> None:
        self._service = service

    async def token(self, request: Request) -> Response:
        """Give tokens for a grant (RFC 6749, 3.2)."""
        return await self._answer(
            request, lambda server, asked: server.create_token_response(asked)
        )

    async def revoke(self, request: Request) -> Response:
        """End a refresh token (RFC 7009)."""
        return await self._answer(
            request, lambda server, asked: server.create_endpoint_response("revocation", asked)
        )

    async def introspect(self, request: Request) -> Response:
        """Describe a token (RFC 7662)."""
        return await self._answer(
            request, lambda server, asked: server.create_endpoint_response("introspection", asked)
        )

    async def userinfo(self, request: Request) -> Response:
        """Describe the person behind an access token (OpenID Connect Core, 5.3)."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return _bearer_error(401, None)
        try:
            grant = await self._service.mint.read(token.strip())
        except UnauthenticatedError:
            return _bearer_error(401, "invalid_token")
        user_id = grant.user_id
        if user_id is None or "openid" not in grant.scopes:
            return _bearer_error(403, "insufficient_scope")
        roles = [str(role) for role in grant.roles]
        person = await self._service.run(
            grant.tenant_id,
            lambda server: server.records.person(user_id, roles, datetime.now(UTC)),
        )
        if person is None:
            return _bearer_error(401, "invalid_token")
        return JSONResponse(profile_of(person, list(grant.scopes)), headers=NOT_CACHED)

    async def _answer(
        self,
        request: Request,
        protocol: Callable[[ProtocolServer, ProtocolRequest], Response],
    ) -> Response:
        """Find the tenant of a request, and run the protocol in its session."""
        try:
            fields = await read_form(request)
        except InvalidError as error:
            return _error(400, "invalid_request", error.message)
        authorization = request.headers.get("authorization", "")
        try:
            named: str | None = extract_basic_authorization({"Authorization": authorization})[0]
        except ValueError:
            return _error(401, "invalid_client", "The authorization header cannot be read")
        client_id = named or fields.get("client_id", "")
        tenant = self._service.tenant_of(
            client_id,
            (Kind.AUTHORIZATION_CODE, fields.get("code")),
            (Kind.REFRESH_TOKEN, fields.get("refresh_token") or fields.get("token")),
        )
        address = request.client.host if request.client else "unknown"
        attempts = client_attempts(client_id[:100], address)
        try:
            await self._service.throttle.check(attempts)
        except LimitError as error:
            return _too_many(error)
        if tenant is None:
            await self._service.throttle.count(attempts)
            return _without_tenant(fields, known=client_id in self._service.apps)
        asked = ProtocolRequest(
            request.method, request.url.path, fields, {"Authorization": authorization}
        )
        response = await self._run(tenant, asked, protocol)
        if response.status_code == 401:
            await self._service.throttle.count(attempts)
        return response

    async def _run(
        self,
        tenant: TenantId,
        asked: ProtocolRequest,
        protocol: Callable[[ProtocolServer, ProtocolRequest], Response],
    ) -> Response:
        """Run the protocol in the tenant's session, with what it cannot wait for at hand."""
        ahead = await self._read_ahead(asked.form.get("token"))

        def run(server: ProtocolServer) -> Response:
            server.read_ahead = ahead
            return protocol(server, asked)

        return await self._service.run(tenant, run)

    async def _read_ahead(self, token: str | None) -> Grant | None:
        """Verify an access token before the protocol runs, which cannot wait for keys."""
        if token is None or token.count(".") != 2:
            return None
        try:
            return await self._service.mint.read(token)
        except UnauthenticatedError:
            return None


def _without_tenant(fields: dict[str, str], *, known: bool) -> Response:
    """Answer a request that names no tenant: a client not known, or nothing to exchange."""
    if not known:
        return _error(401, "invalid_client", "The client is unknown or its credentials are wrong")
    if "token" in fields:
        return JSONResponse({}, headers=NOT_CACHED)
    if fields.get("grant_type") == "client_credentials":
        return _error(400, "unauthorized_client", "This client serves people only")
    if fields.get("grant_type") not in _OF_CODE_OR_TOKEN:
        return _error(400, "unsupported_grant_type", "The grant type is missing or not supported")
    if "code" in fields or "refresh_token" in fields:
        return _error(400, "invalid_grant", "The code or token is not valid")
    return _error(400, "invalid_request", "The code or token is missing")


def _too_many(error: LimitError) -> Response:
    response = _error(429, "temporarily_unavailable", error.message)
    response.headers["Retry-After"] = str(int(error.retry_after_s or 60))
    return response


def _error(status: int, error: str, description: str) -> Response:
    headers = dict(NOT_CACHED)
    if status == 401:
        headers["WWW-Authenticate"] = f'Basic realm="balance", error="{error}"'
    return JSONResponse({"error": error, "error_description": description}, status, headers=headers)


def _bearer_error(status: int, error: str | None) -> Response:
    challenge = 'Bearer realm="balance"' + (f', error="{error}"' if error else "")
    headers = {**NOT_CACHED, "WWW-Authenticate": challenge}
    return JSONResponse({"error": error or "missing_token"}, status, headers=headers)
