"""Folding: from the journal to the counters of every hour, in the order of the journal.

One folder at a time per tenant. Everything it does commits together: the facts, the revisions, the
hours that groups must roll up again, and the bells it answered; so a fold that dies did nothing,
and one that runs twice changes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import structlog
from numpy.typing import NDArray

from backend.services.gateway.reports import Reports
from backend.store import bells, journal
from backend.store.groups import group_hours
from backend.store.hours import facts, months, tiers
from backend.store.hours.facts import Readings, Refused, Written
from backend.store.network import gaps
from backend.store.network.channels import ChannelDirectory
from backend.store.wire import ContentType, decode
from domain.errors import BalanceError
from domain.frames import Frame, HourBlock, parse_frame, sequences_of
from domain.merging import rank
from domain.quality import Quality, arrival_quality
from tenants.session import TenantSession

BATCH_READINGS = 250_000
"""Readings after which a batch is closed: large for speed, bounded for memory and fairness."""

_BATCH_PUSHES = 600
_PORTION_BYTES = 2 * 2**20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Folded:
    """What one batch did."""

    pushes: int
    readings: int
    changed: int
    refused: int
    more: bool
    """Whether the journal holds further pushes."""


@dataclass(frozen=True, slots=True)
class _Batch:
    """Readings of some pushes as they stand in the journal."""

    addresses: NDArray[np.int64]
    """Rows of (concentrator, network, address), shape ``(n, 3)``."""

    hour: NDArray[np.int64]
    counter: NDArray[np.int64]
    push: NDArray[np.int64]


async def fold(session: TenantSession, channels: ChannelDirectory) -> Folded:
    """Fold the next pushes of the tenant.

    Raises
    ------
    UnavailableError
        Another worker folds this tenant now.
    MonthsMissingError
        Hours lie in months that have no partition yet; make them and come back.
    """
    await journal.become_the_folder(session)
    await journal.work_in_bulk(session)
    due = await journal.due_pushes(session, _BATCH_PUSHES)
    reports = Reports()
    pushes, batch = await _read(session, due, reports)
    await months.require(session, np.unique(np.concatenate([batch.hour, batch.hour + 1]) // 24))
    readings = await _readings(session, channels, batch, pushes)
    refused_in_batch, unique = _first_of_each_hour(readings)
    if pushes:
        bounds = await tiers.load(session, pushes[0].received_at)
        written = await facts.write(session, unique, bounds)
    else:
        written = Written(unique, [])
    refused = [*refused_in_batch, *written.refused]
    if refused:
        await journal.record_revisions(session, refused, pushes)
        log.warning("readings refused", tenant=session.scope.tenant_id, count=len(refused))
    if len(written.changed):
        await channels.groups.mark_due(session, written.changed.series, written.changed.hour)
        await bells.ring(session, group_hours.ROLL_UP, str(pushes[-1].id))
    await reports.keep(session, channels, channels.temperatures)
    await bells.answer(session, journal.FOLD, [str(push.id) for push in pushes])
    return Folded(
        pushes=len(pushes),
        readings=len(readings),
        changed=len(written.changed),
        refused=len(refused),
        more=len(pushes) < len(due) or len(due) == _BATCH_PUSHES,
    )


async def _read(
    session: TenantSession, due: list[journal.DueRef], reports: Reports
) -> tuple[list[journal.DuePush], _Batch]:
    """Load and decode pushes until the batch is full, some megabytes at a time."""
    taken: list[journal.DuePush] = []
    parts: list[tuple[NDArray[np.int64], ...]] = []
    size = 0
    for refs in _portions(due):
        if size >= BATCH_READINGS:
            break
        for push in await journal.load_pushes(session, refs):
            for frame in frames_of(push):
                parts += [_columns(push, block, len(taken)) for block in frame.blocks]
                reports.gather(push.concentrator_id, frame)
            taken.append(push)
        size = sum(len(part[1]) for part in parts) + len(reports)
    if not parts:
        nothing = np.zeros(0, dtype=np.int64)
        return taken, _Batch(np.zeros((0, 3), dtype=np.int64), nothing, nothing, nothing)
    where, hour, counter, push_at = (np.concatenate(column) for column in zip(*parts, strict=True))
    return taken, _Batch(where, hour, counter, push_at)


def _portions(due: list[journal.DueRef]) -> Iterator[list[journal.DueRef]]:
    """Cut what is due into runs of about :data:`_PORTION_BYTES`."""
    run: list[journal.DueRef] = []
    size = 0
    for ref in due:
        if run and size + ref.bytes > _PORTION_BYTES:
            yield run
            run, size = [], 0
        run.append(ref)
        size += ref.bytes
    if run:
        yield run


def _columns(push: journal.DuePush, block: HourBlock, place: int) -> tuple[NDArray[np.int64], ...]:
    count = len(block.channels)
    where = np.empty((count, 3), dtype=np.int64)
    where[:, 0], where[:, 1] = push.concentrator_id, block.network
    where[:, 2] = block.channels
    hour = np.full(count, block.hour, dtype=np.int64)
    return where, hour, block.counters, np.full(count, place, dtype=np.int64)


def frames_of(push: journal.DuePush) -> list[Frame]:
    """Frames that were accepted out of a push; each was judged before it was journalled."""
    try:
        document = decode(
            push.body, ContentType(push.content_type), gzipped=push.content_encoding == "gzip"
        )
        wanted = set(push.sequences)
        frames: list[Frame] = []
        for sequence, raw in sequences_of(document):
            if sequence in wanted:
                wanted.discard(sequence)
                frames.append(parse_frame(raw))
    except BalanceError as error:
        # Cannot happen to what intake accepted; a later version may have become stricter. The
        # evidence stays in the journal, and the other pushes must not wait for it.
        log.exception("journalled push cannot be read", push=push.id, error=error.message)
        return []
    return frames


async def _readings(
    session: TenantSession,
    channels: ChannelDirectory,
    batch: _Batch,
    pushes: list[journal.DuePush],
) -> Readings:
    """Give every counter its series and its quality."""
    if not len(batch.hour):
        return Readings(
            batch.hour, batch.hour, batch.counter, batch.hour.astype(np.uint8), batch.push
        )
    series = await channels.series_of(session, batch.addresses)
    received = np.array([push.received_at.timestamp() for push in pushes])
    delay = received[batch.push] - (batch.hour + 1) * 3600.0
    code = arrival_quality(delay)
    by_hand = np.array([push.source == journal.MANUAL for push in pushes])
    if by_hand.any():
        code[by_hand[batch.push]] = Quality.MANUAL
    readings = Readings(series, batch.hour, batch.counter, code, batch.push)
    tardy = np.unique(batch.push[readings.code != Quality.ON_TIME])
    if len(tardy):  # what is asked for again has changed
        await gaps.ring(session, sorted({pushes[push].concentrator_id for push in tardy.tolist()}))
    if (series < 0).any():
        log.warning("channels beyond the quarantine's limit", count=int((series < 0).sum()))
        readings = readings.take(series >= 0)
    return readings


def _first_of_each_hour(readings: Readings) -> tuple[list[Refused], Readings]:
    """Keep the reading of each series and hour that stands in the end, as if one by one.

    That is the earliest of the highest rank; another value of that rank after it is a conflict,
    and a reading of lower rank that came before it gave way.
    """
    ranks = rank(readings.code)
    # stable: the journal's order within; nearly always all have one rank
    keys = readings.hour, readings.series
    order = np.lexsort(keys if ranks.min(initial=2) == 2 else (-ranks, *keys))
    ordered = readings.take(order)
    if len(ordered) < 2:
        return [], ordered
    repeated = np.zeros(len(ordered), dtype=np.bool_)
    repeated[1:] = (np.diff(ordered.series) == 0) & (np.diff(ordered.hour) == 0)
    first = np.maximum.accumulate(np.where(repeated, 0, np.arange(len(ordered))))
    differs = np.flatnonzero(repeated & (ordered.counter != ordered.counter[first]))
    ranks = ranks[order]
    lower = ranks[differs] < ranks[first[differs]]
    gave_way = lower & (order[differs] < order[first[differs]])
    told = ~lower | gave_way
    refused = [
        _refused(ordered, at, int(first[at]), "displaced" if displaced else "conflict")
        for at, displaced in zip(differs[told].tolist(), gave_way[told].tolist(), strict=True)
    ]
    return refused, ordered.take(~repeated)


def _refused(readings: Readings, at: int, standing: int, kind: str) -> Refused:
    return Refused(
        series=int(readings.series[at]),
        hour=int(readings.hour[at]),
        kind=kind,
        counter=int(readings.counter[at]),
        code=int(readings.code[at]),
        standing=int(readings.counter[standing]),
        push=int(readings.push[standing if kind == "displaced" else at]),
    )
