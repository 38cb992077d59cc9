"""The operating-system account the embedded servers run as, and what it can reach.

PostgreSQL refuses to run as root. When we are root the servers run as ``nobody`` instead, and that
account must be able to read the programs and own its data. Below a closed directory (``/root`` is
one as a rule) it can do neither: then programs and data go under ``/var/lib/balance``.
"""

import hashlib
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from domain.errors import UnavailableError

UNPRIVILEGED_UID = 65534
OPEN_PLACE = Path("/var/lib/balance")

ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C",
    "TZ": "UTC",
    # A session that once had a large statement gives the memory back when it is done.
    "MALLOC_MMAP_THRESHOLD_": str(2**20),
    "MALLOC_TRIM_THRESHOLD_": str(2**20),
}
"""What the servers see: no PG* variable of the caller may reach them."""


@dataclass(frozen=True, slots=True)
class ServerAccount:
    """Who runs the servers; ``uid`` is None when that is simply ourselves."""

    uid: int | None

    @classmethod
    def of_this_process(cls) -> "ServerAccount":
        """Ourselves, or an unprivileged account when we are root."""
        return cls(UNPRIVILEGED_UID if os.geteuid() == 0 else None)

    def start(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path,
        output: IO[bytes] | int,
        group_of_its_own: bool = True,
    ) -> subprocess.Popen[bytes]:
        """Start ``command`` as this account, out of reach of the terminal's Ctrl-C."""
        return subprocess.Popen(  # noqa: S603 - argv lists made here, never a shell
            [str(part) for part in command],
            cwd=cwd,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=self.uid,
            group=self.uid,
            extra_groups=None if self.uid is None else [],
            umask=0o077,
            start_new_session=group_of_its_own,
        )

    def can_reach(self, path: Path) -> bool:
        """Whether this account may enter (or execute) ``path``; asked of the kernel itself."""
        if self.uid is None:
            return os.access(path, os.X_OK)
        test = self.start(
            ["/bin/sh", "-c", 'test -x "$0"', path],
            cwd=Path("/"),
            output=subprocess.DEVNULL,
        )
        return test.wait() == 0

    def own(self, directory: Path) -> Path:
        """Make ``directory`` exist, private to this account."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.uid is not None:
            os.chown(directory, self.uid, self.uid)
        directory.chmod(0o700)
        return directory


def data_place(account: ServerAccount, home: Path, name: str) -> Path:
    """Directory that holds the servers' data: the home itself, if the account gets there.

    Else a directory called ``name``, which is the installation's own and not that of its path: a
    home that is deleted and made again must not find the data of the old one.
    """
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    if account.uid is None or account.can_reach(home):
        return home
    return _opened(account, OPEN_PLACE / name, blocked=home)


def reachable_programs(account: ServerAccount, program: Path, *, package_parts: Path) -> Path:
    """``program``, or a copy of it that the account can run.

    ``package_parts`` is the directory of the package. Its sibling ``<name>.libs`` goes along, since
    the programs find their libraries relative to themselves.
    """
    if account.can_reach(program):
        return program
    place = _opened(account, OPEN_PLACE / "programs", blocked=program)
    identity = f"{package_parts}:{package_parts.stat().st_mtime_ns}"
    copy = place / hashlib.sha256(identity.encode()).hexdigest()[:12]
    if not copy.exists():
        unfinished = copy.with_name(f"{copy.name}.{os.getpid()}")
        for source in (package_parts, package_parts.with_name(f"{package_parts.name}.libs")):
            if source.exists():
                shutil.copytree(source, unfinished / source.name, symlinks=True)
        unfinished.chmod(0o755)
        unfinished.rename(copy)
    return copy / package_parts.name / program.relative_to(package_parts)


def _opened(account: ServerAccount, place: Path, *, blocked: Path) -> Path:
    place.mkdir(mode=0o755, parents=True, exist_ok=True)
    for directory in (OPEN_PLACE, place):
        directory.chmod(0o755)
    if not account.can_reach(place):
        raise UnavailableError(
            f"uid {account.uid}, which runs the servers because root may not, can enter neither"
            f" {blocked} nor {place}; set BALANCE_HOME to a directory whose parents are all open"
            f" to others (chmod o+x), or start as another user than root",
            code="HOME_NOT_REACHABLE",
        )
    return place
