"""How long the second `balance up` takes with the demo's data kept: ``python -m bench.start``.

Counts from the start of the process until both ports answer with a database behind them, and until
the summary is printed. The machine may have other work, so its load is printed beside the times.
The last line is one JSON object.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from backend.settings import Settings, read_settings
from runtime import up
from runtime.demo import DemoRecord
from runtime.state import free_port

LIMIT_S = 15
TIMES = 5
PATIENCE_S = 300
SAID_LAST = b"A first request"


def started(settings: Settings, output: Path) -> tuple["subprocess.Popen[bytes]", dict[str, float]]:
    """Start the product; seconds until each port served and until it said so."""
    environment = {
        **os.environ,
        "BALANCE_HOME": str(settings.home),
        "BALANCE_PORT": str(settings.port),
        "BALANCE_GATEWAY_PORT": str(settings.gateway_port),
    }
    began = time.monotonic()
    with output.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "runtime.cli", "up"],
            env=environment,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    after: dict[str, float] = {}
    signs: dict[str, Callable[[], bool]] = {
        "api": lambda: _status(settings.port, "GET", "/readyz") == 200,
        # Nobody owns the serial: 401 says that the gateway looked it up.
        "gateway": lambda: _status(settings.gateway_port, "POST", "/gateway/v1/frames") == 401,
        "said": lambda: SAID_LAST in output.read_bytes(),
    }
    while len(after) < len(signs):
        if process.poll() is not None or time.monotonic() - began > PATIENCE_S:
            raise SystemExit(f"the product did not come up: {output.read_text()}")
        for name, sign in signs.items():
            if name not in after and sign():
                after[name] = time.monotonic() - began
        time.sleep(0.02)
    return process, after


def _status(port: int, method: str, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    headers = {
        "X-Balance-Device": "NOBODY",
        "X-Balance-Counter": "1",
        "Authorization": "HMAC 00",
    }
    with suppress(OSError, HTTPException):
        connection.request(method, path, headers=headers)
        return connection.getresponse().status
    return None


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Press Ctrl-C, and wait until everything has ended."""
    process.send_signal(signal.SIGINT)
    process.wait(30)


def main() -> None:
    """Found the demo, then start it again and again."""
    home = Path(tempfile.mkdtemp(prefix="balance-bench-"))
    home.chmod(0o711)
    settings = read_settings(home=home, port=free_port(), gateway_port=free_port())
    output = home / "output.txt"
    times: list[float] = []
    loads: list[float] = []
    try:
        process, _ = started(settings, output)
        while (record := DemoRecord.load(home)) is None or not record.complete:
            time.sleep(0.5)
        stop(process)
        for _ in range(TIMES):
            loads.append(os.getloadavg()[0])
            process, after = started(settings, output)
            stop(process)
            times.append(max(after.values()))
            told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in after.items())
            print(f"{told}; load {loads[-1]:.1f}")
    finally:
        up.forget(settings)
    print(
        json.dumps(
            {
                "second_start_s": round(statistics.median(times), 1),
                "slowest_s": round(max(times), 1),
                "limit_s": LIMIT_S,
                "within": max(times) < LIMIT_S,
                "load": round(statistics.mean(loads), 1),
            }
        )
    )


if __name__ == "__main__":
    main()
