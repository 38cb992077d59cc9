"""Files of manual collectors: readings that somebody brought who walked by with a J100UC-M.

They are frames as a concentrator pushes them, and tell of the channels of one concentrator. Their
readings have the quality manual, and yield to what is pushed.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from backend.services.gateway.intake import About, Acceptance, Judged, Push, Rejection
from backend.store import journal, wire
from backend.store.network import devices
from backend.store.wire import ContentType
from domain.devices import beyond, limits_of
from domain.errors import InvalidError
from domain.frames import BadBodyError, is_in_future, sequences_of
from domain.identity import ConcentratorId
from tenants.session import TenantSession

_GZIP = b"\x1f\x8b"


class UnknownConcentratorError(InvalidError):
    """The file tells of a concentrator that its tenant does not have."""

    code = "UNKNOWN_CONCENTRATOR"

    def __init__(self, serial: object) -> None:
        super().__init__(f"concentrator = {serial!r}: there is none", field="concentrator")


@dataclass(frozen=True, slots=True)
class File:
    """A collector's file, read."""

    content_type: ContentType
    content_encoding: str | None
    body: bytes
    document: object


def read_base64(text: str) -> File:
    """Read a file as the console sends it: JSON or msgpack, gzipped or not.

    Raises
    ------
    BadBodyError
        It is none of these.
    """
    try:
        body = base64.b64decode(text, validate=True)
    except ValueError as error:  # not base64, or not even ASCII
        raise BadBodyError(f"the file is not base64: {error}", field="file") from error
    gzipped = body.startswith(_GZIP)
    # gzip tells nothing of what it holds
    for kind in ContentType:
        try:
            document = wire.decode(body, kind, gzipped=gzipped)
        except BadBodyError:
            continue
        if isinstance(document, Mapping):
            return File(kind, "gzip" if gzipped else None, body, document)
    raise BadBodyError("the file is neither JSON nor msgpack, nor gzip of them", field="file")


async def about(session: TenantSession, document: object) -> About | None:
    """The concentrator that a file names; None when it names none.

    Raises
    ------
    UnknownConcentratorError
        The tenant has none of that serial.
    """
    serial = document.get("concentrator") if isinstance(document, Mapping) else None
    if serial is None:
        return None
    owner = await devices.owner_of(session, serial) if isinstance(serial, str) else None
    if owner is None or owner[:2] != (session.scope.tenant_id, "concentrator"):
        raise UnknownConcentratorError(serial)
    return About(serial, ConcentratorId(owner[2]))


def push_of(file: File, counter: int, whose: About | None) -> Push:
    """The file as intake takes it.

    Raises
    ------
    BadBodyError
        It has no numbered frames.
    """
    frames: list[tuple[int, Mapping[str, Any]]] = sequences_of(file.document)
    kind, encoding = file.content_type, file.content_encoding
    return Push(counter, kind, encoding, file.body, frames, whose, journal.MANUAL)


async def take(
    session: TenantSession, whose: ConcentratorId, push: Push, judged: Judged, now: datetime
) -> Acceptance:
    """Journal a file that a person brings; the same frames again are duplicates.

    Nobody numbers them for us: a frame is known by its content, under a number below zero that no
    device can use.
    """
    link = await journal.lock_link(session, whose)
    limits = limits_of(link.generation)
    result = Acceptance(rejected=list(judged.rejected), duplicates=list(judged.repeated))
    keys = {sequence: _key(identity) for sequence, identity in judged.identities.items()}
    known = await journal.known_frames(session, whose, list(keys.values()))
    fresh: dict[int, bytes] = {}
    for sequence, identity in judged.identities.items():
        frame = judged.frames[sequence]
        if keys[sequence] in known:
            result.duplicates.append(sequence)
        elif is_in_future(frame, now):
            text = "an hour of the frame ends more than 5 minutes ahead of the server's clock"
            result.rejected.append(Rejection(sequence, "HOUR_IN_FUTURE", text))
        elif (why := beyond(frame, limits)) is not None:
            result.rejected.append(Rejection(sequence, "DEVICE_LIMIT", f"the frame tells of {why}"))
        else:
            fresh[sequence] = identity
            result.accepted.append(sequence)
    if not fresh:
        return result
    received_at = now
    if link.last_received_at is not None:
        received_at = max(now, link.last_received_at + timedelta(microseconds=1))
    await journal.store_push(
        session,
        journal.PushRow(
            concentrator_id=whose,
            keyed_by=whose,
            received_at=received_at,
            source=journal.MANUAL,
            content_type=push.content_type,
            content_encoding=push.content_encoding,
            body=push.body,
            identities=fresh,
            keys=[keys[sequence] for sequence in fresh],
        ),
    )
    await journal.save_link(session, replace(link, last_received_at=received_at))
    return result


def _key(identity: bytes) -> int:
    """A number below zero for a frame's content: 63 bits of its hash."""
    return -(int.from_bytes(identity[:8]) >> 1) - 1
