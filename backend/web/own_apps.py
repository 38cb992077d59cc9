"""Clients of sign-in that belong to the product itself."""

from backend.settings import Settings
from backend.web.console import console_app
from backend.web.routes import own_addresses
from tenants.oauth.parties import Client

RESIDENTS_APP = "app"
NATIVE_CALLBACK = "balance://callback"
"""Where the app on a phone takes its code: an address of its own scheme (RFC 8252, 7.1)."""


def web_callbacks(public_url: str) -> list[str]:
    """Where the residents' app in a browser takes its code."""
    return own_addresses(public_url, "/app/callback")


def own_apps(settings: Settings) -> list[Client]:
    """Make them, at the addresses of this installation."""
    # Sign-out returns to an app's own address, sign-in to the one that takes the code.
    console = [
        address
        for path in ("/console/callback", "/console/")
        for address in own_addresses(settings.public_url, path)
    ]
    residents = [
        *web_callbacks(settings.public_url),
        *own_addresses(settings.public_url, "/app/"),
        NATIVE_CALLBACK,
    ]
    apps = [
        console_app(console),
        Client.of_product(RESIDENTS_APP, "Balance", residents),
    ]
    if settings.graphiql:
        addresses = own_addresses(settings.public_url, "/graphiql")
        apps.append(Client.of_product("graphiql", "GraphiQL", addresses))
    return apps
