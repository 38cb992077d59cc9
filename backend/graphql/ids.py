"""Global ids: opaque to clients, a type and a number to us.

An id says nothing about a tenant: whether it is absent or somebody else's, the answer is the same.
"""

import base64
import binascii
from enum import StrEnum

from domain.errors import NotFoundError

_LARGEST = 2**63


class Kind(StrEnum):
    """Types that have a global id."""

    SITE = "Site"
    PREMISE = "Premise"
    METERING_POINT = "MeteringPoint"
    METER = "Meter"
    BALANCE_GROUP = "BalanceGroup"
    CONCENTRATOR = "Concentrator"
    ACCOUNT = "Account"
    RESIDENT = "Resident"
    COMMAND = "Command"
    BREAKER = "Breaker"
    READING_CHANGE = "ReadingChange"
    VALIDATION_FLAG = "ValidationFlag"
    FIRMWARE_RELEASE = "FirmwareRelease"
    NETWORK_ALARM = "NetworkAlarm"
    FINDING = "Finding"
    ALERT = "Alert"
    ALERT_RULE = "AlertRule"
    USER = "User"
    WEBHOOK = "Webhook"
    WEBHOOK_DELIVERY = "WebhookDelivery"
    LETTER = "Letter"
    INVITATION = "Invitation"
    HOME_MEMBER = "HomeMember"
    MEMBERSHIP = "Membership"
    TENANT = "Tenant"
    ACTUATOR = "Actuator"
    DR_PROGRAM = "DrProgram"
    DR_EVENT = "DrEvent"


_KINDS = {str(kind): kind for kind in Kind}


def encode(kind: Kind, number: int) -> str:
    """Global id of a thing.

    Examples
    --------
    >>> encode(Kind.SITE, 7)
    'U2l0ZTo3'
    """
    return base64.b64encode(f"{kind}:{number}".encode()).decode()


def decode(text: str) -> tuple[Kind, int] | None:
    """Type and number of a global id; None when it is none of ours.

    Examples
    --------
    >>> decode("U2l0ZTo3")
    (<Kind.SITE: 'Site'>, 7)
    >>> decode("nonsense") is None
    True
    """
    try:
        plain = base64.b64decode(text, validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    name, _, digits = plain.partition(":")
    kind = _KINDS.get(name)
    if kind is None or not (digits.isdigit() and len(digits) < 20):
        return None
    number = int(digits)
    if number >= _LARGEST or encode(kind, number) != text:
        return None
    return kind, number


def number_of(kind: Kind, text: str, field: str) -> int:
    """Number of a global id that must be of one type.

    Raises
    ------
    NotFoundError
        It is another, or none: no more is told than of an absent one.
    """
    found = decode(text)
    if found is None or found[0] is not kind:
        error = NotFoundError(field, text)
        error.field = field
        raise error
    return found[1]
