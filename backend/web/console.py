"""The web console: its built files under /console, and its one page for every address below."""

import asyncio
import mimetypes
import secrets
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tenants.oauth.parties import Client

CLIENT_ID = "console"
NONCE = "__NONCE__"
"""Stands in the built page where the nonce of an answer goes."""

_TYPES = {".mjs": "text/javascript", ".js": "text/javascript", ".json": "application/json"}
_COMPRESSED = frozenset({".js", ".mjs", ".css", ".svg", ".json"})
_KEPT = "public, max-age=31536000, immutable"
_ASKED = "no-cache"
_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Console not built</title>
<h1>The console is not built</h1>
<p>It is built by <code>make console</code>, which needs Node.js 20 or newer. The API and everything
else work without it.</p></html>
"""


def console_app(addresses: list[str]) -> Client:
    """The console as a client of sign-in: public, of no tenant, at every installation."""
    return Client.of_product(CLIENT_ID, "Balance", addresses)


@dataclass(frozen=True, slots=True)
class Console:
    """The built console in a directory; it may be built while the API runs."""

    directory: Path

    async def top(self, _: Request) -> Response:
        """Its addresses are all below its own."""
        return RedirectResponse("/console/", 308)

    async def file(self, request: Request) -> Response:
        """Answer with a file as it was built; what is below assets/ never changes."""
        path = request.path_params["path"]
        found = await asyncio.to_thread(self._found, path)
        if found is None:
            raise HTTPException(404)
        headers = {"Cache-Control": _KEPT if path.startswith("assets/") else _ASKED}
        kind = _TYPES.get(found.suffix) or mimetypes.guess_type(found.name)[0]
        if found.suffix in _COMPRESSED:
            headers["Vary"] = "Accept-Encoding"
            packed = found.with_name(f"{found.name}.gz")
            if _takes_gzip(request) and packed.is_file():
                return FileResponse(
                    packed, headers=headers | {"Content-Encoding": "gzip"}, media_type=kind
                )
        return FileResponse(found, headers=headers, media_type=kind)

    async def page(self, request: Request) -> Response:
        """Answer with the page; the addresses below it are routes in the browser."""
        path = request.path_params["path"]
        if path.startswith("assets/") or "." in path.rpartition("/")[2]:
            return await self.file(request)
        try:
            html = await asyncio.to_thread((self.directory / "index.html").read_text)
        except FileNotFoundError:
            return HTMLResponse(_NOT_BUILT, 503, headers={"Cache-Control": "no-store"})
        nonce = secrets.token_urlsafe(12)
        return HTMLResponse(
            html.replace(NONCE, nonce),
            headers={"Content-Security-Policy": _policy(nonce), "Cache-Control": "no-store"},
        )

    def _found(self, path: str) -> Path | None:
        file = (self.directory / path).resolve()
        inside = file.is_relative_to(self.directory.resolve())
        return file if inside and file.is_file() and file.name != "index.html" else None


def console_routes(directory: Path) -> list[BaseRoute]:
    """Routes of the console."""
    console = Console(directory)
    return [
        Route("/console", console.top),
        Route("/console/{path:path}", console.page),
    ]


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _policy(nonce: str) -> str:
    """Only what we serve ourselves; charts and maps set styles of elements, and nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
