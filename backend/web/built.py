"""A face that was built elsewhere: its files below an address, and its one page for every other."""

import asyncio
import mimetypes
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from backend.web.sources import NONE, Sources

NONCE = "__NONCE__"
"""Stands in the built page where the nonce of an answer goes."""

WORKER = "sw.js"
"""Service worker of a face that has one: asked for anew each time, with a policy of its own."""

_TYPES = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}
_COMPRESSED = frozenset({".js", ".mjs", ".css", ".svg", ".json"})
_OF_WORKER = "default-src 'none'; connect-src 'self'"
_KEPT = "public, max-age=31536000, immutable"
_ASKED = "no-cache"


@dataclass(frozen=True, slots=True)
class Built:
    """The built face in a directory; it may be built while the API runs."""

    directory: Path
    base: str
    """Address of it, as ``/console``."""
    kept: str
    """Below this folder names hold a hash of their file, which never changes."""
    absent: str
    """The page that is served before it is built."""
    sources: Callable[[Request], Awaitable[Sources]] | None = None
    """What else its page may ask, by who asks for it."""

    def routes(self) -> list[BaseRoute]:
        """Its addresses."""
        return [Route(self.base, self.top), Route(f"{self.base}/{{path:path}}", self.page)]

    async def top(self, _: Request) -> Response:
        """Its addresses are all below its own."""
        return RedirectResponse(f"{self.base}/", 308)

    async def file(self, request: Request) -> Response:
        """Answer with a file as it was built."""
        path = request.path_params["path"]
        found = await asyncio.to_thread(self._found, path)
        if found is None:
            raise HTTPException(404)
        headers = {"Cache-Control": _KEPT if path.startswith(self.kept) else _ASKED}
        if path == WORKER:
            headers["Content-Security-Policy"] = _OF_WORKER
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
        if path.startswith(self.kept) or "." in path.rpartition("/")[2]:
            return await self.file(request)
        try:
            html = await asyncio.to_thread((self.directory / "index.html").read_text)
        except FileNotFoundError:
            return HTMLResponse(self.absent, 503, headers={"Cache-Control": "no-store"})
        nonce = secrets.token_urlsafe(12)
        allowed = NONE if self.sources is None else await self.sources(request)
        return HTMLResponse(
            html.replace(NONCE, nonce),
            headers={
                "Content-Security-Policy": _policy(nonce, allowed),
                "Cache-Control": "no-store",
            },
        )

    def _found(self, path: str) -> Path | None:
        file = (self.directory / path).resolve()
        inside = file.is_relative_to(self.directory.resolve())
        return file if inside and file.is_file() and file.name != "index.html" else None


def _takes_gzip(request: Request) -> bool:
    return "gzip" in request.headers.get("accept-encoding", "")


def _policy(nonce: str, allowed: Sources) -> str:
    """What we serve ourselves, and the tenant's tiles and logo; scripts are ours alone.

    Charts and maps set styles of elements, and nothing else.
    """
    images = " ".join(("'self'", "data:", "blob:", *allowed.images))
    connects = " ".join(("'self'", *allowed.connects))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",
            f"img-src {images}",
            "font-src 'self'",
            f"connect-src {connects}",
            "worker-src 'self' blob:",
            "manifest-src 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
        )
    )
