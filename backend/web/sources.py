"""What the console may fetch from besides us: where its tenant has its tiles and its logo."""

from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog
from sqlalchemy import select
from starlette.requests import Request

from tenants.models import Tenant
from tenants.oauth.browser import Browser
from tenants.outages import OUTAGES
from tenants.session import Database

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sources:
    """Origins that a page may ask, for its policy."""

    images: tuple[str, ...] = ()
    connects: tuple[str, ...] = ()


NONE = Sources()


@dataclass(frozen=True, slots=True)
class TenantSources:
    """Those of the tenant that this browser signed in to last.

    Sign-in leaves a signed cookie with its number on the way to the page, and every load of the
    console goes through sign-in. So nobody learns whom another tenant has its tiles or logo from.
    """

    database: Database
    browser: Browser

    async def __call__(self, request: Request) -> Sources:
        """What the page of a request may ask."""
        tenant = self.browser.tenant(request)
        if tenant is None:
            return NONE
        wanted = select(Tenant.brand_logo_url, Tenant.map_tiles).where(Tenant.id == tenant)
        try:
            async with self.database.global_session() as session:
                row = (await session.execute(wanted)).one_or_none()
        except OUTAGES as error:
            log.warning("a page without its tenant's sources", reason=type(error).__name__)
            return NONE
        logo, tiles = row or (None, None)
        drawn = () if tiles is None else (_origin(tiles),)
        shown = () if logo is None else (_origin(logo),)
        return Sources((*shown, *drawn), drawn)


def _origin(address: str) -> str:
    """Origin of a web address.

    Examples
    --------
    >>> _origin("https://tiles.example:8443/{z}/{x}/{y}.png")
    'https://tiles.example:8443'
    """
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"
