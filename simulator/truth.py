"""The log of what truly happened: the oracle against which a product is judged.

JSON lines, told apart by ``kind``:

``run``
    Once at the start: plan of faults, happenings of the town, and for each concentrator its
    channels as ``[network, address, meter serial, wrap]`` in the order of its counters.
``hour``
    ``device``, ``hour`` and the true ``counters`` at its end; ``lost`` lists channels
    ``[network, address]`` whose reading never reaches the concentrator by itself: it comes only
    when the gateway asks for it and the module remembers. Repeated after a restart with the same
    values.
``command``
    One command that came: ``device`` and the command as it came, ``outcome`` (null when the module
    never heard of it), ``done_at`` and ``code``.
``push``
    One attempt: ``device``, ``counter``, ``sent_at``, ``acknowledged_at`` (null when no answer with
    200 came back), ``status``, and for each frame its ``sequence``, whether it is ``acknowledged``
    and ``blocks`` as ``[hour, network, channels]``; ``channels`` is null for all of the network.
"""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Self

import orjson


class TruthLog:
    """Writer of the log; without a path nothing is kept.

    Parameters
    ----------
    keep_days
        Days of wall clock after which a day's file is removed. Each new day moves the running
        file aside as ``NAME.YYYY-MM-DD``.
    """

    def __init__(self, path: Path | None, keep_days: int = 14) -> None:
        self._path, self._keep_days = path, keep_days
        self._file: BinaryIO | None = None
        self._day = datetime.now(UTC).date()
        self._header: dict[str, Any] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("ab")

    def begin(self, **header: object) -> None:
        """Write the head of the run; every file of the run begins with it."""
        self._header = header
        self._write({"kind": "run", **header})

    def hour(self, device: str, hour: str, counters: list[int], lost: list[list[int]]) -> None:
        """Note the true counters at the end of one hour."""
        row: dict[str, Any] = {"kind": "hour", "device": device, "hour": hour, "counters": counters}
        self._write({**row, "lost": lost} if lost else row)

    def command(self, **told: object) -> None:
        """Note what a module did with a command."""
        kind = told.pop("kind")
        self._write({"kind": "command", "command": kind, **told})
        self.flush()

    def push(self, **attempt: object) -> None:
        """Note one attempt to push."""
        self._write({"kind": "push", **attempt})
        self.flush()

    def _write(self, row: dict[str, Any]) -> None:
        if self._file is None:
            return
        today = datetime.now(UTC).date()
        if today != self._day:
            self._turn(today)
        self._file.write(orjson.dumps(row) + b"\n")

    def _turn(self, today: date) -> None:
        """Begin the file of a new day and drop those too old to keep."""
        assert self._path is not None
        assert self._file is not None
        self._file.close()
        self._path.replace(self._path.with_name(f"{self._path.name}.{self._day}"))
        days = sorted(self._path.parent.glob(f"{self._path.name}.????-??-??"))
        for old in days[: -self._keep_days]:
            old.unlink()
        self._file, self._day = self._path.open("ab"), today
        if self._header is not None:
            self._write({"kind": "run", **self._header})

    def flush(self) -> None:
        """Hand everything noted to the operating system."""
        if self._file is not None:
            self._file.flush()

    def close(self) -> None:
        """Finish the file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
