"""What the console costs a browser, on the real product with its demo: ``python -m bench.console``.

Starts an installation of its own and measures in Chromium on this machine, so the times hold for a
local connection; load of the machine moves them. ``points_8760_ms`` is from the hours of a year to
the drawn band, ``list_jump_ms`` from the top of the loaded list to its last row. The last line is
one JSON object.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from backend.settings import Settings, read_settings
from runtime import up
from runtime.demo import accounts_file
from runtime.state import free_port

CONSOLE = Path(__file__).parents[1] / "apps" / "console"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_S = 300
SAID_LAST = b"A first request"


def browser() -> str:
    """The browser of this machine."""
    found = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        raise SystemExit("no chromium is installed (Debian: apt-get install chromium)")
    return found


def started(settings: Settings, output: Path) -> "subprocess.Popen[bytes]":
    """Start the product and wait until it says that it serves."""
    environment = {
        **os.environ,
        "BALANCE_HOME": str(settings.home),
        "BALANCE_PORT": str(settings.port),
        "BALANCE_GATEWAY_PORT": str(settings.gateway_port),
    }
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime.cli", "up"],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    began = time.monotonic()
    while SAID_LAST not in output.read_bytes():
        if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
            raise SystemExit(f"the product did not come up: {output.read_text()}")
        time.sleep(0.2)
    return process


def measure(settings: Settings, chromium: str) -> str:
    """Let the browser measure; one JSON object."""
    accounts = json.loads(accounts_file(settings.home).read_text())
    needed = {
        "url": settings.public_url,
        "chromium": chromium,
        "shots": "",
        "people": accounts["people"],
        "tenants": accounts["tenants"],
    }
    ended = subprocess.run(
        ["node", "e2e/bench.mjs"],  # noqa: S607 - the one that builds the console
        cwd=CONSOLE,
        env={**os.environ, "CONSOLE": json.dumps(needed)},
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    if ended.returncode:
        raise SystemExit(ended.stderr)
    return ended.stdout.strip().splitlines()[-1]


def main() -> None:
    """Print what was measured."""
    if not (CONSOLE / "dist" / "index.html").exists():
        raise SystemExit("the console is not built; `make console` does it")
    chromium = browser()
    with tempfile.TemporaryDirectory(prefix="balance-bench-") as place:
        Path(place).chmod(0o711)
        port = free_port()
        settings = read_settings(
            home=Path(place) / "home", port=port, gateway_port=free_port(), demo=True
        )
        process = None
        try:
            process = started(settings, Path(place) / "output.txt")
            # What a new installation computes at first would be measured along.
            time.sleep(20)
            print(f"load {os.getloadavg()[0]:.1f}")
            print(measure(settings, chromium))
        finally:
            if process is not None:
                process.send_signal(signal.SIGINT)
                process.wait(60)
            up.forget(settings)


if __name__ == "__main__":
    main()
