"""The journal in SQL: links to concentrators, keys of frames, pushes as received."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.store.hours.facts import Refused
from backend.store.network import gaps
from domain.authenticity import REPLAY_WINDOW
from domain.devices import DEFAULT_CONCENTRATOR
from domain.errors import UnavailableError
from domain.gaps import Gap
from domain.hours import instant_of
from domain.identity import ConcentratorId
from domain.replay import ReplayWindow
from tenants.session import TenantSession

FOLD = "fold"
"""Kind of the bell that a push rings; its key names the push in the journal."""

PUSH, MANUAL = "push", "manual"
"""Sources of what is journalled: a concentrator, or somebody who walked by with a collector."""

_FOLDER_LOCK = 0x464F4C44
"""Advisory lock of the one folder of a tenant; placing meters takes it, too."""

_SIGN = 1 << (REPLAY_WINDOW - 1)

_LOCK_LINK = """
SELECT l.highest_counter, l.seen_counters, l.last_sequence, l.floor_sequence, l.last_received_at,
       g.recent::text, g.older::text, c.generation
FROM concentrator_link AS l
JOIN concentrator AS c ON c.tenant_id = $1 AND c.id = $2
LEFT JOIN concentrator_gaps AS g ON g.tenant_id = $1 AND g.concentrator_id = $2
WHERE l.tenant_id = $1 AND l.concentrator_id = $2 FOR UPDATE OF l
"""

_SAVE_LINK = """
UPDATE concentrator_link
SET highest_counter = $3, seen_counters = $4, last_sequence = $5, last_received_at = $6
WHERE tenant_id = $1 AND concentrator_id = $2
"""

_KNOWN = """
SELECT sequence, body_hash FROM frame_key
WHERE tenant_id = $1 AND concentrator_id = $2 AND sequence = ANY($3::bigint[])
"""

_STORE = f"""
WITH keyed AS (
    INSERT INTO frame_key (tenant_id, concentrator_id, sequence, body_hash, received_at)
    SELECT $1, $10, k.sequence, k.body_hash, $3
    FROM unnest($11::bigint[], $5::bytea[]) AS k (sequence, body_hash)
), stored AS (
    INSERT INTO frame (tenant_id, received_at, concentrator_id, source, sequences,
                       content_type, content_encoding, body)
    VALUES ($1, $3, $2, $6, $4, $7, $8, $9) RETURNING id
)
INSERT INTO work_bell (tenant_id, kind, key, due_at)
SELECT $1, '{FOLD}', id::text, $3 FROM stored
"""  # noqa: S608 - FOLD is a constant


_DUE = f"""
SELECT b.id, b.due_at, octet_length(f.body) FROM (
    SELECT key::bigint AS id, due_at FROM work_bell
    WHERE tenant_id = $1 AND kind = '{FOLD}' ORDER BY due_at, key LIMIT $2
) AS b
JOIN frame AS f ON f.tenant_id = $1 AND f.received_at = b.due_at AND f.id = b.id
ORDER BY b.due_at, b.id
"""  # noqa: S608 - FOLD is a constant

_PUSHES = """
SELECT f.id, f.received_at, f.concentrator_id, f.sequences, f.content_type, f.content_encoding,
       f.body, f.source
FROM unnest($2::bigint[], $3::timestamptz[]) AS u (id, received_at)
JOIN frame AS f ON f.tenant_id = $1 AND f.received_at = u.received_at AND f.id = u.id
ORDER BY f.received_at, f.id
"""

_OF_CONCENTRATOR = """
SELECT f.id, f.received_at, f.concentrator_id, f.sequences, f.content_type, f.content_encoding,
       f.body, f.source
FROM frame AS f
WHERE f.tenant_id = $1 AND f.concentrator_id = $2 AND (f.received_at, f.id) > ($3, $4)
  AND f.received_at <= $5
ORDER BY f.received_at, f.id LIMIT $6
"""

_REVISE = """
INSERT INTO revision (tenant_id, series_id, hour, kind, counter, code, standing_counter,
                      frame_received_at, frame_id)
SELECT $1, * FROM unnest($2::bigint[], $3::timestamptz[], $4::text[], $5::bigint[],
                         $6::smallint[], $7::bigint[], $8::timestamptz[], $9::bigint[])
"""


_RAISE_FLOOR = """
UPDATE concentrator_link AS l SET floor_sequence = k.next
FROM (
    SELECT concentrator_id, max(sequence) + 1 AS next FROM frame_key
    WHERE tenant_id = $1 AND received_at < $2 GROUP BY concentrator_id
) AS k
WHERE l.tenant_id = $1 AND l.concentrator_id = k.concentrator_id AND l.floor_sequence < k.next
"""

_DROP_KEYS = "DELETE FROM frame_key WHERE tenant_id = $1 AND received_at < $2"
_DROP_FRAMES = "DELETE FROM frame WHERE tenant_id = $1 AND received_at < $2"


@dataclass(frozen=True, slots=True)
class DueRef:
    """Where in the journal a push waits, and how long its body is."""

    id: int
    received_at: datetime
    bytes: int


@dataclass(frozen=True, slots=True)
class DuePush:
    """A journalled push that waits for its fold."""

    id: int
    received_at: datetime
    concentrator_id: ConcentratorId
    sequences: Sequence[int]
    content_type: str
    content_encoding: str | None
    body: bytes
    source: str = PUSH


@dataclass(frozen=True, slots=True)
class Link:
    """The state of the talk with one concentrator."""

    concentrator_id: ConcentratorId
    window: ReplayWindow
    last_sequence: int
    floor_sequence: int
    last_received_at: datetime | None
    gaps: Sequence[Gap] = ()
    """What the concentrator is asked for again."""

    generation: str = DEFAULT_CONCENTRATOR
    """Hardware generation of the concentrator."""


@dataclass(frozen=True, slots=True)
class PushRow:
    """A push as it is journalled: the body, and the identities of the frames accepted from it."""

    concentrator_id: ConcentratorId
    """Whose channels it tells of."""

    keyed_by: ConcentratorId
    """Who numbered the frames; a manual collector tells of others' channels."""

    received_at: datetime
    source: str
    content_type: str
    content_encoding: str | None
    body: bytes
    identities: Mapping[int, bytes]
    keys: Sequence[int] | None = None
    """Under which numbers the frames are known, if not under their own."""


def _unsigned(bits: int) -> int:
    return bits & (2 * _SIGN - 1)


def _signed(bits: int) -> int:
    return bits - 2 * _SIGN if bits & _SIGN else bits


async def lock_link(session: TenantSession, concentrator_id: ConcentratorId) -> Link:
    """Lock the link of a concentrator until the end of the transaction."""
    driver = await session.driver()
    row = await driver.fetchrow(_LOCK_LINK, session.scope.tenant_id, concentrator_id)
    if row is None:
        message = f"concentrator {concentrator_id} has no link"
        raise LookupError(message)
    return Link(
        concentrator_id,
        ReplayWindow(row[0], _unsigned(row[1])),
        last_sequence=row[2],
        floor_sequence=row[3],
        last_received_at=row[4],
        gaps=gaps.read(row[5], row[6]),
        generation=row[7],
    )


async def save_link(session: TenantSession, link: Link) -> None:
    """Write the link back."""
    driver = await session.driver()
    await driver.execute(
        _SAVE_LINK,
        session.scope.tenant_id,
        link.concentrator_id,
        link.window.highest,
        _signed(link.window.seen),
        link.last_sequence,
        link.last_received_at,
    )


async def known_frames(
    session: TenantSession, concentrator_id: ConcentratorId, sequences: Sequence[int]
) -> dict[int, bytes]:
    """Identities of those frames that were accepted before."""
    if not sequences:
        return {}
    driver = await session.driver()
    rows = await driver.fetch(_KNOWN, session.scope.tenant_id, concentrator_id, sequences)
    return {row[0]: row[1] for row in rows}


async def store_push(session: TenantSession, push: PushRow) -> None:
    """Journal a push, remember its frames, and ring for the fold, in one statement."""
    driver = await session.driver()
    await driver.execute(
        _STORE,
        session.scope.tenant_id,
        push.concentrator_id,
        push.received_at,
        list(push.identities),
        list(push.identities.values()),
        push.source,
        push.content_type,
        push.content_encoding,
        push.body,
        push.keyed_by,
        list(push.identities) if push.keys is None else push.keys,
    )


async def become_the_folder(session: TenantSession) -> None:
    """Be the one who writes facts and channels of this tenant until the transaction ends.

    Raises
    ------
    UnavailableError
        Somebody else is, now.
    """
    driver = await session.driver()
    if not await driver.fetchval(
        "SELECT pg_try_advisory_xact_lock($1, $2)", _FOLDER_LOCK, session.scope.tenant_id
    ):
        raise UnavailableError("another worker folds this tenant", code="FOLD_BUSY")


async def wait_for_the_folder(session: TenantSession) -> None:
    """As :func:`become_the_folder`, but wait until the other has finished."""
    driver = await session.driver()
    await driver.execute(
        "SELECT pg_advisory_xact_lock($1, $2)", _FOLDER_LOCK, session.scope.tenant_id
    )


async def work_in_bulk(session: TenantSession) -> None:
    """Set this transaction up for a fold.

    It commits without waiting for the disk: when the machine dies within the second after, the
    whole fold is gone, facts and answered bells together, and it is done again from the journal,
    whose own commits do wait. Whoever saw the fold's rows and waits for the disk waits for them,
    too.

    Its statements are planned without a look at their arrays: they then go through an index row
    by row, whatever the statistics say of a tenant or a day that is new to them. A plan made
    from the belief that there is one such row reads the arrays once for each of 200,000.
    """
    driver = await session.driver()
    await driver.execute(
        "SET LOCAL synchronous_commit = off; SET LOCAL plan_cache_mode = force_generic_plan"
    )


async def due_pushes(session: TenantSession, most: int) -> list[DueRef]:
    """The earliest pushes that wait for their fold, in the order of the journal."""
    driver = await session.driver()
    rows = await driver.fetch(_DUE, session.scope.tenant_id, most)
    return [DueRef(*row) for row in rows]


async def load_pushes(session: TenantSession, refs: Sequence[DueRef]) -> list[DuePush]:
    """Those pushes with their bodies, in the order of the journal."""
    driver = await session.driver()
    rows = await driver.fetch(
        _PUSHES,
        session.scope.tenant_id,
        [ref.id for ref in refs],
        [ref.received_at for ref in refs],
    )
    return [DuePush(*row) for row in rows]


async def pushes_of(
    session: TenantSession,
    concentrator_id: ConcentratorId,
    after: tuple[datetime, int],
    until: datetime,
    most: int,
) -> list[DuePush]:
    """The next pushes of a concentrator after a place in the journal, received up to a moment."""
    driver = await session.driver()
    rows = await driver.fetch(
        _OF_CONCENTRATOR, session.scope.tenant_id, concentrator_id, *after, until, most
    )
    return [DuePush(*row) for row in rows]


async def record_revisions(
    session: TenantSession, refused: Sequence[Refused], pushes: Sequence[DuePush]
) -> None:
    """Keep readings that did not stand, with the push they came in."""
    driver = await session.driver()
    await driver.execute(
        _REVISE,
        session.scope.tenant_id,
        [one.series for one in refused],
        [instant_of(one.hour) for one in refused],
        [one.kind for one in refused],
        [one.counter for one in refused],
        [one.code for one in refused],
        [one.standing for one in refused],
        [pushes[one.push].received_at for one in refused],
        [pushes[one.push].id for one in refused],
    )


async def forget(session: TenantSession, before: datetime) -> None:
    """Drop pushes received before a moment, whose retention is over.

    The floor of each concentrator is raised first: what lies below it is a duplicate for ever,
    although its key is gone.
    """
    driver = await session.driver()
    for statement in (_RAISE_FLOOR, _DROP_KEYS, _DROP_FRAMES):
        await driver.execute(statement, session.scope.tenant_id, before)
