"""What is handed to whoever delivers it, and what they say: one shape for every channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol


class Outcome(StrEnum):
    """What became of a parcel."""

    SENT = "sent"
    LATER = "later"
    """The provider is away or busy: the same again, later."""

    REFUSED = "refused"
    """It will never be taken."""

    GONE = "gone"
    """The address is no longer one: forget it."""

    KEPT = "kept"
    """Nobody delivers here: it can only be looked at."""


class Delivery(NamedTuple):
    """What became of a parcel, and what the provider said."""

    outcome: Outcome
    response: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message to one address."""

    number: int
    tenant: int
    address: str
    key: str
    """The same for every attempt: by this a provider may know what it has delivered."""

    subject: str
    text: str
    html: str = ""
    locale: str = "en"
    urgent: bool = False
    data: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    """Of a webhook."""

    secret: str = field(default="", repr=False)
    """By which a webhook is signed."""


class Carrier(Protocol):
    """Delivers parcels of one channel; never raises for what a provider says or does."""

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """What became of each parcel, in their order."""
        ...

    async def close(self) -> None:
        """Drop the connections."""
        ...


class NoCarrier:
    """Nobody delivers: parcels can only be looked at."""

    async def deliver(self, parcels: Sequence[Parcel]) -> list[Delivery]:
        """Keep them all."""
        return [Delivery(Outcome.KEPT, "no provider is set up for this channel")] * len(parcels)

    async def close(self) -> None:
        """Do nothing."""
