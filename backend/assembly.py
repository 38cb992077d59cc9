"""What the API's own addresses share, for edges that are served beside them in one process."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from starlette.routing import BaseRoute

from backend.graphql.transport.operations import Operations
from backend.settings import Settings
from tenants.oauth.service import OAuthService
from tenants.session import Database


@dataclass(frozen=True, slots=True)
class Assembly:
    """One database, one sign-in and one executor of documents, with their limits."""

    settings: Settings
    database: Database
    sign_in: OAuthService
    operations: Operations
    leaving: list[Callable[[], None]] = field(default_factory=list)
    """What edges do when the process is asked to stop, while requests are open."""

    ending: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    """What they do when all requests are answered."""


Beside = Callable[[Assembly], Sequence[BaseRoute]]
"""Gives the routes of an edge. Whoever puts the process together names the edges."""
