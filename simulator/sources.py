"""The packaged real data as whole numbers: Wh of the Swiss homes, litres of the Canadian house.

Their notices lie beside them in ``simulator/data``.
"""

import csv
import gzip
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from domain.quantities import EnergyArray

DATA = Path(__file__).parent / "data"

WEEK_HOURS = 168
HISTORY_WEEKS = 6
PATTERN_HOURS = HISTORY_WEEKS * WEEK_HOURS
"""Length of the Swiss homes' data: six weeks from a Monday to a Sunday."""

_PACIFIC = timedelta(hours=-8)
"""Standard time of the Canadian house; its summer hour is left out, a meter does not mind."""


def homes_wh(cache: Path | None = None) -> EnergyArray:
    """Hourly energy of the Swiss homes, shape ``(1008, 300)`` [Wh]; empty hours are zero.

    Parameters
    ----------
    cache
        A ``.npy`` file to read, made at first use by a process of its own: reading parquet
        needs a library larger than the whole simulator, which then never enters this process.
    """
    if cache is None:
        return _read_homes()
    if not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "simulator.sources", str(cache)]
        subprocess.run(command, check=True)  # noqa: S603 - our own module and a path, no shell
    stored: EnergyArray = np.load(cache).astype(np.int64)
    return stored


def _read_homes() -> EnergyArray:
    from pyarrow import parquet  # noqa: PLC0415 - heavy, and not needed once the cache is made

    table = parquet.read_table(DATA / "ch_electricity" / "ch_electricity_hourly.parquet")
    names = sorted(name for name in table.column_names if name.startswith("CH"))
    kwh = np.column_stack([table.column(name).to_numpy() for name in names]).astype(np.float64)
    return np.rint(np.nan_to_num(kwh) * 1000).astype(np.int64)


def house_litres(medium: str) -> EnergyArray:
    """Hourly amounts of the Canadian house from a local Monday on, whole weeks, shape ``(t,)``.

    Parameters
    ----------
    medium
        ``water`` [litres] or ``gas`` [dm3, also litres].
    """
    path = DATA / "ca_house" / f"ca_{medium}_hourly_year1.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        rows = list(csv.reader(lines))[1:]
    first = datetime.fromisoformat(rows[0][0]) + _PACIFIC
    monday = (first + timedelta(days=7 - first.weekday())).replace(hour=0)
    skipped = int((monday - first) / timedelta(hours=1))
    # Differences of the rounded counter, so that no fraction of a litre is ever lost or doubled.
    dial = np.floor(np.array([float(row[1]) for row in rows])).astype(np.int64)
    hourly: EnergyArray = np.diff(dial)[skipped - 1 :]
    return hourly[: len(hourly) // WEEK_HOURS * WEEK_HOURS]


def main(arguments: list[str]) -> None:
    """Write the homes to the ``.npy`` file named; whole or not at all."""
    target = Path(arguments[0])
    part = target.with_suffix(".part.npy")
    np.save(part, _read_homes().astype(np.int32))
    part.replace(target)


if __name__ == "__main__":
    main(sys.argv[1:])
