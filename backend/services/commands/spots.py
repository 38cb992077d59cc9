"""Readings asked for just now, as frames bring them: each answers the command that waits for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from backend.services.commands import releasing
from backend.services.gateway.intake import Device
from backend.store.control import command_release
from domain.commands import Ack, Outcome
from domain.frames import Frame
from domain.network_reports import SpotReading
from tenants.session import TenantSession


def spots_of(frames: Iterable[Frame]) -> list[SpotReading]:
    """Spot readings of some frames; nearly always none."""
    return [spot for frame in frames for spot in frame.spots]


async def deliver(
    session: TenantSession, device: Device, spots: Sequence[SpotReading], now: datetime
) -> list[int]:
    """Take spot readings as the word on commands that wait for them; gives the commands' ids.

    One that names no command answers those that were released for its channel before it was read.
    """
    waiting = await command_release.waiting_readings(session, device.concentrator_id)
    answers: dict[int, Ack] = {}
    for spot in sorted(spots, key=lambda one: one.at):
        for command in waiting:
            named = spot.command == command.id
            meant = spot.command is None and spot.at >= command.released_at
            same = (spot.network, spot.channel) == (command.network, command.address)
            if same and (named or meant) and command.id not in answers:
                answers[command.id] = Ack(
                    command.id, Outcome.EXECUTED, at=spot.at, counter=spot.counter
                )
    if not answers:
        return []
    return (await releasing.hear(session, device, answers, now)).accepted
