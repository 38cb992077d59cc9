"""What a concentrator must not forget: how far its numbers went and which hours were acknowledged.

Sequences and counters never restart, whatever happens to the process. They are reserved in blocks:
the file always names a number that has not been used yet, so a crash costs a few numbers and never
repeats one.
"""

import fcntl
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson

from domain.errors import ConflictError, InvalidError

_BLOCK = 512


@dataclass(slots=True)
class DeviceMemory:
    """Numbers of one concentrator."""

    store: "Memory"
    counter: int = 1
    """Next anti-replay counter."""
    sequence: int = 1
    """Next frame number."""
    next_round: int | None = None
    """First hour whose round is not acknowledged; None before the first."""
    boot: int = 0
    counter_end: int = 1
    sequence_end: int = 1
    last_command: int = 0
    """Highest number of a command that came."""
    actuators: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By network and channel: the sequence of the last command, and what it left behind."""

    def actuator(self, network: int, channel: int) -> dict[str, Any]:
        """Memory of one actuator, empty for one that was never commanded."""
        empty: dict[str, Any] = {"sequence": -1, "dark": []}
        return self.actuators.setdefault(f"{network}:{channel}", empty)

    def take_counter(self) -> int:
        """A counter that no attempt has used."""
        taken, self.counter = self.counter, self.counter + 1
        if self.counter >= self.counter_end:
            self.counter_end = self.counter + _BLOCK
            self.store.save()
        return taken

    def take_sequence(self) -> int:
        """A number that no frame has carried."""
        taken, self.sequence = self.sequence, self.sequence + 1
        if self.sequence >= self.sequence_end:
            self.sequence_end = self.sequence + _BLOCK
            self.store.save()
        return taken

    def counters_above(self, highest: int) -> None:
        """Go on above a counter that the gateway has seen."""
        self.counter = max(self.counter, highest + 1)

    def sequences_above(self, highest: int) -> None:
        """Go on above a sequence that the gateway has seen."""
        self.sequence = max(self.sequence, highest + 1)

    def acknowledged(self, next_round: int) -> None:
        """Every round before ``next_round`` is with the gateway."""
        self.next_round = next_round
        self.store.save()


class Memory:
    """The memories of all concentrators of one process, in one JSON file written whole.

    Raises
    ------
    ConflictError
        Another process uses the file now: two would number their frames alike.
    InvalidError
        The file is no memory of concentrators.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(path.with_name(path.name + ".lock"))
        self._devices: dict[str, DeviceMemory] = {}
        if path.exists():
            self._load()

    def _load(self) -> None:
        try:
            stored: dict[str, Any] = orjson.loads(self.path.read_bytes())["devices"]
            for serial, entry in stored.items():
                self._devices[serial] = DeviceMemory(
                    self,
                    counter=entry["counter"],
                    sequence=entry["sequence"],
                    next_round=entry["next_round"],
                    boot=entry["boot"],
                    counter_end=entry["counter"],
                    sequence_end=entry["sequence"],
                    last_command=entry.get("last_command", 0),
                    actuators=entry.get("actuators", {}),
                )
        except (ValueError, KeyError, TypeError) as error:
            message = f"state file {self.path} cannot be read: {error!r}"
            raise InvalidError(message, code="BAD_STATE_FILE", field="state") from error

    def of(self, serial: str) -> DeviceMemory:
        """Memory of one concentrator, empty for a new one."""
        return self._devices.setdefault(serial, DeviceMemory(self))

    def save(self) -> None:
        """Write the file whole; a reader sees the old one or the new one."""
        devices = {
            serial: {
                "counter": max(memory.counter, memory.counter_end),
                "sequence": max(memory.sequence, memory.sequence_end),
                "next_round": memory.next_round,
                "boot": memory.boot,
                "last_command": memory.last_command,
                "actuators": memory.actuators,
            }
            for serial, memory in self._devices.items()
        }
        part = self.path.with_name(self.path.name + ".part")
        part.write_bytes(orjson.dumps({"devices": devices}))
        part.replace(self.path)

    def close(self) -> None:
        """Save, and let another process have the file."""
        self.save()
        self._lock.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _locked(path: Path) -> BinaryIO:
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        file.close()
        message = f"another simulator uses the state file locked by {path} (own pid {os.getpid()})"
        raise ConflictError(message, code="STATE_FILE_IN_USE", field="state") from error
    return file
