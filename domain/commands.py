"""Commands to devices: what may be ordered, and the states that an order goes through.

A command names the state that is wanted, never a change of it, so that carrying it out again
changes nothing. It is good until its deadline: the gateway releases none after it, and the device
judges it once more in the moment of execution.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from domain.errors import ConflictError, InvalidError, NotFoundError

ANSWER_PATIENCE = timedelta(seconds=60)
"""How long after its deadline the word of a device on a released command is awaited."""

CLOCK_TOLERANCE = timedelta(seconds=5)
"""How far the moment that a device names may lie outside what the gateway saw."""

LEAST_LIMIT_W = 100
"""A lower load limit would be a disconnection by another name."""

MOST_LIMIT_W = 10**9


class CommandKind(StrEnum):
    """What can be ordered."""

    SWITCH_SUPPLY = "switch_supply"
    REQUEST_READING = "request_reading"
    SET_LOAD_LIMIT = "set_load_limit"


class SupplyState(StrEnum):
    """What a valve or contactor does to the supply, whichever way it is built."""

    ON = "on"
    OFF = "off"


class Cause(StrEnum):
    """Why a supply is switched; the law asks more of some causes than of others."""

    OPERATION = "operation"
    NON_PAYMENT = "non_payment"
    DANGER = "danger"
    OWN_REQUEST = "own_request"


class CommandState(StrEnum):
    """Where a command stands."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    APPROVED = "approved"
    QUEUED = "queued"
    LEASED = "leased"
    """Given to the concentrator; whether it got there is not known."""

    DELIVERED = "delivered"
    EXECUTED = "executed"
    VERIFIED = "verified"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    FAILED = "failed"


S = CommandState

TRANSITIONS: Mapping[CommandState, frozenset[CommandState]] = MappingProxyType(
    {
        S.DRAFT: frozenset({S.AWAITING_APPROVAL, S.APPROVED, S.REJECTED, S.CANCELLED}),
        S.AWAITING_APPROVAL: frozenset({S.APPROVED, S.REJECTED, S.CANCELLED, S.EXPIRED}),
        S.APPROVED: frozenset({S.QUEUED, S.CANCELLED, S.EXPIRED}),
        S.QUEUED: frozenset({S.LEASED, S.CANCELLED, S.EXPIRED}),
        S.LEASED: frozenset({S.DELIVERED, S.EXECUTED, S.REJECTED, S.EXPIRED, S.FAILED}),
        S.DELIVERED: frozenset({S.EXECUTED, S.REJECTED, S.EXPIRED, S.FAILED}),
        S.EXECUTED: frozenset({S.VERIFIED, S.FAILED}),
        # That a released command expired is what we conclude from silence; the device knows.
        S.EXPIRED: frozenset({S.EXECUTED, S.REJECTED, S.FAILED}),
        S.VERIFIED: frozenset(),
        S.REJECTED: frozenset(),
        S.CANCELLED: frozenset(),
        S.FAILED: frozenset(),
    }
)

WAITING = frozenset({S.DRAFT, S.AWAITING_APPROVAL, S.APPROVED, S.QUEUED})
"""Nothing has left the house: the command can still be called back."""

UNDER_WAY = frozenset({S.LEASED, S.DELIVERED})
"""The device may be at it right now."""

OPEN = WAITING | UNDER_WAY


class TransitionError(ConflictError):
    """The command does not go from where it stands to where it was asked to go."""

    code = "COMMAND_STATE"

    def __init__(self, state: CommandState, wanted: CommandState) -> None:
        super().__init__(f"a command that is {state} cannot become {wanted}", field="command")
        self.state, self.wanted = state, wanted


def ways(state: CommandState, *, released: bool) -> frozenset[CommandState]:
    """States that a command may go to; what was never released stays expired."""
    if state is S.EXPIRED and not released:
        return frozenset()
    return TRANSITIONS[state]


def advance(state: CommandState, wanted: CommandState, *, released: bool = False) -> CommandState:
    """Go from one state to another.

    Raises
    ------
    TransitionError
        There is no such way.

    Examples
    --------
    >>> advance(CommandState.QUEUED, CommandState.LEASED)
    <CommandState.LEASED: 'leased'>
    """
    if wanted not in ways(state, released=released):
        raise TransitionError(state, wanted)
    return wanted


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants of a device."""

    kind: CommandKind
    reason: str
    supply: SupplyState | None = None
    cause: Cause = Cause.OPERATION
    limit_w: int | None = None

    @property
    def disconnects(self) -> bool:
        """Whether it takes the supply away."""
        return self.supply is SupplyState.OFF


def checked(order: Order) -> Order:
    """The order, if it makes sense by itself.

    Raises
    ------
    InvalidError
        The reason is missing, or the limit is none.
    """
    if not order.reason.strip() or len(order.reason) > 500 or "\0" in order.reason:
        raise InvalidError("reason must have 1 to 500 characters", field="reason")
    if (order.supply is not None) != (order.kind is CommandKind.SWITCH_SUPPLY):
        raise InvalidError("a switch of supply names a state, others do not", field="state")
    if (order.limit_w is not None) != (order.kind is CommandKind.SET_LOAD_LIMIT):
        raise InvalidError("a load limit names its power, others do not", field="limitKw")
    if order.limit_w is not None and not LEAST_LIMIT_W <= order.limit_w <= MOST_LIMIT_W:
        raise InvalidError(
            f"limitKw = {order.limit_w / 1000}: must be {LEAST_LIMIT_W / 1000} to"
            f" {MOST_LIMIT_W / 1000:.0f}; a lower one would disconnect",
            field="limitKw",
        )
    return order


class Outcome(StrEnum):
    """What a device says of a command."""

    DELIVERED = "delivered"
    EXECUTED = "executed"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"


_STATE_OF: Mapping[Outcome, CommandState] = MappingProxyType(
    {
        Outcome.DELIVERED: S.DELIVERED,
        Outcome.EXECUTED: S.EXECUTED,
        Outcome.REFUSED: S.REJECTED,
        Outcome.FAILED: S.FAILED,
        Outcome.EXPIRED: S.EXPIRED,
    }
)


class UnknownCommandError(NotFoundError):
    """No such command was released to this device; another's looks the same."""

    code = "UNKNOWN_COMMAND"

    def __init__(self, command_id: int) -> None:
        super().__init__("command", command_id)


class AckConflictError(ConflictError):
    """The device said something else of this command before."""

    code = "ACK_CONFLICT"

    def __init__(self, state: CommandState, outcome: Outcome) -> None:
        super().__init__(f"the command is {state} already, so it was not {outcome}", field="acks")


@dataclass(frozen=True, slots=True)
class Ack:
    """A device's word on one command."""

    command_id: int
    outcome: Outcome
    at: datetime | None = None
    code: str | None = None
    counter: int | None = None


@dataclass(frozen=True, slots=True)
class Release:
    """A command as its concentrator got it."""

    state: CommandState
    deadline: datetime
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an acknowledgement makes of a command."""

    state: CommandState
    at: datetime
    code: str | None


def acknowledge(release: Release, ack: Ack, now: datetime) -> Judgement | None:
    """What a device's word makes of a command; None when it was said before.

    Its moment counts if it lies between the release and now; else that of its arrival does. What
    was executed after the deadline is a failure with a code of its own, since the supply did
    change.

    Raises
    ------
    AckConflictError
        The command was closed in another way.
    """
    wanted = _STATE_OF[ack.outcome]
    at = _plausible(release, ack.at, now)
    code = ack.code
    if wanted is S.EXECUTED and at > release.deadline:
        wanted, code = S.FAILED, "EXECUTED_LATE"
    repeats = release.state is wanted or (
        # what came first was news of a later state
        wanted is S.DELIVERED and release.state not in {S.LEASED, S.DELIVERED}
    )
    if repeats or (wanted is S.EXECUTED and release.state is S.VERIFIED):
        return None
    # a failed verification follows an execution, and does not contradict it
    if wanted is S.EXECUTED and release.state is S.FAILED:
        return None
    if wanted not in ways(release.state, released=True):
        raise AckConflictError(release.state, ack.outcome)
    if release.state is S.EXECUTED:
        raise AckConflictError(release.state, ack.outcome)
    return Judgement(wanted, at, code)


def _plausible(release: Release, at: datetime | None, now: datetime) -> datetime:
    if at is None:
        return now
    early, late = release.released_at - CLOCK_TOLERANCE, now + CLOCK_TOLERANCE
    return min(at, now) if early <= at <= late else now


def closes_at(state: CommandState, deadline: datetime) -> datetime:
    """When a command in an open state expires: released ones wait for the device's word."""
    return deadline + ANSWER_PATIENCE if state in UNDER_WAY else deadline


def first_full_hour(executed_at: datetime) -> datetime:
    """Start of the first hour that lies wholly after an execution.

    Examples
    --------
    >>> first_full_hour(datetime(2026, 11, 22, 10, 0, 41)).hour
    11
    """
    start = executed_at.replace(minute=0, second=0, microsecond=0)
    return start if start == executed_at else start + timedelta(hours=1)
