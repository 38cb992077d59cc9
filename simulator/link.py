"""One concentrator's line to the gateway: encoding, signature, attempts and answers.

A reference for makers of concentrators: every rule of the contract's "Push" that a client must
follow is in this file.
"""

import asyncio
import gzip
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

import httpx
import orjson
import ormsgpack

from domain.authenticity import signature
from domain.commands import Ack
from domain.commands_wire import WireCommand, read_command, write_ack
from domain.errors import BalanceError, InvalidError
from domain.hours import hour_of, parse_instant
from simulator.chance import chance
from simulator.faults import Faults, moment_text
from simulator.memory import DeviceMemory
from simulator.truth import TruthLog
from simulator.voice import Gap

TARGET = "/gateway/v1/frames"
CONFIG = "/gateway/v1/config"
COMMANDS = "/gateway/v1/commands"
ACKS = "/gateway/v1/acks"
POLL_S = 50
"""How long the gateway may hold a poll."""

_GZIP_FROM_BYTES = 1024
_FIRST_WAIT_S = 0.5
_LONGEST_WAIT_S = 60.0

RawFrame = dict[str, Any]
Wire = Literal["json", "msgpack"]


class GatewayRefusedError(BalanceError):
    """The gateway refuses in a way that trying again does not change."""

    code = "GATEWAY_REFUSED"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one frame of a batch was not taken."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the gateway said to a batch after its commit."""

    taken: frozenset[int]
    """Sequences accepted now or known from before: the gateway has them for good."""

    rejected: dict[int, Refusal]
    gaps: tuple[Gap, ...]
    commands: tuple[WireCommand, ...] = ()


class Link:
    """The line of one concentrator.

    Parameters
    ----------
    slots
        Bounds how many requests of the whole process are under way.
    sleep
        Waits between attempts; tests give one that does not wait.
    """

    def __init__(  # noqa: PLR0913 - the parts of a line, each given once by the process
        self,
        client: httpx.AsyncClient,
        secret: str,
        memory: DeviceMemory,
        faults: Faults,
        truth: TruthLog,
        *,
        wire: Wire = "json",
        slots: asyncio.Semaphore | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client, self._secret, self._wire = client, secret, wire
        self._memory, self._faults, self._truth = memory, faults, truth
        self._slots = slots or asyncio.Semaphore(1)
        self._sleep = sleep
        self._serial = faults.device.serial
        self._ahead_s = 0.0
        self.commanded: Callable[[Iterable[WireCommand]], None] = lambda _: None
        """Told of commands that come with the answer to a push."""

    async def push(self, frames: list[RawFrame]) -> Answer:
        """Push a batch until the gateway has answered 200 to it, however long that takes.

        Raises
        ------
        GatewayRefusedError
            The gateway knows no such device or secret, or cannot read the batch.
        """
        attempt = 0
        while True:
            response = await self._attempt(frames)
            if response is not None and response.status_code == httpx.codes.OK:
                answer = _answer(response)
                self._set_clock(response)
                self.commanded(answer.commands)
                return answer
            if response is None:
                await self.pause(attempt)
            elif response.status_code == httpx.codes.REQUEST_ENTITY_TOO_LARGE and len(frames) > 1:
                return await self._in_halves(frames)
            else:
                await self._recover(response, attempt)
            attempt += 1

    async def _in_halves(self, frames: list[RawFrame]) -> Answer:
        middle = len(frames) // 2
        first, second = await self.push(frames[:middle]), await self.push(frames[middle:])
        rejected = {**first.rejected, **second.rejected}
        return Answer(first.taken | second.taken, rejected, first.gaps + second.gaps)

    async def _attempt(self, frames: list[RawFrame]) -> httpx.Response | None:
        """Send once; None when no answer came back."""
        body, headers = self._encoded(frames)
        counter = self._memory.take_counter()
        sent = time.time()
        response: httpx.Response | None = None
        try:
            async with self._slots:
                sent = time.time()
                response = await self._signed("POST", TARGET, counter, body, headers)
        except httpx.TransportError:
            response = None
        if response is not None and self._faults.answer_lost(counter):
            response = None
        self._note(frames, counter, sent, response)
        return response

    def _encoded(self, frames: list[RawFrame]) -> tuple[bytes, dict[str, str]]:
        packed = ormsgpack.packb if self._wire == "msgpack" else orjson.dumps
        body = packed({"frames": frames})
        headers = {"Content-Type": f"application/{self._wire}"}
        if len(body) >= _GZIP_FROM_BYTES:
            body = gzip.compress(body, compresslevel=5, mtime=0)
            headers["Content-Encoding"] = "gzip"
        return body, headers

    async def _signed(
        self, method: str, target: str, counter: int, body: bytes, headers: dict[str, str]
    ) -> httpx.Response:
        """Sign a request over its raw target and its bytes as sent, and send it."""
        request = self._client.build_request(method, target, content=body, headers=headers)
        raw_target = request.url.raw_path.decode("ascii")
        moment = moment_text(time.time() + self._faults.skew_s)
        mark = signature(self._secret, method, raw_target, self._serial, counter, moment, body)
        request.headers["X-Balance-Device"] = self._serial
        request.headers["X-Balance-Counter"] = str(counter)
        request.headers["X-Balance-Time"] = moment
        request.headers["Authorization"] = f"HMAC {mark}"
        return await self._client.send(request)

    async def _recover(self, response: httpx.Response, attempt: int) -> None:
        """Do what a status asks for before the next attempt, or give up."""
        status = response.status_code
        if status == httpx.codes.CONFLICT:
            # Only COUNTER_USED: our memory is older than the gateway's. Go on above its highest.
            self._memory.counters_above(int(_document(response).get("highest", 0)))
            if attempt:
                await self.pause(attempt)
        elif status == httpx.codes.TOO_MANY_REQUESTS or status >= httpx.codes.INTERNAL_SERVER_ERROR:
            await self.pause(attempt, _retry_after_s(response))
        else:
            document = _document(response)
            said = f"{document.get('code', 'no code')}: {document.get('message', '')}"
            message = f"device {self._serial}: the gateway answered {status} {said}".rstrip(": ")
            raise GatewayRefusedError(message, field="device")

    def now(self) -> float:
        """Seconds since the epoch by the gateway's clock, as its last answer told."""
        return time.time() + self._faults.skew_s + self._ahead_s

    def _set_clock(self, response: httpx.Response) -> None:
        told = _document(response).get("server_time")
        if isinstance(told, str):
            server = parse_instant(told, "server_time").timestamp()
            if "." not in told:
                server += 1.0  # cut to the second: rather ahead than late
            self._ahead_s = server - (time.time() + self._faults.skew_s)

    def repeats(self, command: int) -> int:
        """How often the word on a command is said."""
        again = self._faults.command_chance("repeated", command)
        return 2 if again < self._faults.plan.command_repeated else 1

    async def poll(self, after: int) -> list[WireCommand] | None:
        """Wait for commands; None when the gateway could not be asked.

        Raises
        ------
        GatewayRefusedError
            The gateway knows no commands, or not this device.
        """
        counter = self._memory.take_counter()
        target = f"{COMMANDS}?after={after}&wait={POLL_S}"
        response = await self._asked("GET", target, counter, b"", {})
        if response is None or response.status_code == httpx.codes.NO_CONTENT:
            return None if response is None else []
        if response.status_code != httpx.codes.OK:
            await self._recover(response, 0)
            return None
        self._set_clock(response)
        return [read_command(raw) for raw in _document(response)["commands"]]

    async def say(self, words: list[Ack]) -> bool:
        """Say what became of commands; False when it was not heard for sure."""
        body = orjson.dumps({"acks": [write_ack(word) for word in words]})
        counter = self._memory.take_counter()
        headers = {"Content-Type": "application/json"}
        response = await self._asked("POST", ACKS, counter, body, headers)
        if response is None:
            return False
        if response.status_code != httpx.codes.OK:
            await self._recover(response, 0)
            return False
        return True

    async def _asked(
        self, method: str, target: str, counter: int, body: bytes, headers: dict[str, str]
    ) -> httpx.Response | None:
        """Send beside the pushes; None when no answer came back."""
        try:
            response = await self._signed(method, target, counter, body, headers)
        except httpx.TransportError:
            return None
        return None if self._faults.answer_lost(counter) else response

    async def pause(self, attempt: int, at_least: float = 0.0) -> None:
        """Wait before another attempt, twice as long each time, never in step with others."""
        longest = min(_FIRST_WAIT_S * 2.0 ** min(attempt, 10), _LONGEST_WAIT_S)
        share = 0.5 + 0.5 * chance("pause", self._serial, self._memory.counter)
        await self._sleep(max(at_least, longest * share))

    async def learn_sequence(self) -> bool:
        """Ask the gateway for the highest numbers it has seen; False when it does not say."""
        try:
            counter = self._memory.take_counter()
            response = await self._signed("GET", CONFIG, counter, b"", {})
        except httpx.TransportError:
            return False
        document = _document(response)
        last = document.get("last_sequence")
        if response.status_code != httpx.codes.OK or not isinstance(last, int):
            return False
        self._memory.sequences_above(last)
        self._memory.counters_above(int(document.get("last_counter") or 0))
        return True

    def _note(
        self, frames: list[RawFrame], counter: int, sent: float, response: httpx.Response | None
    ) -> None:
        heard = response is not None and response.status_code == httpx.codes.OK
        taken = _answer(response).taken if heard and response is not None else frozenset()
        self._truth.push(
            device=self._serial,
            counter=counter,
            sent_at=_precise(sent),
            acknowledged_at=_precise(time.time()) if heard else None,
            status=None if response is None else response.status_code,
            frames=[
                {
                    "sequence": frame["sequence"],
                    "acknowledged": frame["sequence"] in taken,
                    "blocks": self._brief(frame["hours"]),
                }
                for frame in frames
            ],
        )

    def _brief(self, blocks: Iterable[dict[str, Any]]) -> list[list[Any]]:
        """Blocks without their counters; a network that is there as a whole is not spelled out."""
        networks = self._faults.device.networks.tolist()
        return [
            [
                block["hour"],
                block["network"],
                None
                if len(block["channels"]) == networks.count(block["network"])
                else block["channels"],
            ]
            for block in blocks
        ]


def _precise(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def _document(response: httpx.Response) -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _answer(response: httpx.Response) -> Answer:
    document = _document(response)
    try:
        return Answer(
            taken=frozenset(document["accepted"]) | frozenset(document["duplicates"]),
            rejected={
                entry["sequence"]: Refusal(entry["code"], entry.get("message", ""))
                for entry in document["rejected"]
            },
            gaps=tuple(_gap(gap) for gap in document.get("gaps", [])),
            commands=tuple(read_command(raw) for raw in document.get("commands", [])),
        )
    except (KeyError, TypeError, ValueError, InvalidError) as error:
        message = f"the gateway answered 200 with what is no answer: {error!r}"
        raise GatewayRefusedError(message, field="answer") from error


def _gap(gap: dict[str, Any]) -> Gap:
    return Gap(
        network=gap["network"],
        channels=frozenset(gap["channels"]),
        start=hour_of(parse_instant(gap["from"], "gaps.from")),
        end=hour_of(parse_instant(gap["to"], "gaps.to")),
    )


def _retry_after_s(response: httpx.Response) -> float:
    """Seconds of a Retry-After header, which may also be a date (RFC 9110, 10.2.3)."""
    text = response.headers.get("Retry-After", "")
    if text.isdigit():
        return min(float(text), 10 * _LONGEST_WAIT_S)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (TypeError, ValueError):
        return 0.0
