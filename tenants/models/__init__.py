"""Tables of who is who: parties, clients and their tokens, the audit trail, shared directories."""

from tenants.models.clients import AuthorizationCode, OAuthClient, RefreshToken, SigningKey
from tenants.models.directories import CronRun, DeviceDirectory, DeviceKind, WorkBell
from tenants.models.parties import Membership, Partner, Status, Tenant, UserAccount
from tenants.models.trail import AuditEntry, PlatformAuditEntry

__all__ = [
    "AuditEntry",
    "AuthorizationCode",
    "CronRun",
    "DeviceDirectory",
    "DeviceKind",
    "Membership",
    "OAuthClient",
    "Partner",
    "PlatformAuditEntry",
    "RefreshToken",
    "SigningKey",
    "Status",
    "Tenant",
    "UserAccount",
    "WorkBell",
]
