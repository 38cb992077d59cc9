"""The two public documents: what this server can do, and the keys it signs with."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tenants.oauth.keys import ALGORITHM
from tenants.oauth.parties import SCOPES
from tenants.oauth.service import OAuthService
from tenants.particulars import LOCALES

_HEADERS = {"Cache-Control": "public, max-age=300", "Access-Control-Allow-Origin": "*"}
_WITH_SECRET = ["client_secret_basic", "client_secret_post"]


class Discovery:
    """The documents of one issuer."""

    def __init__(self, service: OAuthService) -> None:
        self._service = service

    async def configuration(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """OpenID Connect Discovery, and RFC 8414."""
        issuer = self._service.issuer
        document = {
            "issuer": issuer,
            "authorization_endpoint": f"{issuer}/oauth/authorize",
            "token_endpoint": f"{issuer}/oauth/token",
            "revocation_endpoint": f"{issuer}/oauth/revoke",
            "introspection_endpoint": f"{issuer}/oauth/introspect",
            "userinfo_endpoint": f"{issuer}/oauth/userinfo",
            "end_session_endpoint": f"{issuer}/logout",
            "jwks_uri": f"{issuer}/.well-known/jwks.json",
            "scopes_supported": [str(scope) for scope in SCOPES],
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": [*_WITH_SECRET, "none"],
            "revocation_endpoint_auth_methods_supported": [*_WITH_SECRET, "none"],
            "introspection_endpoint_auth_methods_supported": _WITH_SECRET,
            "id_token_signing_alg_values_supported": [ALGORITHM],
            "subject_types_supported": ["public"],
            "claims_supported": ["sub", "tid", "roles", "name", "locale", "email", "auth_time"],
            "prompt_values_supported": ["none", "login", "consent", "select_account"],
            "ui_locales_supported": list(LOCALES),
        }
        return JSONResponse(document, headers=_HEADERS)

    async def jwks(self, request: Request) -> Response:  # noqa: ARG002 - a route's shape
        """Public keys, the next one included (RFC 7517)."""
        await self._service.keys.refresh()
        return JSONResponse(self._service.keys.jwks(), headers=_HEADERS)
