"""What tasks work with: one set of connections and caches a worker process."""

from dataclasses import dataclass, field

from prometheus_client import Counter

from backend.clients.events import Events
from backend.store.channels import ChannelDirectory
from backend.tasks.queue import WorkQueue
from tenants.session import Database

_FOLDED = Counter("balance_readings_folded", "Readings folded into hours")


class Metrics:
    """Figures of the work done."""

    def folded(self, readings: int) -> None:
        """Count folded readings."""
        _FOLDED.inc(readings)


@dataclass(frozen=True, slots=True)
class Work:
    """The worker's tools."""

    database: Database
    queue: WorkQueue
    events: Events
    channels: ChannelDirectory = field(default_factory=ChannelDirectory)
    metrics: Metrics = field(default_factory=Metrics)
