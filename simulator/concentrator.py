"""A concentrator: says its rounds in order, keeps what is not acknowledged, answers gaps."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from simulator.chance import uniform
from simulator.clock import Clock
from simulator.faults import Faults, moment_text
from simulator.link import GatewayRefusedError, Link, RawFrame
from simulator.memory import DeviceMemory
from simulator.truth import TruthLog
from simulator.voice import Gap, Voice

HOURS_A_FRAME = 24
FRAMES_A_REQUEST = 8
"""Backlogs travel in frames of a day, several in a request."""

MIXED_HOURS_A_FRAME = 3
"""Where frames leave in another order they are short, so that there are some to mix."""

ANSWERS_A_GAP = 3
"""How often an hour is sent again on request; a gateway that still asks will not take it."""

_SEQUENCE_LEAP = 100_000
_REMEMBERED_GAPS = 20_000
_SECONDS = 3600


class Concentrator:
    """One concentrator at work.

    Parameters
    ----------
    first, end
        Rounds to send: from the first hour not acknowledged before ``end``, or without end.
    progress
        Called with the number of rounds acknowledged just now.
    """

    def __init__(  # noqa: PLR0913 - the parts of a concentrator, each given once
        self,
        voice: Voice,
        memory: DeviceMemory,
        link: Link,
        truth: TruthLog,
        clock: Clock,
        *,
        first: int,
        end: int | None = None,
        progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.voice, self.memory, self.link = voice, memory, link
        self._truth, self._clock, self._progress = truth, clock, progress
        self._faults: Faults = voice.faults
        self._next, self._end = first, end
        self._asked: list[Gap] = []
        self._answered: Counter[Gap] = Counter()
        memory.boot += 1

    @property
    def serial(self) -> str:
        """Serial of the device."""
        return self.voice.device.serial

    @property
    def next_round(self) -> int:
        """First hour whose round is not acknowledged."""
        return self._next

    def backlog(self) -> int:
        """Rounds that could leave now."""
        return self._ready(self._clock.now()) - self._next

    async def run(self) -> None:
        """Send rounds as they fall due, to the end.

        Raises
        ------
        GatewayRefusedError
            The gateway will not take what this device says, however often it is said.
        """
        while self._end is None or self._next < self._end:
            ready = self._ready(self._clock.now())
            if ready > self._next:
                await self._deliver(min(ready, self._next + HOURS_A_FRAME * FRAMES_A_REQUEST))
            else:
                await self._clock.until(self._faults.due(self._next))

    def _ready(self, now: float) -> int:
        """Hour after the last round, from the next one on, that is due without a break."""
        over = int(now // _SECONDS)
        limit = over if self._end is None else min(over, self._end)
        # Rounds fall due in order: only the newest ones can still be waiting.
        while limit > self._next and self._faults.due(limit - 1) > now:
            limit -= 1
        return limit

    async def _deliver(self, end: int) -> None:
        """Send the rounds up to ``end``; remember them once every frame is acknowledged."""
        mixed = self._faults.reordered(self.memory.sequence)
        size = MIXED_HOURS_A_FRAME if mixed else HOURS_A_FRAME
        starts = range(self._next, end, size)
        frames = [self._frame(start, min(start + size, end)) for start in starts]
        frames = [frame for frame in frames if frame["hours"] or frame["events"]]
        frames += self._reports(self._next, end)
        await self._send(self._shuffled(frames) if mixed else frames)
        self._progress(end - self._next)
        self._next = end
        self.memory.acknowledged(end)
        await self._repeat(frames)
        await self._fill()

    def _frame(self, start: int, end: int) -> RawFrame:
        """One frame of the rounds of hours ``[start, end)``."""
        blocks: list[dict[str, Any]] = []
        events: list[dict[str, Any]] = []
        for hour in range(start, end):
            blocks += self.voice.blocks(hour)
            events += self.voice.events(hour)
            counters = self._faults.counters(hour + 1).tolist()
            name = moment_text(hour * _SECONDS)
            self._truth.hour(self.serial, name, counters, self.voice.lost(hour))
        return self._numbered(blocks, events)

    def _reports(self, start: int, end: int) -> list[RawFrame]:
        """What the rounds of hours ``[start, end)`` tell of the mesh: a frame for each report."""
        told = (self.voice.topology(hour) for hour in range(start, end))
        return [self._numbered([], []) | report for report in told if report is not None]

    def _numbered(
        self, blocks: list[dict[str, Any]], events: list[dict[str, Any]]
    ) -> dict[str, Any]:
        return {
            "sequence": self.memory.take_sequence(),
            "made_at": moment_text(self._clock.now() + self._faults.skew_s),
            "boot": self.memory.boot,
            "hours": blocks,
            "events": events,
        }

    async def _send(self, frames: list[RawFrame]) -> None:
        """Push frames until each one is acknowledged, whatever number it gets on the way."""
        waiting = {frame["sequence"]: frame for frame in frames}
        attempt = 0
        while waiting:
            answer = await self.link.push(list(waiting.values()))
            self._asked += answer.gaps
            before = len(waiting)
            for sequence in answer.taken & waiting.keys():
                del waiting[sequence]
            for sequence in answer.rejected.keys() & waiting.keys():
                refusal = answer.rejected[sequence]
                if refusal.code == "SEQUENCE_CONFLICT":
                    await self._renumber(waiting, sequence)
                elif refusal.code != "HOUR_IN_FUTURE":
                    message = (
                        f"device {self.serial}: frame {sequence} was rejected with "
                        f"{refusal.code}: {refusal.message}"
                    )
                    raise GatewayRefusedError(message, field="frames")
            attempt = 0 if len(waiting) < before else attempt + 1
            if attempt:
                await self.link.pause(attempt)

    async def _renumber(self, waiting: dict[int, RawFrame], sequence: int) -> None:
        """Number a frame again whose number the gateway knows with another content.

        That happens when the state file was lost. The gateway says how far the numbers went; where
        it does not, a leap leaves them behind.
        """
        frame = waiting.pop(sequence)
        before = self.memory.sequence
        if before <= sequence + FRAMES_A_REQUEST:
            await self.link.learn_sequence()
            if self.memory.sequence == before:
                self.memory.sequences_above(before + _SEQUENCE_LEAP)
        number = self.memory.take_sequence()
        waiting[number] = {**frame, "sequence": number}

    async def _repeat(self, frames: list[RawFrame]) -> None:
        """Send some acknowledged frames once more, as a device does whose answer came late."""
        again = [frame for frame in frames if self._faults.duplicated(frame["sequence"])]
        if again:
            answer = await self.link.push(again)
            self._asked += answer.gaps

    async def _fill(self) -> None:
        """Send the hours again that the gateway asked for, as far as they were ever heard."""
        asked, self._asked = self._asked, []
        blocks: list[dict[str, Any]] = []
        for gap in asked:
            wanted = range(max(gap.start, self.voice.origin), min(gap.end, self._next))
            for hour in wanted:
                key = Gap(gap.network, gap.channels, hour, hour + 1)
                if self._answered[key] >= ANSWERS_A_GAP:
                    continue
                found = self.voice.again(key, self._next - 1)
                if found:
                    self._answered[key] += 1
                    blocks += found
        while len(self._answered) > _REMEMBERED_GAPS:
            del self._answered[next(iter(self._answered))]
        size = HOURS_A_FRAME * 4
        for start in range(0, len(blocks), size):
            await self._send([self._numbered(blocks[start : start + size], [])])

    def _shuffled(self, frames: list[RawFrame]) -> list[RawFrame]:
        ranks = uniform(len(frames), "order", self.serial, self.memory.sequence)
        return [frames[place] for place in ranks.argsort()]
