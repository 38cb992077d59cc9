"""Answers that are sent again for as long as nothing they are made of has another version."""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

_WORTH_PACKING = 600


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A body with the name of its content, packed where that is worth it."""

    body: bytes
    packed: bytes | None
    tag: str

    @classmethod
    def of(cls, body: bytes) -> "Snapshot":
        """Name and pack a body."""
        tag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
        packed = gzip.compress(body, 6, mtime=0) if len(body) > _WORTH_PACKING else None
        return cls(body, packed, tag)

    def answer(self, request: Request) -> Response:
        """The body, or 304 where the app has it."""
        headers = {
            "ETag": self.tag,
            "Cache-Control": "private, no-cache",
            "Vary": "Authorization, Accept-Encoding",
        }
        given = request.headers.get("if-none-match", "")
        if self.tag in {one.strip().removeprefix("W/") for one in given.split(",")}:
            return Response(status_code=304, headers=headers)
        if self.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            return Response(self.packed, 200, headers, "application/json")
        return Response(self.body, 200, headers, "application/json")


class Snapshots:
    """The newest answer to each question, with the version it was made at; bounded."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, tuple[Hashable, Snapshot]] = OrderedDict()

    def find(self, question: Hashable, version: Hashable) -> Snapshot | None:
        """The answer, if it was made at this very version."""
        known = self._known.get(question)
        if known is None or known[0] != version:
            return None
        self._known.move_to_end(question)
        return known[1]

    def keep(self, question: Hashable, version: Hashable, snapshot: Snapshot) -> None:
        """Keep an answer in the place of the one before; the longest unasked one gives way."""
        self._known[question] = version, snapshot
        self._known.move_to_end(question)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
