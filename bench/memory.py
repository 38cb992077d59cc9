"""How much memory the idle product takes with the demo loaded: ``python -m bench.memory``.

Sums the proportional set size of the supervisor and of everything below it, servers included, so
that memory which processes share counts once. Starts an installation of its own and forgets it;
``--running`` measures the one in BALANCE_HOME instead. The last line is one JSON object.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import psutil

from backend.settings import get_settings, read_settings
from runtime import up
from runtime.demo import DemoRecord
from runtime.installation import InstallationLock
from runtime.state import free_port

LIMIT_MB = 700
IDLE_S = 20
PATIENCE_S = 300


def measure(supervisor: int) -> dict[str, object]:
    """Memory of a supervisor and all below it, in MB."""
    root = psutil.Process(supervisor)
    parts: Counter[str] = Counter()
    for process in (root, *root.children(recursive=True)):
        parts[_name(process, root)] += process.memory_full_info().pss
    total = sum(parts.values()) / 2**20
    return {
        "pss_mb": round(total, 1),
        "limit_mb": LIMIT_MB,
        "within": total < LIMIT_MB,
        "parts_mb": {name: round(size / 2**20, 1) for name, size in parts.most_common()},
    }


def _name(process: psutil.Process, root: psutil.Process) -> str:
    words = process.cmdline()
    if process == root:
        return "supervisor"
    if "postgres" in process.name():
        return "postgres"
    if "valkey" in process.name():
        return "valkey"
    return "simulator" if "simulator" in words else words[-1]


def of_a_new_installation() -> dict[str, object]:
    """Start the product with the demo, let it come to rest, measure it, forget it."""
    home = Path(tempfile.mkdtemp(prefix="balance-bench-"))
    home.chmod(0o711)
    environment = {**os.environ, "BALANCE_HOME": str(home), "BALANCE_PORT": str(free_port())}
    environment["BALANCE_GATEWAY_PORT"] = str(free_port())
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "runtime.cli", "up"],
        env=environment,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as process:
        try:
            while not _complete(home):
                if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
                    raise SystemExit("the product did not come up; its output is above")
                time.sleep(0.5)
            loaded = time.monotonic() - began
            time.sleep(IDLE_S)
            return measure(process.pid) | {"loaded_after_s": round(loaded, 1)}
        finally:
            up.forget(read_settings(home=home))


def _complete(home: Path) -> bool:
    record = DemoRecord.load(home)
    return record is not None and record.complete


def main() -> None:
    """Measure and print."""
    if "--running" in sys.argv:
        tender = InstallationLock(get_settings().home).tender()
        if tender is None:
            raise SystemExit(f"nothing runs in {get_settings().home}")
        found = measure(tender.pid)
    else:
        found = of_a_new_installation()
    print(json.dumps(found))


if __name__ == "__main__":
    main()
