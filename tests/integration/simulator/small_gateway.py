"""A gateway in memory that answers as the contract's "Push" says, and can be unkind on request."""

import gzip
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
import msgpack
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from domain.authenticity import REPLAY_WINDOW, signature
from domain.frame_fields import BadFrameError
from domain.frames import is_in_future, parse_frame, sequences_of

Reading = tuple[str, int, int, int]
"""Device, hour, network, channel."""

Unkind = Callable[[int], Response | Exception | str | None]
"""By the number of the request: an answer instead, an error, or ``"drop"`` after the commit."""


class PowerCutError(Exception):
    """Every concentrator loses its power; the gateway may have committed just before."""

    def __init__(self, *, committed: bool) -> None:
        super().__init__()
        self.committed = committed


@dataclass
class SmallGateway:
    """What it has been told, and how it misbehaves."""

    secrets: dict[str, str]
    unkind: Unkind = lambda _: None
    gaps: list[dict[str, Any]] = field(default_factory=list)
    config: dict[str, Any] | None = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    readings: dict[Reading, int] = field(default_factory=dict)
    conflicts: list[Reading] = field(default_factory=list)
    frames: dict[tuple[str, int], bytes] = field(default_factory=dict)
    events: list[tuple[str, str]] = field(default_factory=list)
    counters: dict[str, list[int]] = field(default_factory=dict)
    highest: dict[str, int] = field(default_factory=dict)
    statuses: list[int] = field(default_factory=list)
    rejections: list[str] = field(default_factory=list)
    kinds: set[tuple[str | None, str | None]] = field(default_factory=set)
    longest_body: int = 8 * 2**20
    duplicates: int = 0
    requests: int = 0

    def transport(self) -> httpx.AsyncBaseTransport:
        routes = [
            Route("/gateway/v1/frames", self._push, methods=["POST"]),
            Route("/gateway/v1/config", self._config, methods=["GET"]),
        ]
        return httpx.ASGITransport(app=Starlette(routes=routes))

    async def _push(self, request: Request) -> Response:
        self.requests += 1
        body = await request.body()
        trick = self.unkind(self.requests)
        if isinstance(trick, PowerCutError) and trick.committed:
            self._judge(request, body)
        if isinstance(trick, Exception):
            raise trick
        if isinstance(trick, Response):
            self.statuses.append(trick.status_code)
            return trick
        answer = self._judge(request, body)
        self.statuses.append(answer.status_code)
        if trick == "drop":
            raise httpx.ReadError("the answer was lost on the way")
        return answer

    def _judge(self, request: Request, body: bytes) -> Response:
        serial = request.headers["x-balance-device"]
        if not self._signed(request, serial, body):
            return JSONResponse({"code": "BAD_SIGNATURE", "message": "no"}, 401)
        counter = int(request.headers["x-balance-counter"])
        if not self._fresh(serial, counter):
            highest = self.highest[serial]
            return JSONResponse({"code": "COUNTER_USED", "highest": highest}, 409)
        if len(body) > self.longest_body:
            return JSONResponse({"code": "TOO_LARGE", "message": ""}, 413)
        kind = request.headers.get("content-type")
        encoding = request.headers.get("content-encoding")
        self.kinds.add((kind, encoding))
        plain = gzip.decompress(body) if encoding == "gzip" else body
        unpacked = msgpack.unpackb(plain) if kind == "application/msgpack" else orjson.loads(plain)
        return JSONResponse(self._accept(serial, unpacked))

    def _signed(self, request: Request, serial: str, body: bytes) -> bool:
        target = request.scope["raw_path"].decode()
        time, counter = request.headers["x-balance-time"], request.headers["x-balance-counter"]
        secret = self.secrets.get(serial, "")
        expected = signature(secret, request.method, target, serial, int(counter), time, body)
        given = request.headers["authorization"].removeprefix("HMAC ")
        return serial in self.secrets and hmac.compare_digest(expected, given)

    def _fresh(self, serial: str, counter: int) -> bool:
        highest, seen = self.highest.get(serial, 0), self.counters.setdefault(serial, [])
        if counter <= highest - REPLAY_WINDOW or counter in seen:
            return False
        seen.append(counter)
        self.highest[serial] = max(highest, counter)
        return True

    def _accept(self, serial: str, document: Any) -> dict[str, Any]:
        accepted, duplicates, rejected = [], [], []
        for sequence, raw in sequences_of(document):
            canonical = orjson.dumps(raw, option=orjson.OPT_SORT_KEYS)
            known = self.frames.get((serial, sequence))
            if known is not None and known != canonical:
                rejected.append({"sequence": sequence, "code": "SEQUENCE_CONFLICT", "message": ""})
                continue
            if known is not None:
                duplicates.append(sequence)
                continue
            try:
                frame = parse_frame(raw)
            except BadFrameError as error:
                rejected.append({"sequence": sequence, "code": error.code, "message": str(error)})
                continue
            if is_in_future(frame, self.now()):
                rejected.append({"sequence": sequence, "code": "HOUR_IN_FUTURE", "message": ""})
                continue
            self.frames[serial, sequence] = canonical
            self._keep(serial, frame)
            accepted.append(sequence)
        self.duplicates += len(duplicates)
        self.rejections += [entry["code"] for entry in rejected]
        gaps, self.gaps = self.gaps, []
        return {
            "accepted": accepted,
            "duplicates": duplicates,
            "rejected": rejected,
            "server_time": self.now().isoformat(),
            "gaps": gaps,
            "commands": [],
        }

    def _keep(self, serial: str, frame: Any) -> None:
        self.events += [(serial, str(event.kind)) for event in frame.events]
        for block in frame.blocks:
            for channel, counter in zip(block.channels, block.counters, strict=True):
                key = (serial, block.hour, block.network, int(channel))
                if self.readings.setdefault(key, int(counter)) != int(counter):
                    self.conflicts.append(key)

    async def _config(self, _: Request) -> Response:
        if self.config is None:
            return JSONResponse({"code": "NOT_FOUND", "message": ""}, 404)
        return JSONResponse(self.config)
