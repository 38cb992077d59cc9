"""The web console: its built files under /console, and its one page for every address below."""

from pathlib import Path

from starlette.routing import BaseRoute

from backend.web.built import Built
from backend.web.sources import TenantSources
from tenants.oauth.parties import Client

CLIENT_ID = "console"

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Console not built</title>
<h1>The console is not built</h1>
<p>It is built by <code>make console</code>, which needs Node.js 20 or newer. The API and everything
else work without it.</p></html>
"""


def console_app(addresses: list[str]) -> Client:
    """The console as a client of sign-in: public, of no tenant, at every installation."""
    return Client.of_product(CLIENT_ID, "Balance", addresses)


def console_routes(directory: Path, sources: TenantSources) -> list[BaseRoute]:
    """Routes of the console."""
    return Built(directory, "/console", "assets/", _NOT_BUILT, sources).routes()
