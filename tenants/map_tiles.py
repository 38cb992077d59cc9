"""Where a tenant's map takes its tiles from: a template of pictures, or one PMTiles archive."""

from sqlalchemy import select

from domain.errors import InvalidError, NotFoundError
from tenants import audit
from tenants.models.parties import Tenant
from tenants.particulars import checked_name, checked_web_address
from tenants.session import TenantSession

_PLACES = ("{z}", "{x}", "{y}")
ARCHIVE = ".pmtiles"


def checked_tiles(address: str | None) -> str | None:
    """Return the address of tiles, None for none.

    It has ``{z}``, ``{x}`` and ``{y}`` once each and no other braces, or is that of an archive of
    pictures (PMTiles 3, Protomaps) that is read in parts.

    Raises
    ------
    InvalidError
        INVALID_TILES.

    Examples
    --------
    >>> checked_tiles("https://tiles.example/{z}/{x}/{y}.png")
    'https://tiles.example/{z}/{x}/{y}.png'
    """
    try:
        clean = checked_web_address(address, "url")
    except InvalidError as error:
        raise InvalidError(error.message, code="INVALID_TILES", field="url") from None
    if clean is None:
        return None
    left = clean
    for place in _PLACES:
        left = left.replace(place, "", 1)
    template = len(left) == len(clean) - sum(map(len, _PLACES))
    archive = clean.split("?")[0].endswith(ARCHIVE)
    host = clean.removeprefix("https://").split("/")[0]
    if "{" in left or "}" in left or "{" in host or not (template or archive):
        raise InvalidError(
            "url: {z}, {x} and {y} once each, or an archive that ends in .pmtiles",
            code="INVALID_TILES",
            field="url",
        )
    return clean


async def set_tiles(session: TenantSession, address: str | None, owed_to: str | None) -> Tenant:
    """Set where the tiles of the session's tenant come from, and what is written below the map.

    Raises
    ------
    InvalidError
        INVALID_TILES, or INVALID_NAME for what is written below the map.
    """
    tiles = checked_tiles(address)
    words = checked_name(owed_to) if owed_to and owed_to.strip() else None
    number = session.scope.tenant_id
    row = await session.scalar(select(Tenant).where(Tenant.id == number).with_for_update())
    if row is None:
        raise NotFoundError("tenant", number)
    row.map_tiles, row.map_attribution = tiles, words
    detail: dict[str, audit.Word] = {"map_tiles": tiles, "map_attribution": words}
    await audit.record(session, "tenant.map", f"tenant:{number}", detail)
    return row
