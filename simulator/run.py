"""Run the concentrators of a town against a gateway: all of them in one small process."""

import asyncio
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import orjson

from domain.errors import BalanceError, InvalidError
from domain.hours import hour_of
from simulator.clock import Clock
from simulator.concentrator import Concentrator
from simulator.faults import FaultPlan, Faults, described, fault_plan
from simulator.link import Link
from simulator.listening import Listener
from simulator.memory import Memory
from simulator.meters import Device
from simulator.obedience import Obedience
from simulator.town import Town, town_of
from simulator.truth import TruthLog
from simulator.voice import Voice

_TIMEOUT_S = 60.0
_SECONDS = 3600

Progress = Callable[[int, int], None]
"""Called with rounds acknowledged and rounds in all of the backlog."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to simulate, against which gateway."""

    url: str
    devices: Path
    """JSON ``{"devices": [{"serial": .., "secret": ..}]}``, as the metering import prints it."""

    town: str = "demo"
    speed: float = 1.0
    faults: str = "none"
    seed: int | None = None
    start: datetime | None = None
    """First hour to push; without it the first one not acknowledged before."""

    end: datetime | None = None
    """End of the last hour to push; without it the town lives on."""

    log: Path | None = None
    state: Path | None = None
    """Where the concentrators keep their numbers; beside the devices file by default."""

    commands: bool = True
    """Whether a town that lives on listens for commands."""

    concurrency: int = 4
    progress: Progress | None = None
    """Told about the backlog; without it a bar is drawn when the error output is a terminal."""


def main(options: Options) -> int:
    """Simulate until the end asked for, or until stopped; the exit status of a command."""
    try:
        return asyncio.run(simulate(options))
    except BalanceError as error:
        sys.stderr.write(f"{error.code}: {error.message}\n")
        return 1


async def simulate(options: Options, *, transport: httpx.AsyncBaseTransport | None = None) -> int:
    """Simulate inside a running event loop.

    Parameters
    ----------
    transport
        Another way to the gateway than the network, for tests.

    Returns
    -------
    The exit status: 0 when every concentrator did all it was asked to.

    Raises
    ------
    BalanceError
        The options, the devices file or the state file cannot be used.
    """
    if options.speed <= 0 or options.concurrency < 1:
        message = (
            f"speed and concurrency must be above 0, not {options.speed}, {options.concurrency}"
        )
        raise InvalidError(message, code="BAD_OPTION", field="speed")
    secrets = read_devices(options.devices)
    plan = fault_plan(options.faults, options.seed)
    state = options.state or options.devices.with_name(options.devices.stem + ".state.json")
    with Memory(state) as memory, TruthLog(options.log) as truth:
        town = town_of(options.town, list(secrets), cache=state.parent / "simulator-homes-wh.npy")
        devices = [town.devices[serial] for serial in secrets]
        truth.begin(**_header(options, plan, town, devices))
        # No proxies of the environment: concentrators and gateway stand in one network.
        async with httpx.AsyncClient(
            base_url=options.url,
            timeout=_TIMEOUT_S,
            trust_env=False,
            transport=transport,
            limits=httpx.Limits(max_connections=None),  # each concentrator holds a poll open
        ) as client:
            crew = _Crew(options, plan, memory, truth, client)
            crew.hire(devices, secrets)
            return await crew.work()


def read_devices(path: Path) -> dict[str, str]:
    """Secrets by serial, from the file that the metering import printed.

    Raises
    ------
    InvalidError
        The file cannot be read or lists no devices.
    """
    try:
        entries = orjson.loads(path.read_bytes())["devices"]
        secrets = {str(entry["serial"]): str(entry["secret"]) for entry in entries}
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"devices file {path} cannot be read: {error!r}"
        raise InvalidError(message, code="BAD_DEVICES_FILE", field="devices") from error
    if not secrets:
        message = f"devices file {path} lists no devices"
        raise InvalidError(message, code="BAD_DEVICES_FILE", field="devices")
    return secrets


def _header(
    options: Options, plan: FaultPlan, town: Town, devices: Sequence[Device]
) -> dict[str, Any]:
    return {
        "town": options.town,
        "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "faults": described(plan),
        "happenings": [h for tenant in town.tenants for h in tenant.happenings],
        "devices": {
            device.serial: [
                [c.network, c.address, c.installations[-1].meter_serial, c.wrap]
                for c in device.channels
            ]
            for device in devices
        },
    }


class _Crew:
    """The concentrators of one process."""

    def __init__(
        self,
        options: Options,
        plan: FaultPlan,
        memory: Memory,
        truth: TruthLog,
        client: httpx.AsyncClient,
    ) -> None:
        self._options, self._plan = options, plan
        self._memory, self._truth, self._client = memory, truth, client
        self._concentrators: list[Concentrator] = []
        self._listeners: list[Listener] = []
        self._done = 0
        self._report: Callable[[int], None] = lambda _: None

    def hire(self, devices: Sequence[Device], secrets: dict[str, str]) -> None:
        """Start every concentrator where it stopped, or where the options say."""
        options = self._options
        first = {device.serial: self._first_round(device) for device in devices}
        clock = Clock(options.speed, min(first.values()) * _SECONDS)
        slots = asyncio.Semaphore(options.concurrency)
        for number, device in enumerate(devices):
            faults = Faults(self._plan, device)
            memory = self._memory.of(device.serial)
            link = Link(
                self._client,
                secrets[device.serial],
                memory,
                faults,
                self._truth,
                # Both encodings of the contract are in use in every town.
                wire="msgpack" if number % 2 else "json",
                slots=slots,
            )
            concentrator = Concentrator(
                Voice(device, faults),
                memory,
                link,
                self._truth,
                clock,
                first=first[device.serial],
                end=None if options.end is None else hour_of(options.end),
                progress=self._count,
            )
            self._concentrators.append(concentrator)
            if options.end is None and options.commands:
                obedience = Obedience(faults, memory, self._truth, link.now, asyncio.sleep)
                self._listeners.append(Listener(link, memory, obedience))

    def _first_round(self, device: Device) -> int:
        origin = device.patterns.calendar.origin
        if self._options.start is not None:
            return max(hour_of(self._options.start), origin)
        known = self._memory.of(device.serial).next_round
        return origin if known is None else known

    def _count(self, rounds: int) -> None:
        self._done += rounds
        self._report(self._done)

    async def work(self) -> int:
        """Run all to their end, or until the process is asked to stop."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Only the main thread may; anywhere else the caller stops us by cancelling.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, stop.set)
        with self._shown():
            tasks = [asyncio.create_task(self._run(one)) for one in self._concentrators]
            crew = asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            listening = [asyncio.create_task(one.run()) for one in self._listeners]
            ends: list[asyncio.Task[Any]] = [
                asyncio.create_task(crew),
                asyncio.create_task(stop.wait()),
            ]
            try:
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in (*ends, *tasks, *listening):
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
                await asyncio.gather(*listening, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return 0 if all(result is not False for result in results) else 1

    async def _run(self, concentrator: Concentrator) -> bool:
        """Run one; a refusal stops this one, is said aloud, and leaves the others at work."""
        try:
            await concentrator.run()
        except BalanceError as error:
            sys.stderr.write(f"{error.code}: {error.message}\n")
            return False
        return True

    @contextmanager
    def _shown(self) -> Iterator[None]:
        """Show how the backlog shrinks: the caller's way, as a bar, or not at all."""
        total = sum(max(one.backlog(), 0) for one in self._concentrators)
        given = self._options.progress
        if given is not None:
            self._report = lambda done: given(min(done, total), total)
            yield
        elif total > 2 * len(self._concentrators) and sys.stderr.isatty():
            with _bar(total) as report:
                self._report = report
                yield
        else:
            yield


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """A bar with counts and the time left, gone from the screen's way once all is pushed."""
    from rich.console import Console  # noqa: PLC0415 - only a person at a terminal needs it
    from rich.progress import (  # noqa: PLC0415 - as above
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("concentrators catch up"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("rounds,"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("rounds", total=total)

        def report(done: int) -> None:
            progress.update(task, completed=min(done, total))
            if done >= total:
                progress.stop()

        yield report
