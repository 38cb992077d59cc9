"""What is wrong with this installation, in plain words, and what to do about it."""

import importlib.metadata
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from backend.master_key import load_master_key
from backend.settings import Settings
from domain.errors import BalanceError
from runtime.demo import accounts_file, devices_file
from runtime.installation import InstallationLock
from runtime.state import RuntimeState
from runtime.up import refuse_taken_ports

Verdict = Literal["fine", "warning", "broken"]

OLDEST_PYTHON = (3, 11)
LITTLE_DISK_BYTES = 5 * 2**30
TOO_LITTLE_DISK_BYTES = 2**29


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at: what was found, and what to do when it is not fine."""

    name: str
    verdict: Verdict
    found: str
    remedy: str | None = None


def look_at_machine(settings: Settings) -> Iterator[Check]:
    """Everything that can be judged without a server."""
    yield python()
    yield packages()
    yield home(settings.home)
    yield disk(settings.home)
    yield ports(settings)
    yield master_key(settings)


def python() -> Check:
    """The interpreter is new enough."""
    found = tuple(sys.version_info[:3])
    verdict: Verdict = "fine" if found >= OLDEST_PYTHON else "broken"
    remedy = "install Python 3.11 or newer, then `make setup`"
    return Check("python", verdict, ".".join(str(number) for number in found), remedy)


def packages() -> Check:
    """Everything the product needs is installed."""
    needed = [
        line for line in importlib.metadata.requires("balance") or [] if "extra ==" not in line
    ]
    missing = []
    for line in needed:
        name = re.split(r"[^A-Za-z0-9._-]", line, maxsplit=1)[0]
        try:
            importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    if missing:
        return Check("packages", "broken", f"missing: {', '.join(missing)}", "run `make setup`")
    return Check("packages", "fine", f"all {len(needed)} installed")


def home(path: Path) -> Check:
    """The home directory exists, and its secrets are private."""
    if not path.exists():
        return Check(
            "home", "warning", f"{path} does not exist yet", "`balance up` makes it at its start"
        )
    for file in (RuntimeState.path(path), accounts_file(path), devices_file(path)):
        if file.exists() and file.stat().st_mode & 0o077:
            return Check("home", "broken", f"others may read {file}", f"chmod 600 {file}")
    return Check("home", "fine", str(path))


def disk(path: Path) -> Check:
    """There is room for the data to grow."""
    existing = next(place for place in (path, *path.parents) if place.exists())
    free = shutil.disk_usage(existing).free
    found = f"{free / 2**30:.1f} GB free in {existing}"
    remedy = "make room, or set BALANCE_HOME to a larger disk"
    if free < TOO_LITTLE_DISK_BYTES:
        return Check("disk", "broken", found, remedy)
    return Check("disk", "warning" if free < LITTLE_DISK_BYTES else "fine", found, remedy)


def ports(settings: Settings) -> Check:
    """The ports are ours or free."""
    tender = InstallationLock(settings.home).tender()
    if tender is not None and tender.stay == "up":
        return Check("ports", "fine", f"in use by this installation (process {tender.pid})")
    return _judged(
        "ports",
        lambda: refuse_taken_ports(settings),
        f"{settings.port} and {settings.gateway_port} are free",
        "stop that program, or set BALANCE_PORT",
    )


def master_key(settings: Settings) -> Check:
    """The key can be read, and is not missing where secrets depend on it."""
    if not settings.master_key.get_secret_value() and not settings.master_key_file.exists():
        if RuntimeState.load(settings.home) is None:
            return Check("master key", "fine", "will be made at the first start")
        return Check(
            "master key",
            "broken",
            f"{settings.master_key_file} is missing, but the database holds secrets made with it",
            "restore the file from your backup; a new key makes every device secret invalid",
        )
    return _judged(
        "master key",
        lambda: load_master_key(settings),
        "readable and private",
        "restore it from your backup, with mode 600",
    )


def clock(database_now: datetime, own_now: datetime, code_from: datetime) -> Check:
    """The clock is not far off: frames of the future are refused, tokens expire by it."""
    difference_s = abs((database_now - own_now).total_seconds())
    remedy = "let the machine keep its time (NTP)"
    if own_now < code_from:
        found = f"the clock says {own_now:%Y-%m-%d %H:%M}, which is before this code was written"
        return Check("clock", "broken", found, remedy)
    if difference_s > 5:
        found = f"this machine and the database differ by {difference_s:.0f} s"
        return Check("clock", "broken", found, remedy)
    return Check("clock", "fine", f"{own_now:%Y-%m-%d %H:%M:%S} UTC, as the database's")


def code_date() -> datetime:
    """When the newest file of this program was written, by its own date."""
    package = Path(__file__).parent
    newest = max(file.stat().st_mtime for file in package.glob("*.py"))
    return datetime.fromtimestamp(newest, UTC)


def _judged(name: str, act: Callable[[], object], fine: str, remedy: str) -> Check:
    try:
        act()
    except BalanceError as refused:
        return Check(name, "broken", refused.message, remedy)
    return Check(name, "fine", fine)
