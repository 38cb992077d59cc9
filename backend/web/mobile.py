"""The residents' app: its web build under /app."""

from pathlib import Path

from starlette.routing import BaseRoute

from backend.web.built import Built

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>App not built</title>
<h1>The app is not built</h1>
<p>It is built by <code>make app</code>, which needs Node.js 20 or newer. The API and everything
else work without it.</p></html>
"""


def mobile_routes(directory: Path) -> list[BaseRoute]:
    """Routes of the app's web build."""
    return Built(directory, "/app", "_expo/", _NOT_BUILT).routes()
