"""Log files of the embedded servers and of the supervised parts, kept small."""

import os
import shutil
from pathlib import Path
from typing import IO

TOO_LONG_BYTES = 16 * 2**20


def log_path(home: Path, name: str) -> Path:
    """Where the log of ``name`` lies."""
    return home / "logs" / f"{name}.log"


def log_file(home: Path, name: str) -> IO[bytes]:
    """Open a log for appending."""
    path = log_path(home, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path.open("ab")


def set_long_ones_aside(home: Path) -> None:
    """Copy each long log to ``<name>.log.1`` and empty it; its writers append on."""
    for path in (home / "logs").glob("*.log"):
        if path.stat().st_size > TOO_LONG_BYTES:
            shutil.copyfile(path, path.with_suffix(".log.1"))
            os.truncate(path, 0)


def last_lines(home: Path, name: str, count: int = 5) -> str:
    """The last words of a log, for an error message."""
    path = log_path(home, name)
    if not path.exists():
        return f"(no {path})"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return " | ".join(line.strip() for line in lines[-count:]) or f"(nothing in {path})"
