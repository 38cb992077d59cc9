"""What tasks work with: one set of connections and caches a worker process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic

from prometheus_client import Counter

from backend.clients.events import Events
from backend.clients.weather import NoWeather, Weather
from backend.store.groups.structure import Structures
from backend.store.network.channels import ChannelDirectory
from backend.tasks.queue import WorkQueue
from domain.identity import TenantId
from tenants.session import Database

_FOLDED = Counter("balance_readings_folded", "Readings folded into hours")


class Metrics:
    """Figures of the work done."""

    def folded(self, readings: int) -> None:
        """Count folded readings."""
        _FOLDED.inc(readings)


@dataclass(slots=True)
class Turns:
    """Which tenants are being served by this process, and when each was served last."""

    _running: set[tuple[str, TenantId]] = field(default_factory=set)
    _ended: dict[tuple[str, TenantId], float] = field(default_factory=dict)

    @contextmanager
    def turn(self, kind: str, tenant_id: TenantId) -> Iterator[None]:
        """Note that a tenant has its turn until the block ends."""
        key = kind, tenant_id
        self._running.add(key)
        try:
            yield
        finally:
            self._running.discard(key)
            self._ended[key] = monotonic()

    def had(self, kind: str, tenant_id: TenantId, since: float) -> bool:
        """Whether a tenant has its turn now, or had one since a moment."""
        key = kind, tenant_id
        return key in self._running or self._ended.get(key, -1.0) >= since


@dataclass(frozen=True, slots=True)
class Work:
    """The worker's tools."""

    database: Database
    queue: WorkQueue
    events: Events
    channels: ChannelDirectory = field(default_factory=ChannelDirectory)
    structures: Structures = field(default_factory=Structures)
    metrics: Metrics = field(default_factory=Metrics)
    turns: Turns = field(default_factory=Turns)
    weather: Weather = field(default_factory=NoWeather)
