"""The addresses of the authorization server, to be mounted at the root of the application."""

from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from tenants.oauth.authorize import Authorization
from tenants.oauth.departure import Departure
from tenants.oauth.discovery import Discovery
from tenants.oauth.endpoints import ProtocolEndpoints
from tenants.oauth.pages import STATIC, Pages
from tenants.oauth.service import OAuthService


def oauth_routes(service: OAuthService) -> list[BaseRoute]:
    """Routes of ``service``."""
    pages = Pages(secure=service.issuer.startswith("https://"))
    protocol, discovery = ProtocolEndpoints(service), Discovery(service)
    authorization, departure = Authorization(service, pages), Departure(service, pages)
    forms = ["GET", "POST"]
    return [
        Route("/oauth/authorize", authorization.__call__, methods=forms),
        Route("/oauth/token", protocol.token, methods=["POST"]),
        Route("/oauth/revoke", protocol.revoke, methods=["POST"]),
        Route("/oauth/introspect", protocol.introspect, methods=["POST"]),
        Route("/oauth/userinfo", protocol.userinfo, methods=forms),
        Mount("/oauth/static", StaticFiles(directory=STATIC)),
        Route("/logout", departure.__call__, methods=forms),
        Route("/.well-known/openid-configuration", discovery.configuration),
        Route("/.well-known/oauth-authorization-server", discovery.configuration),
        Route("/.well-known/jwks.json", discovery.jwks),
    ]
