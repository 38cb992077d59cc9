"""What goes wrong between the meters and the gateway, by a plan and by chance that repeats."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from domain.errors import InvalidError
from domain.frames import EventKind
from simulator.chance import between, chance, uniform
from simulator.meters import Device

IntArray = NDArray[np.int64]
Mask = NDArray[np.bool_]

LOST = -1
"""Delay of an hour that never reaches the concentrator by itself."""

STATUS_MAGNET, STATUS_LOW_BATTERY = 4, 8

_SECONDS = 3600
_NIGHT_HOUR = 3
_CHANGE_DAYS = (10, 40)
"""Local days of the history between which meters get stuck and modules are replaced."""


@dataclass(frozen=True, slots=True)
class FaultPlan:
    """How much goes wrong. Shares lie from 0 to 1; everything is drawn from ``seed``."""

    seed: int = 7
    radio_late: float = 0.0
    """Share of a module's hours that the concentrator hears only later."""
    radio_late_hours: int = 6
    """Longest such delay [h]."""
    radio_lost: float = 0.0
    """Share of a module's hours that the concentrator does not hear by itself."""
    memory_lost: float = 0.0
    """Share of those that the module does not remember either, when they are asked for again."""
    outage: float = 0.0
    """Share of a concentrator's days with a time without connection."""
    outage_hours: int = 5
    """Longest such time [h]."""
    night_batch: float = 0.0
    """Share of concentrators that connect once a day, at night."""
    duplicate: float = 0.0
    """Share of acknowledged frames sent once more."""
    reorder: float = 0.0
    """Share of batches whose frames leave in another order."""
    answer_lost: float = 0.0
    """Share of requests that arrive while their answer does not."""
    clock_skew_s: int = 0
    """Largest error of a concentrator's clock [s]; the hours it names are those of the radio."""
    low_battery: float = 0.0
    """Share of modules whose battery is nearly empty."""
    magnet: float = 0.0
    """Share of a channel's days with a magnet held to the meter."""
    neutral_loss: float = 0.0
    """Share of a concentrator's days with a lost neutral."""
    stuck: float = 0.0
    """Share of meters that stop for good."""
    replaced: float = 0.0
    """Share of modules exchanged without telling anyone: their pulses start again at 0."""
    command_refused: float = 0.0
    """Share of commands that a module refuses."""
    command_lost: float = 0.0
    """Share of commands that never reach their module."""
    command_delay_s: int = 2
    """Longest time that a command travels by radio [s]."""
    command_repeated: float = 0.0
    """Share of commands on which the word is said twice."""


PLANS = {
    "none": FaultPlan(),
    "normal": FaultPlan(
        radio_late=0.01,
        outage=0.01,
        night_batch=0.1,
        duplicate=0.01,
        reorder=0.02,
        answer_lost=0.005,
        clock_skew_s=40,
        low_battery=0.01,
        magnet=0.0001,
        neutral_loss=0.002,
        command_refused=0.005,
        command_lost=0.005,
        command_delay_s=40,
        command_repeated=0.01,
    ),
    "hostile": FaultPlan(
        radio_late=0.15,
        radio_late_hours=30,
        radio_lost=0.01,
        memory_lost=0.5,
        outage=0.2,
        outage_hours=14,
        night_batch=0.3,
        duplicate=0.3,
        reorder=0.5,
        answer_lost=0.1,
        clock_skew_s=86_400,
        low_battery=0.05,
        magnet=0.01,
        neutral_loss=0.05,
        stuck=0.005,
        replaced=0.01,
        command_refused=0.1,
        command_lost=0.1,
        command_delay_s=700,
        command_repeated=0.3,
    ),
}


def fault_plan(choice: str, seed: int | None = None) -> FaultPlan:
    """Plan by its name, or from a JSON file of the fields of :class:`FaultPlan`.

    Raises
    ------
    InvalidError
        There is no such plan or file, or it has a field or a value that no plan has.
    """
    plan = PLANS.get(choice)
    if plan is None:
        plan = _read(Path(choice))
    return plan if seed is None else replace(plan, seed=seed)


def _read(path: Path) -> FaultPlan:
    try:
        values: Any = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        names = ", ".join(PLANS)
        raise _refused("faults", str(path), f"must be {names} or a JSON file: {error}") from error
    if not isinstance(values, dict):
        raise _refused("faults", str(path), "must hold a JSON object")
    kinds = {field.name: field.type for field in fields(FaultPlan)}
    for name, value in values.items():
        if name not in kinds:
            raise _refused(name, value, f"must be one of {', '.join(kinds)}")
        if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
            raise _refused(name, value, "must be a number that is not negative")
        if kinds[name] is int and not isinstance(value, int):
            raise _refused(name, value, "must be a whole number")
        if kinds[name] is float and value > 1:
            raise _refused(name, value, "is a share and must not be above 1")
    return FaultPlan(**values)


def _refused(field: str, value: object, rule: str) -> InvalidError:
    return InvalidError(f"{field} {rule}, not {value!r}", code="BAD_FAULT_PLAN", field=field)


class Faults:
    """The plan as it strikes one concentrator: a function of the plan and the hour alone."""

    def __init__(self, plan: FaultPlan, device: Device) -> None:
        self.plan, self.device = plan, device
        self._delays: dict[int, IntArray] = {}
        self.dark: dict[int, list[tuple[int, int | None]]] = {}
        """Hours from .. to in which a supply is switched off, by the position of its channel."""

    def _chance(self, *words: object) -> float:
        return chance(self.plan.seed, self.device.serial, *words)

    @cached_property
    def _modules(self) -> int:
        return int(self.device.modules.max()) + 1

    @property
    def longest_delay(self) -> int:
        """Hours after which nothing more of an hour can be heard."""
        return self.plan.radio_late_hours if self.plan.radio_late else 0

    def delays(self, hour: int) -> IntArray:
        """Hours by which each channel's reading is heard late, or LOST; shape ``(n,)``."""
        known = self._delays.get(hour)
        if known is None:
            known = self._drawn_delays(hour)[self.device.modules]
            if len(self._delays) > 2 * self.longest_delay + 48:
                del self._delays[next(iter(self._delays))]
            self._delays[hour] = known
        return known

    def _drawn_delays(self, hour: int) -> IntArray:
        plan = self.plan
        if not plan.radio_late and not plan.radio_lost:
            return np.zeros(self._modules, dtype=np.int64)
        fate, size = uniform(
            2 * self._modules, plan.seed, self.device.serial, "radio", hour
        ).reshape(2, -1)
        late = 1 + np.floor(size * plan.radio_late_hours).astype(np.int64)
        delays = np.where(fate < plan.radio_lost + plan.radio_late, late, 0)
        return np.where(fate < plan.radio_lost, LOST, delays)

    def forgotten(self, hour: int) -> Mask:
        """Which channels' modules have no memory of a reading that was not heard."""
        words = (self.plan.seed, self.device.serial, "memory", hour)
        struck = uniform(self._modules, *words) < self.plan.memory_lost
        found: Mask = (self.delays(hour) == LOST) & struck[self.device.modules]
        return found

    def due(self, hour: int) -> float:
        """Moment at which the concentrator sends the round of an hour [s since the epoch]."""
        over = hour + 1
        sent = self._next_night(over) if self._sends_at_night else self._connected_from(over)
        return sent * _SECONDS + 15 + 200 * self._chance("jitter", sent)

    @cached_property
    def _sends_at_night(self) -> bool:
        return self._chance("night") < self.plan.night_batch

    def _next_night(self, hour: int) -> int:
        calendar = self.device.patterns.calendar
        hours = range(hour, hour + 26)
        return next((h for h in hours if calendar.wall_hour(h) % 24 == _NIGHT_HOUR), hour)

    def _connected_from(self, hour: int) -> int:
        """First hour from ``hour`` on that lies in no outage."""
        for day in (hour // 24 - 1, hour // 24):
            if self._chance("outage", day) < self.plan.outage:
                words = (self.plan.seed, self.device.serial, "outage", day)
                start = day * 24 + between(0, 23, *words, "from")
                end = start + between(1, max(self.plan.outage_hours, 1), *words, "for")
                hour = end if start <= hour < end else hour
        return hour

    @cached_property
    def skew_s(self) -> int:
        """How far this concentrator's clock is ahead [s]."""
        return round((2 * self._chance("skew") - 1) * self.plan.clock_skew_s)

    def duplicated(self, sequence: int) -> bool:
        """Whether a frame is sent once more after its acknowledgement."""
        return self._chance("duplicate", sequence) < self.plan.duplicate

    def reordered(self, sequence: int) -> bool:
        """Whether the batch that begins with a frame leaves in another order."""
        return self._chance("reorder", sequence) < self.plan.reorder

    def answer_lost(self, counter: int) -> bool:
        """Whether the answer to an attempt gets lost on its way back."""
        return self._chance("answer", counter) < self.plan.answer_lost

    def _change(self, what: str, key: object, share: float) -> int | None:
        """Hour at which something that happens once strikes, if it does."""
        if self._chance(what, key) >= share:
            return None
        words = (self.plan.seed, self.device.serial, what, key, "day")
        return self.device.patterns.calendar.day(between(*_CHANGE_DAYS, *words)) + 11

    @cached_property
    def stuck(self) -> dict[int, int]:
        """Hour from which a meter stands still, by the position of its channel."""
        channels = range(len(self.device.channels))
        struck = {i: self._change("stuck", i, self.plan.stuck) for i in channels}
        return {position: hour for position, hour in struck.items() if hour is not None}

    @cached_property
    def replaced(self) -> dict[int, int]:
        """Hour from which a channel hangs on a new module, by its position."""
        modules = self.device.modules
        struck = {
            int(m): self._change("replaced", int(m), self.plan.replaced) for m in set(modules)
        }
        hours = {position: struck[int(module)] for position, module in enumerate(modules)}
        return {position: hour for position, hour in hours.items() if hour is not None}

    @cached_property
    def _before(self) -> dict[int, int]:
        """Counter of each stuck meter or replaced module at the hour of its change."""
        changes = {**self.stuck, **self.replaced}
        return {i: int(self.device.counters(hour)[i]) for i, hour in changes.items()}

    def counters(self, instant: int) -> IntArray:
        """Counter of each channel at an instant as its module has it, shape ``(n,)``."""
        counters = self.device.counters(instant)
        for position, hour in self.stuck.items():
            if instant > hour and position not in self.replaced:
                counters[position] = self._before[position]
        for position, hour in self.replaced.items():
            if instant > hour:
                wrap = int(self.device.wraps[position])
                counters[position] = (int(counters[position]) - self._before[position]) % wrap
        for position, times in self.dark.items():
            wrap = int(self.device.wraps[position])
            saved = sum(self._saved(position, times, instant))
            counters[position] = (int(counters[position]) - saved) % wrap
        return counters

    def _saved(
        self, position: int, times: list[tuple[int, int | None]], instant: int
    ) -> Iterator[int]:
        """Pulses that would have come while the supply was off, had the meter counted them."""
        first = self.replaced.get(position, 0)
        last = instant if first else min(self.stuck.get(position, instant), instant)
        for start, end in times:
            low, high = max(start, first), last if end is None else min(end, last)
            if high > low:
                before, after = (int(self.device.counters(at)[position]) for at in (low, high))
                yield (after - before) % int(self.device.wraps[position])

    def command_chance(self, what: str, command: int) -> float:
        """One number in [0, 1) that belongs to a command."""
        return self._chance(f"command {what}", command)

    def status(self, hour: int) -> IntArray:
        """Status bits of each channel in an hour, shape ``(n,)``."""
        bits = self._weak_batteries.copy()
        bits[self._magnets(hour)] |= STATUS_MAGNET
        return bits

    @cached_property
    def _weak_batteries(self) -> IntArray:
        plan = self.plan
        weak = uniform(self._modules, plan.seed, self.device.serial, "battery") < plan.low_battery
        return np.where(weak[self.device.modules], STATUS_LOW_BATTERY, 0)

    def _magnets(self, hour: int) -> list[int]:
        """Positions of the channels at which a magnet is found in an hour."""
        if not self.plan.magnet:
            return []
        words = (self.plan.seed, self.device.serial, "magnet", hour // 24)
        fate, when = uniform(2 * len(self.device.channels), *words).reshape(2, -1)
        struck = (fate < self.plan.magnet) & (np.floor(when * 24) == hour % 24)
        return [int(position) for position in np.flatnonzero(struck)]

    def events(self, hour: int) -> list[dict[str, Any]]:
        """Events of an hour, as a frame carries them."""
        found = [
            self._event(position, EventKind.MAGNET, hour, 1) for position in self._magnets(hour)
        ]
        day, time = divmod(hour, 24)
        words = (self.plan.seed, self.device.serial, "neutral", day)
        if self._chance("neutral", day) < self.plan.neutral_loss and time == between(0, 23, *words):
            volts = between(90, 180, *words, "volts")
            found.append(self._event(0, EventKind.NEUTRAL_VOLTAGE, hour, volts))
        changed = {p for p, start in self.replaced.items() if start == hour}
        found += [self._event(position, EventKind.POWER_BACK, hour, None) for position in changed]
        return found

    def _event(
        self, position: int, kind: EventKind, hour: int, value: float | None
    ) -> dict[str, Any]:
        minute = between(0, 59, self.plan.seed, self.device.serial, kind, hour, position)
        event = {
            "network": int(self.device.networks[position]),
            "channel": int(self.device.addresses[position]),
            "kind": str(kind),
            "at": moment_text(hour * _SECONDS + minute * 60),
        }
        return event if value is None else {**event, "value": value}


def moment_text(seconds: float) -> str:
    """An instant as the contract writes it, cut to the second.

    Examples
    --------
    >>> moment_text(61.9)
    '1970-01-01T00:01:01Z'
    """
    return str(np.datetime64(int(seconds), "s")) + "Z"


def described(plan: FaultPlan) -> dict[str, Any]:
    """The plan's fields, for the log of truth."""
    return asdict(plan)
