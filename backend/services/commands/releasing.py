"""Release: what leaves to a concentrator now, and what its acknowledgements mean."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from backend.services.commands import outcomes
from backend.services.gateway.intake import Device
from backend.store import bells, journal
from backend.store.control import command_release, commands
from backend.store.control.command_release import Heard
from domain.commands import (
    Ack,
    CommandKind,
    CommandState,
    Release,
    UnknownCommandError,
    acknowledge,
    first_full_hour,
)
from domain.commands_wire import BadAckError, WireCommand, parse_ack
from domain.errors import BalanceError
from domain.identity import ConcentratorId, Scope, TenantId
from tenants.session import Database, TenantSession

VERIFY_AFTER = timedelta(minutes=65)
"""An hour's reading comes some minutes after its end."""

MOST_WORDS = 8
"""Different words on one command in one request."""


async def rung(database: Database) -> set[tuple[TenantId, ConcentratorId]]:
    """Concentrators of all tenants for which commands wait."""
    async with database.global_session() as session:
        return await command_release.rung(session)


async def release(
    database: Database, tenant: TenantId, asked: Mapping[ConcentratorId, int], now: datetime
) -> tuple[dict[ConcentratorId, list[WireCommand]], list[int]]:
    """Release to some concentrators of a tenant, in a transaction of its own.

    ``asked`` holds the highest number that each has. What is given back has left: after the
    commit the commands are leased, and come again until the concentrator names their number.
    """
    async with database.session(Scope(tenant, actor="gateway")) as session:
        return await command_release.release(session, asked, now)


@dataclass(slots=True)
class Acknowledged:
    """What became of each acknowledgement of a request."""

    accepted: list[int] = field(default_factory=list)
    duplicates: list[int] = field(default_factory=list)
    rejected: list[dict[str, Any]] = field(default_factory=list)


async def take_acks(
    session: TenantSession, device: Device, counter: int, raw: Sequence[Any], now: datetime
) -> Acknowledged:
    """Take a device's word on its commands; the same word twice changes nothing.

    Raises
    ------
    CounterUsedError
        The request counter was used before; nothing is kept.
    """
    link = await journal.lock_link(session, device.concentrator_id)
    await journal.save_link(session, replace(link, window=link.window.use(counter)))
    result, acks = Acknowledged(), list[Ack]()
    for one in raw:
        try:
            acks.append(parse_ack(one))
        except BalanceError as error:
            result.rejected.append(
                _rejected(one.get("id") if isinstance(one, dict) else None, error)
            )
    ids = sorted({ack.command_id for ack in acks})
    await command_release.lock_for_acks(session, device.concentrator_id, ids)
    # several words on one command are heard one after another
    for _ in range(MOST_WORDS):
        turn: dict[int, Ack] = {}
        rest: list[Ack] = []
        for ack in acks:
            if ack.command_id not in turn:
                turn[ack.command_id] = ack
            elif ack == turn[ack.command_id]:
                result.duplicates.append(ack.command_id)
            else:
                rest.append(ack)
        if turn:
            await _hear(session, device, turn, now, result)
        acks = rest
    many = BadAckError(f"more than {MOST_WORDS} words on one command", field="acks")
    result.rejected += [_rejected(ack.command_id, many) for ack in acks]
    return result


async def hear(
    session: TenantSession, device: Device, acks: Mapping[int, Ack], now: datetime
) -> Acknowledged:
    """Take one word on each of some commands that did not come as an acknowledgement.

    The link of the concentrator is locked already.
    """
    result = Acknowledged()
    await command_release.lock_for_acks(session, device.concentrator_id, sorted(acks))
    await _hear(session, device, acks, now, result)
    return result


async def _hear(
    session: TenantSession,
    device: Device,
    turn: Mapping[int, Ack],
    now: datetime,
    result: Acknowledged,
) -> None:
    known = await command_release.lock_acked(session, device.concentrator_id, sorted(turn))
    heard: list[Heard] = []
    for command_id, ack in turn.items():
        try:
            found = known.get(command_id)
            if found is None or found.released_at is None:
                raise UnknownCommandError(command_id)
            judged = acknowledge(Release(found.state, found.deadline, found.released_at), ack, now)
        except BalanceError as error:
            result.rejected.append(_rejected(command_id, error))
            continue
        if judged is None:
            result.duplicates.append(command_id)
            continue
        result.accepted.append(command_id)
        hour = None
        if judged.state is CommandState.EXECUTED and found.kind is CommandKind.SWITCH_SUPPLY:
            hour = first_full_hour(judged.at)
        heard.append(Heard(found, ack, judged, hour))
    if not heard:
        return
    await command_release.record(session, heard, now)
    await outcomes.tell_heard(session, heard, now)
    # one bell: another command of the same actuator may leave now, or nothing waits any more
    await command_release.silence(session, [device.concentrator_id])
    for hour in sorted({one.verify_hour for one in heard if one.verify_hour}):
        await bells.ring_later(
            session, commands.UPKEEP, f"verify {hour:%Y%m%d%H}", hour + VERIFY_AFTER
        )


def _rejected(command_id: object, error: BalanceError) -> dict[str, Any]:
    return {"id": command_id, "code": error.code, "message": error.message}
