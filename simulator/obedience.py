"""What a concentrator's modules do with commands: obey, refuse, dawdle, lose, say it twice.

A module remembers the sequence of its last command before it carries that one out, so that after
a power cut it does nothing a second time; and it judges the deadline in the moment of execution.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from domain.commands import Ack, CommandKind, Outcome, SupplyState
from domain.commands_wire import WireCommand
from simulator.faults import Faults
from simulator.memory import DeviceMemory
from simulator.truth import TruthLog

STALE = "STALE"
NO_CHANNEL = "NO_CHANNEL"
REFUSED = "MODULE_REFUSED"

_SECONDS = 3600

Now = Callable[[], float]
"""Seconds since the epoch by the gateway's clock, as far as the device knows it."""


class Obedience:
    """The modules of one concentrator."""

    def __init__(
        self,
        faults: Faults,
        memory: DeviceMemory,
        truth: TruthLog,
        now: Now,
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._faults, self._memory, self._truth = faults, memory, truth
        self._now, self._sleep = now, sleep
        device = faults.device
        self._place = {
            (int(network), int(address)): position
            for position, (network, address) in enumerate(
                zip(device.networks, device.addresses, strict=True)
            )
        }
        self._busy: set[int] = set()
        for name, actuator in memory.actuators.items():
            position = self._place.get(_channel_of(name))
            if position is not None:
                faults.dark[position] = [(start, end) for start, end in actuator["dark"]]

    async def do(self, command: WireCommand) -> Ack | None:
        """Do what a command says; None when the module never hears of it, or is at it already."""
        if command.id in self._busy:
            return None
        self._busy.add(command.id)
        try:
            ack = await self._do(command)
        finally:
            self._busy.discard(command.id)
        self._note(command, ack)
        return ack

    async def _do(self, command: WireCommand) -> Ack | None:
        plan, faults = self._faults.plan, self._faults
        position = self._place.get((command.network, command.channel))
        if position is None:
            return Ack(command.id, Outcome.REFUSED, code=NO_CHANNEL)
        actuator = self._memory.actuator(command.network, command.channel)
        if command.sequence <= actuator["sequence"]:
            return self._said_before(command, actuator)
        if faults.command_chance("lost", command.id) < plan.command_lost:
            return None
        await self._sleep(faults.command_chance("delay", command.id) * plan.command_delay_s)
        if command.sequence <= actuator["sequence"]:  # another came meanwhile
            return self._said_before(command, actuator)
        now = self._now()
        outcome, code = Outcome.EXECUTED, None
        if now > command.not_after.timestamp():
            outcome = Outcome.EXPIRED
        elif faults.command_chance("refused", command.id) < plan.command_refused:
            outcome, code = Outcome.REFUSED, REFUSED
        actuator |= {"sequence": command.sequence, "outcome": str(outcome), "at": now, "code": code}
        if outcome is Outcome.EXECUTED:
            self._execute(command, actuator, position, now)
        self._memory.store.save()
        return self._word(command, actuator)

    def _execute(
        self, command: WireCommand, actuator: dict[str, Any], position: int, now: float
    ) -> None:
        """Change what the meter sees from now on; hours in which it switches run as they were."""
        actuator["counter"] = None
        match command.kind:
            case CommandKind.SWITCH_SUPPLY:
                self._switch(actuator, position, command.supply is SupplyState.ON, now)
                actuator["state"] = str(command.supply)
            case CommandKind.SET_LOAD_LIMIT:
                actuator["limit_w"] = command.limit_w
            case CommandKind.REQUEST_READING:
                actuator["counter"] = self._counter(position, now)

    def _switch(self, actuator: dict[str, Any], position: int, on: bool, now: float) -> None:  # noqa: FBT001 - the state that is wanted
        dark: list[list[int | None]] = actuator["dark"]
        is_dark = bool(dark) and dark[-1][1] is None
        if on and is_dark:
            dark[-1][1] = max(int(now // _SECONDS), int(dark[-1][0] or 0))
        elif not on and not is_dark:
            dark.append([-int(-now // _SECONDS), None])
        self._faults.dark[position] = [(int(start or 0), end) for start, end in dark]

    def _counter(self, position: int, now: float) -> int:
        """What the module counts between two hours."""
        hour = int(now // _SECONDS)
        before, after = (int(self._faults.counters(at)[position]) for at in (hour, hour + 1))
        wrap = int(self._faults.device.wraps[position])
        share = (now - hour * _SECONDS) / _SECONDS
        return (before + int(np.floor((after - before) % wrap * share))) % wrap

    def _said_before(self, command: WireCommand, actuator: dict[str, Any]) -> Ack:
        """The word on a command that comes again, or on one that another has overtaken."""
        if command.sequence == actuator["sequence"]:
            return self._word(command, actuator)
        return Ack(command.id, Outcome.REFUSED, code=STALE)

    @staticmethod
    def _word(command: WireCommand, actuator: dict[str, Any]) -> Ack:
        return Ack(
            command.id,
            Outcome(actuator["outcome"]),
            at=datetime.fromtimestamp(actuator["at"], UTC),
            code=actuator["code"],
            counter=actuator.get("counter"),
        )

    def _note(self, command: WireCommand, ack: Ack | None) -> None:
        self._truth.command(
            device=self._faults.device.serial,
            **command.document(),
            outcome=None if ack is None else str(ack.outcome),
            done_at=None if ack is None or ack.at is None else ack.at.isoformat(),
            code=None if ack is None else ack.code,
        )


def _channel_of(name: str) -> tuple[int, int]:
    network, _, address = name.partition(":")
    return int(network), int(address)
