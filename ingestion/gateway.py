"""The gateway's protocol: authenticate a concentrator, read its push, have it journalled."""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from backend.services import intake
from backend.services.devices import Devices
from backend.services.intake import Acceptance, Device, Push
from backend.store import wire
from backend.store.journal import FOLD
from backend.store.wire import ContentType, TooLargeError
from backend.tasks.queue import WorkQueue
from domain.authenticity import signature
from domain.commands_wire import WireCommand
from domain.errors import UnauthenticatedError
from domain.frames import BadBodyError, sequences_of
from domain.identity import Scope
from ingestion import answers
from ingestion.downlink import Downlink
from tenants.session import Database

_THREAD_FROM = 2**18
"""Bodies from this size on are decoded beside the event loop."""

_COUNTERS = 2**63


class DeviceRefusedError(UnauthenticatedError):
    """The signature is wrong, or nobody owns the serial: the caller learns no more than that."""

    code = "DEVICE_NOT_AUTHENTICATED"

    def __init__(self) -> None:
        super().__init__("unknown device or bad signature", field="Authorization")


@dataclass(frozen=True, slots=True)
class Gateway:
    """Takes pushes; one instance a process."""

    database: Database
    devices: Devices
    queue: WorkQueue
    downlink: Downlink | None = None

    async def push(self, request: Request) -> Response:
        """Answer ``POST /gateway/v1/frames``."""
        body = await body_of(request)
        device = await self.authenticate(request, body)
        judged_push = await _read(request, body)
        push, judged = judged_push
        scope = Scope(device.tenant_id, actor=f"concentrator:{device.serial}")
        async with self.database.session(scope) as session:
            result = await intake.accept(session, device, push, judged, datetime.now(UTC))
        if result.accepted:
            self.queue.announce(FOLD, device.tenant_id)
        waiting = [] if self.downlink is None else await self.downlink.waiting_for(device)
        return _answer(result, waiting)

    async def authenticate(self, request: Request, body: bytes) -> Device:
        """The device that signed a request.

        Raises
        ------
        DeviceRefusedError
            Nobody did whom we know.
        """
        headers = request.headers
        serial = headers.get("x-balance-device", "")
        scheme, _, mark = headers.get("authorization", "").partition(" ")
        found = await self.devices.find(serial) if scheme == "HMAC" else None
        if found is None:
            raise DeviceRefusedError
        device, secret = found
        expected = signature(
            secret,
            request.method,
            _target(request),
            serial,
            counter_of(request),
            headers.get("x-balance-time", ""),
            body,
        )
        if not hmac.compare_digest(expected.encode(), mark.strip().encode("latin-1")):
            raise DeviceRefusedError
        return device


def _target(request: Request) -> str:
    """The request target as it was sent."""
    path: bytes = request.scope["raw_path"]
    query: bytes = request.scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")


def counter_of(request: Request) -> int:
    """The number of the attempt."""
    text = request.headers.get("x-balance-counter", "")
    if not (text.isascii() and text.isdigit() and len(text) < 20 and int(text) < _COUNTERS):
        raise DeviceRefusedError
    return int(text)


async def body_of(request: Request) -> bytes:
    """The body as sent, refused as soon as it is known to be too long."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > wire.LONGEST_BODY:
        raise TooLargeError(f"the body has {length} bytes, the limit is {wire.LONGEST_BODY}")
    pieces: list[bytes] = []
    size = 0
    try:
        async for piece in request.stream():
            size += len(piece)
            if size > wire.LONGEST_BODY:
                raise TooLargeError(f"the body is longer than {wire.LONGEST_BODY} bytes")
            pieces.append(piece)
    except ClientDisconnect as error:
        raise BadBodyError("the body ends too early", field="body") from error
    return b"".join(pieces)


def content_of(request: Request) -> tuple[ContentType, str | None]:
    """Content type and encoding of a body.

    Raises
    ------
    BadBodyError
        We read no such thing.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    encoding = request.headers.get("content-encoding", "").strip().lower() or None
    if kind not in set(ContentType):
        raise BadBodyError(f"Content-Type must be one of {', '.join(ContentType)}, not {kind!r}")
    if encoding not in (None, "gzip", "identity"):
        raise BadBodyError(f"Content-Encoding must be gzip or absent, not {encoding!r}")
    return ContentType(kind), encoding


async def _read(request: Request, body: bytes) -> tuple[Push, intake.Judged]:
    """Decode and judge the frames of a body that is known to be the device's."""
    counter = counter_of(request)
    kind, encoding = content_of(request)

    def work() -> tuple[Push, intake.Judged]:
        document = wire.decode(body, kind, gzipped=encoding == "gzip")
        push = Push(counter, kind, encoding, body, sequences_of(document))
        return push, intake.judge(push)

    if len(body) < _THREAD_FROM and encoding is None:
        return work()
    return await asyncio.to_thread(work)


def _answer(result: Acceptance, waiting: Sequence[WireCommand]) -> Response:
    return answers.json_answer(
        {
            "accepted": result.accepted,
            "duplicates": result.duplicates,
            "rejected": [
                {"sequence": one.sequence, "code": one.code, "message": one.message}
                for one in result.rejected
            ],
            "server_time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "gaps": [gap.document() for gap in result.gaps],
            "commands": [command.document() for command in waiting],
        }
    )
