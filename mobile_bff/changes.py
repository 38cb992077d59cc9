"""``GET /bff/changes``: what was created, updated and deleted since the app looked last.

With ``wait`` the answer comes when there is something to tell, or when so many seconds are over.

The cursor holds itself what the app knew then, packed: the marks of some dozens of things. So the
server remembers nothing, a cursor outlives any restart, and what is gone shows as deleted, also
what the household may see no more.
"""

import asyncio
import base64
import binascii
import contextlib
import zlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from backend.graphql.ids import Kind, encode
from backend.services.households import state
from backend.services.households.state import State
from domain.errors import ForbiddenError, InvalidError
from domain.identity import PremiseId, Scope
from mobile_bff.news import News
from mobile_bff.requests import Desk
from mobile_bff.snapshots import Snapshot
from tenants.session import Database

_KINDS = {
    "home": Kind.PREMISE,
    "meter": Kind.METERING_POINT,
    "readings": Kind.METERING_POINT,
    "alert": Kind.ALERT,
    "command": Kind.COMMAND,
    "event": Kind.DR_EVENT,
}
LONGEST_S = 50
"""A wait ends before what lies between app and server takes the silence for a failure."""

_DIGITS = 3
_LONGEST = 8000
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Changes:
    """The endpoint of changes."""

    desk: Desk
    database: Database
    news: News

    async def answer(self, request: Request) -> Response:
        """Changes since a cursor; without one everything is new."""
        before = unpacked(request.query_params.get("since"))
        wait_s = _seconds(request.query_params.get("wait"))
        scope = await self.desk.scope(request)
        if wait_s:
            now = await self._awaited(request, scope, before, wait_s)
        else:
            now, _ = await self._state(scope)
        body = orjson.dumps(differences(before, now) | {"cursor": packed(now)})
        return Snapshot.of(body).answer(request)

    async def _awaited(self, request: Request, scope: Scope, before: State, wait_s: int) -> State:
        """The first state that is another one; the same one when the time is over."""
        end = asyncio.get_running_loop().time() + wait_s
        # it listens before it looks: what happens in between is looked at again
        async with self.news.ear(scope) as ear, _listener(request) as gone:
            while True:
                now, homes = await self._state(scope)
                if now != before or ear is None:
                    return now
                ear.homes = homes
                gone.add_done_callback(lambda _: ear.changed.set())
                left_s = end - asyncio.get_running_loop().time()
                if not await ear.wait(left_s) or gone.done() or self.news.closed:
                    return now
                scope = await self.desk.scope(request)

    async def _state(self, scope: Scope) -> tuple[State, frozenset[PremiseId]]:
        if scope.household is None:
            raise ForbiddenError("this is for residents and their delegates")
        async with self.database.session(scope) as session:
            found = await state.of_household(session, datetime.now(UTC))
            return found, frozenset(one.premise for one in session.scope.homes)


@contextlib.asynccontextmanager
async def _listener(request: Request) -> AsyncGenerator[asyncio.Task[None]]:
    """Done when the app has hung up."""

    async def hung_up() -> None:
        while (await request.receive())["type"] != "http.disconnect":
            pass

    task = asyncio.create_task(hung_up())
    try:
        yield task
    finally:
        task.cancel()


def _seconds(text: str | None) -> int:
    """How long to wait.

    Raises
    ------
    InvalidError
        It is no number of seconds within limits.
    """
    if text is None:
        return 0
    if not text.isascii() or not text.isdigit() or len(text) > _DIGITS or int(text) > LONGEST_S:
        raise InvalidError(f"wait must be 0 to {LONGEST_S} seconds", field="wait")
    return int(text)


def differences(before: State, now: State) -> dict[str, list[dict[str, str]]]:
    """What is new, what has another mark, and what is gone; in the order of kinds and numbers."""
    return {
        "created": [_named(key) for key in sorted(now.keys() - before.keys())],
        "updated": [
            _named(key) for key in sorted(now.keys() & before.keys()) if now[key] != before[key]
        ],
        "deleted": [_named(key) for key in sorted(before.keys() - now.keys())],
    }


def _named(key: tuple[str, int]) -> dict[str, str]:
    kind, number = key
    return {"type": kind, "id": encode(_KINDS[kind], number)}


def packed(known: State) -> str:
    """Cursor of a state."""
    plain = orjson.dumps([[kind, number, mark] for (kind, number), mark in sorted(known.items())])
    return base64.urlsafe_b64encode(zlib.compress(plain, 9)).decode().rstrip("=")


def unpacked(cursor: str | None) -> State:
    """State of a cursor; empty without one.

    Raises
    ------
    InvalidError
        BAD_CURSOR: it is none of ours.
    """
    if cursor is None:
        return {}
    try:
        # a longer one is cut, and so is none
        text = cursor[:_LONGEST]
        packed_bytes = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        unpacking = zlib.decompressobj()
        rows: Any = orjson.loads(unpacking.decompress(packed_bytes, _MOST_BYTES))
        return {_key(kind, number): str(mark) for kind, number, mark in rows}
    except (binascii.Error, zlib.error, ValueError, TypeError, KeyError):
        raise InvalidError(
            "since is no cursor of ours; leave it out to begin anew",
            code="BAD_CURSOR",
            field="since",
        ) from None


def _key(kind: object, number: object) -> tuple[str, int]:
    if kind not in _KINDS or not isinstance(number, int) or not 0 <= number < 2**63:
        raise ValueError(kind)
    return str(kind), number
