"""The key that device secrets and stored signing keys are derived from or sealed with.

It never lies in the database: who steals a backup of the one does not hold the other.
"""

import contextlib
import os
import secrets
from pathlib import Path

from backend.settings import Settings
from domain.errors import ConflictError

KEY_BYTES = 32


def load_master_key(settings: Settings) -> bytes:
    """The installation's key: from the environment, or from its file, made when there is none.

    Raises
    ------
    ConflictError
        MASTER_KEY_UNREADABLE: the file holds something else, or others may read it.
    """
    given = settings.master_key.get_secret_value()
    if given:
        return bytes.fromhex(given)
    path = settings.master_key_file
    if not path.exists():
        _make(path)
    return _checked(path)


def _make(path: Path) -> None:
    """Write a new key under another name and link it.

    A part that starts at the same moment finds no key or a whole one; of two that make one the
    first wins.
    """
    path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")
        file.flush()
        os.fsync(file.fileno())
    with contextlib.suppress(FileExistsError):
        os.link(unfinished, path)
    unfinished.unlink()


def _checked(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise ConflictError(
            f"{path}: others than its owner may read the master key; chmod 600 it",
            code="MASTER_KEY_UNREADABLE",
        )
    try:
        key = bytes.fromhex(path.read_text().strip())
    except (OSError, ValueError) as error:
        raise ConflictError(
            f"{path}: the master key cannot be read: {error}", code="MASTER_KEY_UNREADABLE"
        ) from error
    if len(key) != KEY_BYTES:
        raise ConflictError(
            f"{path}: the master key has {len(key)} bytes, not {KEY_BYTES}",
            code="MASTER_KEY_UNREADABLE",
        )
    return key
