"""Clients of sign-in that belong to the product itself."""

from backend.settings import Settings
from backend.web.console import console_app
from backend.web.mobile import resident_app
from backend.web.routes import own_addresses
from tenants.oauth.parties import Client


def web_callbacks(public_url: str) -> list[str]:
    """Where the residents' app in a browser takes its code."""
    return own_addresses(public_url, "/app/callback")


def own_apps(settings: Settings) -> list[Client]:
    """Make them, at the addresses of this installation."""
    apps = [
        console_app(_face_addresses(settings, "/console")),
        resident_app(_face_addresses(settings, "/app")),
    ]
    if settings.graphiql:
        addresses = own_addresses(settings.public_url, "/graphiql")
        apps.append(Client.of_product("graphiql", "GraphiQL", addresses))
    if settings.demo:
        addresses = own_addresses(settings.public_url, "/outbox")
        apps.append(Client.of_product("outbox", "Outbox", addresses))
    return apps


def _face_addresses(settings: Settings, base: str) -> list[str]:
    """Sign-in returns to the address that takes the code, sign-out to the face's own."""
    return [
        address
        for path in (f"{base}/callback", f"{base}/")
        for address in own_addresses(settings.public_url, path)
    ]
