"""The whole product as its user starts it: `balance up` in a home and on ports of its own."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil

from backend.settings import read_settings
from runtime import up
from runtime.state import free_port
from tests.servers import run_directory

READY = "A first request"
START_PATIENCE_S = 170.0

PROFILE = """query Profile($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) {
  node(id: $id) { ... on Metered { name commodity profile(from: $from, to: $to, step: $step) {
    start step timezone unit values quality coverage } } } }"""
POINTS = """query Points($after: String) { viewer { tenant { id name }
  meteringPoints(first: 100, after: $after) { edges { node {
    id name commodity role meter { serial } site { id name path } } }
    pageInfo { hasNextPage endCursor } } } }"""
GROUPS = """query Groups($path: String!) { viewer { site(path: $path) {
  id name kind children { id name } balanceGroups { id name commodity } } } }"""
IMBALANCE = """query Imbalance($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) {
  ... on BalanceGroup { imbalance(from: $from, to: $to, step: "PT1H") {
    start unit supplied delivered imbalance coverage } } } }"""


class Client:
    """A program with a token of one tenant."""

    def __init__(self, url: str, client_id: str, client_secret: str) -> None:
        self.url, self._login = url, (client_id, client_secret)
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        self._headers: dict[str, str] = {}
        self.renew()

    def renew(self) -> None:
        """Get a token."""
        answer = self._http.post(
            "/oauth/token", auth=self._login, data={"grant_type": "client_credentials"}
        )
        answer.raise_for_status()
        self._headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def ask(self, query: str, **variables: object) -> dict[str, Any]:
        """Data of an answer without errors."""
        answer = self._http.post(
            "/graphql", json={"query": query, "variables": variables}, headers=self._headers
        )
        document: dict[str, Any] = answer.json()
        assert answer.is_success, document
        assert "errors" not in document, document
        data: dict[str, Any] = document["data"]
        return data

    def points(self) -> list[dict[str, Any]]:
        """Every metering point of the tenant."""
        found: list[dict[str, Any]] = []
        after: str | None = None
        while True:
            page = self.ask(POINTS, after=after)["viewer"]["meteringPoints"]
            found += [edge["node"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def profile(self, owner: str, start: int, end: int, step: str = "PT1H") -> dict[str, Any]:
        """Profile of a meter or group over UTC hours ``[start, end)``."""
        found = self.ask(PROFILE, id=owner, **span(start, end), step=step)
        profile: dict[str, Any] = found["node"]["profile"]
        return profile

    def group(self, path: str, commodity: str) -> str:
        """Balance group of a site for a commodity."""
        site = self.ask(GROUPS, path=path)["viewer"]["site"]
        return next(one["id"] for one in site["balanceGroups"] if one["commodity"] == commodity)

    def close(self) -> None:
        self._http.close()


def span(start: int, end: int) -> dict[str, str]:
    """UTC hours as the variables ``from`` and ``to``."""
    return {"from": stamp(start), "to": stamp(end)}


def stamp(hour: int) -> str:
    return time.strftime("%Y-%m-%dT%H:00:00Z", time.gmtime(hour * 3600))


class Product:
    """One installation, started and stopped as its user does."""

    def __init__(self, home: Path, *options: str) -> None:
        self.home, self.options = home, options
        self.port, self.gateway_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.gateway_url = f"http://127.0.0.1:{self.gateway_port}"
        self.output = home / "output.txt"
        self.process: subprocess.Popen[bytes] | None = None
        self.more: dict[str, str] = {}
        """Settings besides those of every test."""

    @property
    def environment(self) -> dict[str, str]:
        own = {name: v for name, v in os.environ.items() if not name.startswith("BALANCE_")}
        return own | {
            "BALANCE_HOME": str(self.home),
            "BALANCE_PORT": str(self.port),
            "BALANCE_GATEWAY_PORT": str(self.gateway_port),
            **self.more,
        }

    def start(self) -> float:
        """Start everything; return the seconds until it served."""
        began = time.monotonic()
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(  # noqa: S603 - our own command
                [sys.executable, "-m", "runtime.cli", "up", *self.options],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.wait_for(lambda: READY in self.said, START_PATIENCE_S)
        return time.monotonic() - began

    @property
    def said(self) -> str:
        return self.output.read_text()

    def wait_for(self, condition: Callable[[], object], within_s: float) -> float:
        """Wait until something is so; return the seconds it took."""
        began = time.monotonic()
        while not condition():
            assert self.process is not None
            assert self.process.poll() is None, f"the product ended: {self.said}"
            waited = time.monotonic() - began
            assert waited < within_s, f"not within {within_s} s; {self.said}"
            time.sleep(0.05)
        return time.monotonic() - began

    def stop(self) -> float:
        """Press Ctrl-C; return the seconds until everything had stopped."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) == 0, self.said
        return time.monotonic() - began

    def serves(self) -> bool:
        """Whether both ports answer, and have a database to ask."""
        try:
            pages = httpx.get(f"{self.url}/readyz", timeout=5, trust_env=False)
            # Nobody owns the serial: 401 says that the gateway looked it up.
            unsigned = {"X-Balance-Device": "NOBODY", "X-Balance-Counter": "1"}
            unsigned["Authorization"] = "HMAC 00"
            push = httpx.post(
                f"{self.gateway_url}/gateway/v1/frames",
                headers=unsigned,
                timeout=5,
                trust_env=False,
            )
        except httpx.HTTPError:
            return False
        return pages.status_code == httpx.codes.OK and push.status_code == httpx.codes.UNAUTHORIZED

    def kill(self, name: str) -> None:
        """kill -9 a part or a server by the words of its command line."""
        assert self.process is not None
        (victim,) = [
            child
            for child in psutil.Process(self.process.pid).children()
            if name in " ".join(child.cmdline())
        ]
        victim.kill()

    def command(self, *arguments: str) -> dict[str, Any]:
        """JSON that a command of this installation prints."""
        found: dict[str, Any] = json.loads(self.command_line(*arguments, "--json"))
        return found

    def command_line(self, *arguments: str) -> str:
        """What a command of this installation prints."""
        ended = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "runtime.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    def client(self, credentials: Mapping[str, str]) -> Client:
        """A client with the credentials that a command or the demo's record gives."""
        return Client(self.url, credentials["client_id"], credentials["client_secret"])


@contextmanager
def product(*options: str) -> Iterator[Product]:
    """An installation that is forgotten at the end; not started yet.

    One at a time in a run: each fills a small machine, and times are measured.
    """
    with (run_directory() / "product.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        with _forgotten(*options) as made:
            yield made


@contextmanager
def _forgotten(*options: str) -> Iterator[Product]:
    home = Path(tempfile.mkdtemp(prefix=f"balance-test-{os.getpid()}-"))
    home.chmod(0o711)
    made = Product(home, *options)
    try:
        yield made
    finally:
        up.forget(read_settings(home=home))
        if made.process is not None:
            made.process.wait(30)
