"""The residents' app: its web build under /app, and how it signs in there and on devices."""

from pathlib import Path

from starlette.routing import BaseRoute

from backend.web.built import Built
from backend.web.sources import TenantSources
from tenants.oauth.parties import Client

CLIENT_ID = "app"
NATIVE_CALLBACK = "balance://callback"
"""Where sign-in returns to on a device (RFC 8252, private-use scheme; PKCE keeps the code ours)."""

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>App not built</title>
<h1>The app is not built</h1>
<p>It is built by <code>make app</code>, which needs Node.js 20 or newer. The API and everything
else work without it.</p></html>
"""


def resident_app(addresses: list[str]) -> Client:
    """The app as a client of sign-in: public, of no tenant, at every installation."""
    return Client.of_product(CLIENT_ID, "Balance", [*addresses, NATIVE_CALLBACK])


def mobile_routes(directory: Path, sources: TenantSources) -> list[BaseRoute]:
    """Routes of the app's web build."""
    return Built(directory, "/app", "_expo/", _NOT_BUILT, sources).routes()
