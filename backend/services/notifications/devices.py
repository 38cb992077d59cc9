"""Devices on which people are told by push."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

from backend.store.notifications import wishes
from backend.store.notifications.wishes import DeviceTerms
from domain.errors import InvalidError, NotFoundError
from domain.identity import UserId
from tenants.session import TenantSession

PLATFORMS = ("android", "ios", "web")
LONGEST_TOKEN = 4096
LONGEST_WORD = 64


async def register_device(  # noqa: PLR0913, PLR0917 - what a device says of itself
    session: TenantSession,
    user: UserId,
    token: str,
    platform: str,
    version: str,
    locale: str,
    zone: str,
) -> int:
    """Let a person be told on a device; its id. The same token again is the same device.

    Raises
    ------
    InvalidError
        The token is empty or too long, or the platform, version, locale or zone is none.
    """
    if not 1 <= len(token) <= LONGEST_TOKEN or not token.isprintable():
        raise InvalidError(f"token has 1 to {LONGEST_TOKEN} characters", field="token")
    if platform not in PLATFORMS:
        raise InvalidError(f"platform must be one of {', '.join(PLATFORMS)}", field="platform")
    for field, word in (("version", version), ("locale", locale)):
        if not 1 <= len(word) <= LONGEST_WORD or not word.isprintable():
            raise InvalidError(f"{field} has 1 to {LONGEST_WORD} characters", field=field)
    device = DeviceTerms(token, platform, version, locale, checked_zone(zone))
    return await wishes.register(session, user, device, datetime.now(UTC))


async def forget_device(session: TenantSession, user: UserId, device: int) -> None:
    """Tell a person no longer on a device.

    Raises
    ------
    NotFoundError
        They have no such device.
    """
    if not await wishes.forget(session, user, device):
        raise NotFoundError("device", device)


def checked_zone(zone: str) -> str:
    """A zone that there is.

    Raises
    ------
    InvalidError
        INVALID_TIMEZONE.
    """
    if zone not in available_timezones():
        raise InvalidError(f"zone = {zone!r}: no such zone", code="INVALID_TIMEZONE", field="zone")
    return ZoneInfo(zone).key
