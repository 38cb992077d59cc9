"""Log files of the embedded servers and of the supervised parts, kept small."""

from pathlib import Path
from typing import IO

TOO_LONG_BYTES = 16 * 2**20


def log_path(home: Path, name: str) -> Path:
    """Where the log of ``name`` lies."""
    return home / "logs" / f"{name}.log"


def log_file(home: Path, name: str) -> IO[bytes]:
    """Open a log for appending; a long one is set aside first and the one before it forgotten."""
    path = log_path(home, name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > TOO_LONG_BYTES:
        path.replace(path.with_suffix(".log.1"))
    return path.open("ab")


def last_lines(home: Path, name: str, count: int = 5) -> str:
    """The last words of a log, for an error message."""
    path = log_path(home, name)
    if not path.exists():
        return f"(no {path})"
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 8192))
        lines = file.read().decode(errors="replace").splitlines()
    return " | ".join(line.strip() for line in lines[-count:]) or f"(nothing in {path})"
