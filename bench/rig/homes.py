"""Houses of real homes with weeks of history, told to the product as concentrators would."""

import json
from datetime import UTC, datetime

import httpx
import numpy as np

from backend.services.gateway.devices import Devices
from backend.tasks import metering
from backend.tasks.queue import SilentQueue
from backend.tasks.work import Work
from bench.rig import town
from bench.rig.concentrators import FRAMES
from bench.rig.installation import MASTER_KEY, Installation
from bench.rig.town import Town
from domain.authenticity import signature
from domain.hours import hour_of, instant_of
from ingestion.app import application
from ingestion.gateway import Gateway
from simulator.sources import homes_wh

HOMES = 30
"""A house: so many homes behind one balance meter."""

HOURS_A_PUSH = 168

ONE_IN = 20
"""Of so many houses one has a meter that counts half in the last third of the weeks."""


async def houses(installation: Installation, work: Work, count: int) -> tuple[Town, int]:
    """A tenant of some houses with all the history that the homes have; and its meters."""
    energy = homes_wh().T
    end = hour_of(datetime.now(UTC)) // 24 * 24
    first = end - energy.shape[1]
    serials = [f"H{at}" for at in range(count)]
    rows = town.full_rows(serials, instant_of(first), networks=1, channels=HOMES + 1)
    made = await town.found(installation, "homes", town.file_of(rows))
    gateway = Gateway(
        installation.database, Devices(installation.database, MASTER_KEY), SilentQueue()
    )
    transport = httpx.ASGITransport(application(gateway))
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as client:
        for at, (serial, secret) in enumerate(made.devices):
            start = at * HOMES % len(energy)
            own = energy[start : start + HOMES].copy()
            whole = own.sum(axis=0)
            supplied = np.rint(whole * (1.02 + 0.02 * whole / whole.mean())).astype(np.int64)
            if at % ONE_IN == ONE_IN - 1:
                thief = int(own.sum(axis=1).argsort()[HOMES // 2])
                own[thief, -own.shape[1] // 3 :] //= 2
            counters = np.vstack([supplied, own]).cumsum(axis=1)
            await _push(client, serial, secret, counters, first)
    while await _fold(work, made):
        pass
    return made, count * HOMES


async def _fold(work: Work, made: Town) -> bool:
    turn = await metering.fold_pushes(work, made.scope.tenant_id)
    await metering.roll_up(work, made.scope.tenant_id)
    return not turn.whole


async def _push(
    client: httpx.AsyncClient,
    serial: str,
    secret: str,
    counters: np.ndarray[tuple[int, ...], np.dtype[np.int64]],
    first: int,
) -> None:
    channels = list(range(len(counters)))
    for number, start in enumerate(range(0, counters.shape[1], HOURS_A_PUSH), 1):
        blocks = [
            {
                "network": 1,
                "hour": instant_of(first + at).isoformat(),
                "channels": channels,
                "counters": counters[:, at].tolist(),
            }
            for at in range(start, min(start + HOURS_A_PUSH, counters.shape[1]))
        ]
        now = datetime.now(UTC).isoformat()
        frame = {"sequence": number, "made_at": now, "hours": blocks}
        body = json.dumps({"frames": [frame]}).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Balance-Device": serial,
            "X-Balance-Counter": str(number),
            "X-Balance-Time": now,
            "Authorization": "HMAC " + signature(secret, "POST", FRAMES, serial, number, now, body),
        }
        answer = await client.post(FRAMES, content=body, headers=headers)
        answer.raise_for_status()
        assert not answer.json()["rejected"], answer.text
