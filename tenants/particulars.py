"""What is said of partners, tenants and people when they are created, checked and in one form."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import InvalidError

_FIRST_YEAR = 2010
_YEARS_AHEAD = 2
_HOUR = timedelta(hours=1)

LOCALES = ("en", "ru", "ro")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}", re.ASCII)
_WEB = re.compile(
    r"https://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~%/{}()@+-]*)?(\?[\w.~%&=+-]*)?", re.ASCII
)
_ACCOUNT_CODE = re.compile(r"[A-Z0-9][A-Z0-9/.-]{2,39}", re.ASCII)


def checked_zone(name: str) -> str:
    """Return ``name`` when it is a zone whose offset was a whole number of hours since 2010.

    An hour of a reading is an hour of UTC, so elsewhere no local day would consist of hours.
    Two days of every month are looked at, since an offset stays for weeks once it changes.

    Raises
    ------
    InvalidError
        INVALID_TIMEZONE or TIMEZONE_NOT_WHOLE_HOUR.

    Examples
    --------
    >>> checked_zone("Europe/Chisinau")
    'Europe/Chisinau'
    """
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidError(
            f"timezone = {name!r}: not a zone of the IANA database, such as Europe/Chisinau",
            code="INVALID_TIMEZONE",
            field="timezone",
        ) from None
    for year in range(_FIRST_YEAR, datetime.now(UTC).year + _YEARS_AHEAD):
        for month in range(1, 13):
            for day in (1, 15):
                offset = datetime(year, month, day, 12, tzinfo=UTC).astimezone(zone).utcoffset()
                if offset is None or offset % _HOUR:
                    raise InvalidError(
                        f"timezone = {name!r}: {offset} from UTC in {year}-{month:02}, and hours"
                        " are counted in whole hours from UTC",
                        code="TIMEZONE_NOT_WHOLE_HOUR",
                        field="timezone",
                    )
    return name


def checked_name(name: str) -> str:
    """Return ``name`` with single spaces, or raise INVALID_NAME."""
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 200 or not clean.isprintable():
        raise InvalidError(
            f"name = {name[:50]!r}: 1 to 200 printable characters are needed",
            code="INVALID_NAME",
            field="name",
        )
    return clean


def checked_locale(locale: str) -> str:
    """Return ``locale`` when our texts exist in it, or raise INVALID_LOCALE."""
    if locale not in LOCALES:
        raise InvalidError(
            f"locale = {locale!r}: not one of {', '.join(LOCALES)}",
            code="INVALID_LOCALE",
            field="locale",
        )
    return locale


def checked_email(email: str | None) -> str | None:
    """Return ``email`` in lower case, or raise INVALID_EMAIL."""
    clean = email.strip().lower() if email else None
    if clean is not None and (len(clean) > 254 or not _EMAIL.fullmatch(clean)):
        raise InvalidError(
            f"email = {email!r}: not an e-mail address", code="INVALID_EMAIL", field="email"
        )
    return clean


def checked_account_code(code: str | None) -> str | None:
    """Return ``code`` in upper case, or raise INVALID_ACCOUNT_CODE."""
    clean = code.strip().upper() if code else None
    if clean is not None and not _ACCOUNT_CODE.fullmatch(clean):
        raise InvalidError(
            f"account_code = {code!r}: 3 to 40 letters, digits, /, . and - are allowed",
            code="INVALID_ACCOUNT_CODE",
            field="account_code",
        )
    return clean


def checked_colour(colour: str | None, field: str) -> str | None:
    """Return ``colour`` as #RRGGBB in capitals, None for none, or raise INVALID_COLOUR."""
    clean = colour.strip().upper() if colour else None
    if clean is not None and not _COLOUR.fullmatch(clean):
        raise InvalidError(
            f"{field} = {colour!r}: not a colour as #1470B8", code="INVALID_COLOUR", field=field
        )
    return clean


def checked_web_address(address: str | None, field: str) -> str | None:
    """Return an address over TLS without characters that mean something in a header, or raise.

    Raises
    ------
    InvalidError
        INVALID_ADDRESS.
    """
    clean = address.strip() if address else None
    if clean and (len(clean) > 500 or not _WEB.fullmatch(clean)):
        raise InvalidError(
            f"{field} = {clean[:100]!r}: an address that begins with https:// is needed",
            code="INVALID_ADDRESS",
            field=field,
        )
    return clean or None
