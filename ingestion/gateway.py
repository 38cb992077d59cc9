"""The gateway's protocol: authenticate a concentrator, read its push, have it journalled."""

import asyncio
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from backend.services.commands import spots
from backend.services.gateway import intake
from backend.services.gateway.devices import SHORTLY_S, Devices, Known
from backend.services.gateway.intake import Acceptance, Device, Push
from backend.services.limits import ReadingQuota
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
    quota: ReadingQuota | None = None

    async def push(self, request: Request) -> Response:
        """Answer ``POST /gateway/v1/frames``."""
        body = await body_of(request)
        device = await self.authenticate(request, body)
        if self.quota is not None:
            self.quota.check(device.tenant_id)
        judged_push = await _read(request, body)
        push, judged = judged_push
        scope = Scope(device.tenant_id, actor=f"concentrator:{device.serial}")
        answered: list[int] = []
        async with self.database.session(scope) as session:
            result = await intake.accept(session, device, push, judged, datetime.now(UTC))
            told = spots.spots_of(judged.frames[sequence] for sequence in result.accepted)
            if told:
                answered = await spots.deliver(session, device, told, datetime.now(UTC))
        if result.accepted:
            self.queue.announce(FOLD, device.tenant_id)
            if self.quota is not None:
                self.quota.took(device.tenant_id, _readings(judged, result.accepted))
        if answered and self.downlink is not None:
            await self.downlink.answered(device, answered)
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
        if scheme != "HMAC":
            raise DeviceRefusedError
        known = await self.devices.known(serial)
        generation = None if known is None else _signed_with(known, request, mark, body)
        if known is not None and generation is None:
            # its key may have changed since we looked
            known = await self.devices.known(serial, within_s=SHORTLY_S)
            generation = None if known is None else _signed_with(known, request, mark, body)
        if known is None or generation is None:
            raise DeviceRefusedError
        await self.devices.uses(known, generation)
        return known.device


def _readings(judged: intake.Judged, accepted: Sequence[int]) -> int:
    """How many readings the frames hold that were accepted."""
    frames = (judged.frames[sequence] for sequence in accepted)
    return sum(len(block.channels) for frame in frames for block in frame.blocks)


def _signed_with(known: Known, request: Request, mark: str, body: bytes) -> int | None:
    """Generation of the secret with which a request was signed; None when it was none of ours."""
    time = request.headers.get("x-balance-time", "")
    target, counter = _target(request), counter_of(request)
    given = mark.strip().encode("latin-1")
    for generation, secret in known.secrets.items():
        expected = signature(
            secret, request.method, target, known.device.serial, counter, time, body
        )
        if hmac.compare_digest(expected.encode(), given):
            return generation
    return None


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
    commands = [command.document() for command in waiting]
    return answers.json_answer({**outcome(result), "commands": commands})


def outcome(result: Acceptance) -> dict[str, object]:
    """What became of the frames of a push, and what is asked for again."""
    return {
        "accepted": result.accepted,
        "duplicates": result.duplicates,
        "rejected": [
            {"sequence": one.sequence, "code": one.code, "message": one.message}
            for one in result.rejected
        ],
        "server_time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "gaps": [gap.document() for gap in result.gaps],
    }
