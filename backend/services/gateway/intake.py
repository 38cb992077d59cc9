"""Intake: one push of a concentrator becomes one row of the journal, or nothing at all."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from backend.store import bells, journal
from backend.store.network.network_alarms import SILENCE
from backend.store.wire import ContentType, identity_of
from domain.devices import beyond, limits_of
from domain.frame_fields import BadFrameError
from domain.frames import Frame, is_in_future, parse_frame
from domain.gaps import Gap, bounded, unanswered
from domain.identity import ConcentratorId, TenantId
from tenants.session import TenantSession

AWAY = timedelta(hours=2)
"""Who was not heard for longer may have raised an alarm; others push every hour."""

FOLDED = timedelta(seconds=20)
"""So long after a push its hours are usually folded."""


@dataclass(frozen=True, slots=True)
class Device:
    """A concentrator that has proved who it is."""

    serial: str
    tenant_id: TenantId
    concentrator_id: ConcentratorId


@dataclass(frozen=True, slots=True)
class About:
    """The concentrator whose channels a manual collector read."""

    serial: str
    concentrator_id: ConcentratorId


@dataclass(frozen=True, slots=True)
class Push:
    """One request: the body as it came, and the numbered frames found in it."""

    counter: int
    content_type: ContentType
    content_encoding: str | None
    body: bytes
    frames: Sequence[tuple[int, Mapping[str, Any]]]
    about: About | None = None
    """Whose channels it tells of, if not those of who sends it."""

    source: str = journal.PUSH


@dataclass(frozen=True, slots=True)
class Rejection:
    """A frame that was refused by number."""

    sequence: int
    code: str
    message: str


@dataclass(slots=True)
class Acceptance:
    """What became of each frame of a push."""

    accepted: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    gaps: Sequence[Gap] = ()
    """What is asked for again."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Frames of a push that may be kept, by sequence with their identity, and the others."""

    identities: dict[int, bytes]
    frames: dict[int, Frame]
    rejected: list[Rejection]
    repeated: list[int]


def judge(push: Push) -> Judged:
    """Check every frame of a push by itself; needs no database and no clock."""
    judged = Judged({}, {}, [], [])
    for sequence, raw in push.frames:
        # the same number with the readings of another concentrator is another frame
        named = raw if push.about is None else {**raw, "concentrator": push.about.serial}
        identity = identity_of(named)
        if sequence in judged.identities:
            if judged.identities[sequence] == identity:
                judged.repeated.append(sequence)
            else:
                judged.rejected.append(_conflict(sequence))
            continue
        try:
            judged.frames[sequence] = parse_frame(raw)
        except BadFrameError as error:
            judged.rejected.append(Rejection(sequence, error.code, error.message))
            continue
        judged.identities[sequence] = identity
    return judged


async def accept(
    session: TenantSession, device: Device, push: Push, judged: Judged, now: datetime
) -> Acceptance:
    """Journal the new frames of a push; after the commit they are acknowledged and never lost.

    Raises
    ------
    CounterUsedError
        The request counter was used before; nothing is kept.
    """
    link = await journal.lock_link(session, device.concentrator_id)
    window, limits = link.window.use(push.counter), limits_of(link.generation)
    received_at = now
    if link.last_received_at is not None:  # the journal's order is the order of acknowledgement
        received_at = max(now, link.last_received_at + timedelta(microseconds=1))

    result = Acceptance(rejected=list(judged.rejected), duplicates=list(judged.repeated))
    known = await journal.known_frames(session, device.concentrator_id, list(judged.identities))
    fresh: dict[int, bytes] = {}
    for sequence, identity in judged.identities.items():
        if sequence < link.floor_sequence or known.get(sequence) == identity:
            result.duplicates.append(sequence)
        elif sequence in known:
            result.rejected.append(_conflict(sequence))
        elif is_in_future(judged.frames[sequence], now):
            text = "an hour of the frame ends more than 5 minutes ahead of the server's clock"
            result.rejected.append(Rejection(sequence, "HOUR_IN_FUTURE", text))
        elif (why := beyond(judged.frames[sequence], limits)) is not None:
            result.rejected.append(Rejection(sequence, "DEVICE_LIMIT", f"the frame tells of {why}"))
        else:
            fresh[sequence] = identity
            result.accepted.append(sequence)
    if fresh:
        await journal.store_push(
            session,
            journal.PushRow(
                concentrator_id=(push.about or device).concentrator_id,
                keyed_by=device.concentrator_id,
                received_at=received_at,
                source=push.source,
                content_type=push.content_type,
                content_encoding=push.content_encoding,
                body=push.body,
                identities=fresh,
            ),
        )
    await journal.save_link(
        session,
        journal.Link(
            concentrator_id=device.concentrator_id,
            window=window,
            last_sequence=max(link.last_sequence, *fresh, link.last_sequence),
            floor_sequence=link.floor_sequence,
            last_received_at=received_at if fresh else link.last_received_at,
        ),
    )
    if fresh and link.last_received_at is not None and now - link.last_received_at > AWAY:
        # its alarm ends as soon as what it brought is folded, and not with the round of an hour
        key = f"0 back {device.concentrator_id} {now.isoformat()}"
        await bells.ring_later(session, SILENCE, key, now + FOLDED)
    if link.gaps:
        brought = _brought(judged.frames[sequence] for sequence in result.accepted)
        result.gaps = bounded(unanswered(link.gaps, brought))
    return result


def _brought(frames: Iterable[Frame]) -> dict[tuple[int, int], set[int]]:
    """Channels that frames tell of, by network and hour."""
    found: dict[tuple[int, int], set[int]] = {}
    for frame in frames:
        for block in frame.blocks:
            told = found.setdefault((block.network, block.hour), set())
            told.update(block.channels.tolist())
    return found


def _conflict(sequence: int) -> Rejection:
    text = f"frame {sequence} is known with another content"
    return Rejection(sequence, "SEQUENCE_CONFLICT", text)
