"""Commands and acknowledgements as they travel between gateway and concentrator.

Gateway and simulator use this module alike, so that neither can drift.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.commands import Ack, CommandKind, Outcome, SupplyState
from domain.errors import InvalidError
from domain.hours import parse_instant

MOST_ACKS = 10_000
LONGEST_CODE = 60
_LARGEST = 2**63
_COUNTERS = 2**32


class BadAckError(InvalidError):
    """An acknowledgement cannot be read."""

    code = "BAD_ACK"


@dataclass(frozen=True, slots=True)
class WireCommand:
    """A command as a concentrator gets it.

    ``number`` grows with every release: whoever polls names the highest one it has. ``sequence``
    grows along the commands of one channel: a device executes none that is not above the last.
    """

    id: int
    number: int
    sequence: int
    kind: CommandKind
    network: int
    channel: int
    not_after: datetime
    supply: SupplyState | None = None
    limit_w: int | None = None

    def document(self) -> dict[str, Any]:
        """The command as JSON."""
        told: dict[str, Any] = {
            "id": self.id,
            "number": self.number,
            "sequence": self.sequence,
            "kind": str(self.kind),
            "network": self.network,
            "channel": self.channel,
            "not_after": stamp(self.not_after),
        }
        if self.supply is not None:
            told["state"] = str(self.supply)
        if self.limit_w is not None:
            told["limit_w"] = self.limit_w
        return told


def stamp(moment: datetime) -> str:
    """An instant with milliseconds, as the gateway writes it.

    Examples
    --------
    >>> stamp(datetime(2026, 11, 22, 10, 0, 41, tzinfo=UTC))
    '2026-11-22T10:00:41.000Z'
    """
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def read_command(raw: Mapping[str, Any]) -> WireCommand:
    """Read a command as a device does; KeyError or ValueError when it is none."""
    return WireCommand(
        id=int(raw["id"]),
        number=int(raw["number"]),
        sequence=int(raw["sequence"]),
        kind=CommandKind(raw["kind"]),
        network=int(raw["network"]),
        channel=int(raw["channel"]),
        not_after=parse_instant(raw["not_after"], "not_after"),
        supply=SupplyState(raw["state"]) if "state" in raw else None,
        limit_w=int(raw["limit_w"]) if "limit_w" in raw else None,
    )


def write_ack(ack: Ack) -> dict[str, Any]:
    """An acknowledgement as JSON."""
    told: dict[str, Any] = {"id": ack.command_id, "state": str(ack.outcome)}
    if ack.at is not None:
        told["at"] = stamp(ack.at)
    if ack.code is not None:
        told["code"] = ack.code
    if ack.counter is not None:
        told["counter"] = ack.counter
    return told


def acks_of(document: object) -> Sequence[Any]:
    """Acknowledgements of a decoded body, not yet read one by one.

    Raises
    ------
    BadAckError
        There is no list of them, or a too long one.
    """
    acks = document.get("acks") if isinstance(document, Mapping) else None
    if not isinstance(acks, list):
        raise BadAckError('the body must be {"acks": [..]}', field="acks")
    if len(acks) > MOST_ACKS:
        raise BadAckError(f"{len(acks)} acks; {MOST_ACKS} is the most", field="acks")
    return acks


def parse_ack(raw: object) -> Ack:
    """Read one acknowledgement.

    Raises
    ------
    BadAckError
        A key is missing or has no sense.
    """
    if not isinstance(raw, Mapping):
        raise BadAckError("an ack must be an object", field="acks")
    outcome, code, at = raw.get("state"), raw.get("code"), raw.get("at")
    if outcome not in set(Outcome):
        raise BadAckError(
            f"state = {outcome!r}: must be one of {', '.join(Outcome)}", field="acks.state"
        )
    if code is not None and not (
        isinstance(code, str) and 0 < len(code) <= LONGEST_CODE and code.isprintable()
    ):
        raise BadAckError(f"code must be 1 to {LONGEST_CODE} characters", field="acks.code")
    return Ack(
        command_id=_whole(raw, "id", _LARGEST),
        outcome=Outcome(str(outcome)),
        at=None if at is None else _instant(at),
        code=code,
        counter=None if raw.get("counter") is None else _whole(raw, "counter", _COUNTERS),
    )


def _whole(raw: Mapping[str, Any], name: str, limit: int) -> int:
    value = raw.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < limit:
        raise BadAckError(f"{name} = {value!r}: must be a whole number", field=f"acks.{name}")
    return value


def _instant(text: object) -> datetime:
    try:
        return parse_instant(str(text), "acks.at")
    except InvalidError as error:
        raise BadAckError(error.message, field="acks.at") from error
