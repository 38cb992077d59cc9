"""What each role may do, as data: permission words, roles, and the scopes of OAuth clients.

A permission reads ``noun:verb``. Services ask for one word; nobody asks for a role.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType

from domain.errors import InvalidError


class Permission(StrEnum):
    """The permission words of the whole system."""

    TENANT_READ = "tenant:read"
    TENANT_ADMIN = "tenant:admin"
    PARTNER_ADMIN = "partner:admin"
    PLATFORM_ADMIN = "platform:admin"
    HEALTH_READ = "health:read"
    MEMBERS_WRITE = "members:write"
    CLIENTS_WRITE = "clients:write"
    AUDIT_READ = "audit:read"
    METERING_READ = "metering:read"
    METERING_WRITE = "metering:write"
    METERING_INSTALL = "metering:install"
    READINGS_READ = "readings:read"
    READINGS_CORRECT = "readings:correct"
    BALANCES_READ = "balances:read"
    FINDINGS_READ = "findings:read"
    FINDINGS_WRITE = "findings:write"
    RESIDENTS_READ = "residents:read"
    RESIDENTS_WRITE = "residents:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    REPORTS_READ = "reports:read"
    TARIFFS_READ = "tariffs:read"
    TARIFFS_WRITE = "tariffs:write"
    STATEMENTS_READ = "statements:read"
    STATEMENTS_WRITE = "statements:write"
    DEMAND_RESPONSE_READ = "demand-response:read"
    DEMAND_RESPONSE_WRITE = "demand-response:write"
    DEMAND_RESPONSE_ANSWER = "demand-response:answer"
    CONTROL_READ = "control:read"
    CONTROL_EXECUTE = "control:execute"
    CONTROL_APPROVE = "control:approve"
    OWN_SUPPLY_SWITCH = "own-supply:switch"
    OWN_METERS_INSTALL = "own-meters:install"


class Role(StrEnum):
    """What a membership makes of a person, or of a program."""

    PLATFORM_ADMIN = "platform-admin"
    PARTNER_ADMIN = "partner-admin"
    TENANT_ADMIN = "tenant-admin"
    OPERATOR = "operator"
    MANAGER = "manager"
    DISPATCHER = "dispatcher"
    INSTALLER = "installer"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"
    RESIDENT = "resident"
    RESIDENT_DELEGATE = "resident-delegate"
    INTEGRATOR = "integrator"


HOUSEHOLD = frozenset({Role.RESIDENT, Role.RESIDENT_DELEGATE})
"""Roles whose sight is a home and no part of the site tree; they make a seat of their own."""


class ClientScope(StrEnum):
    """What a client asks for at the token endpoint."""

    READ = "read"
    METERING = "metering"
    CONTROL = "control"
    ADMINISTRATION = "administration"


P = Permission

_SEES_METERS = frozenset(
    {P.TENANT_READ, P.METERING_READ, P.READINGS_READ, P.BALANCES_READ, P.ALERTS_READ}
)
_SEES_TENANT = _SEES_METERS | {
    P.FINDINGS_READ,
    P.REPORTS_READ,
    P.TARIFFS_READ,
    P.DEMAND_RESPONSE_READ,
    P.CONTROL_READ,
}
_RUNS_METERING = frozenset(
    {P.METERING_WRITE, P.METERING_INSTALL, P.READINGS_CORRECT, P.ALERTS_WRITE, P.FINDINGS_WRITE}
)
_ADMINISTERS = frozenset(
    {
        P.TENANT_READ,
        P.TENANT_ADMIN,
        P.HEALTH_READ,
        P.MEMBERS_WRITE,
        P.CLIENTS_WRITE,
        P.AUDIT_READ,
    }
)
# No balances: what a house takes beyond one's own meters is what the neighbours take.
_LIVES_THERE = frozenset(
    {
        P.TENANT_READ,
        P.METERING_READ,
        P.READINGS_READ,
        P.ALERTS_READ,
        P.ALERTS_WRITE,
        P.TARIFFS_READ,
        P.STATEMENTS_READ,
        P.DEMAND_RESPONSE_READ,
    }
)

_PERMISSIONS: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        # Partners and the platform run tenants without reading their residents' meters.
        Role.PLATFORM_ADMIN: _ADMINISTERS | {P.PLATFORM_ADMIN, P.PARTNER_ADMIN},
        Role.PARTNER_ADMIN: _ADMINISTERS | {P.PARTNER_ADMIN},
        Role.TENANT_ADMIN: _ADMINISTERS
        | _SEES_TENANT
        | _RUNS_METERING
        | {
            P.RESIDENTS_READ,
            P.RESIDENTS_WRITE,
            P.TARIFFS_WRITE,
            P.STATEMENTS_READ,
            P.STATEMENTS_WRITE,
            P.DEMAND_RESPONSE_WRITE,
            P.CONTROL_APPROVE,
        },
        # An event of demand response asks people and switches nothing: operators call it, too.
        Role.OPERATOR: _SEES_TENANT
        | _RUNS_METERING
        | {P.HEALTH_READ, P.RESIDENTS_READ, P.DEMAND_RESPONSE_WRITE},
        Role.MANAGER: _SEES_TENANT | {P.RESIDENTS_READ, P.RESIDENTS_WRITE, P.STATEMENTS_READ},
        # A dispatcher switches, but approves nothing: the second person is somebody else.
        Role.DISPATCHER: _SEES_TENANT | {P.CONTROL_EXECUTE, P.DEMAND_RESPONSE_WRITE, P.HEALTH_READ},
        Role.INSTALLER: frozenset(
            {P.TENANT_READ, P.METERING_READ, P.METERING_INSTALL, P.HEALTH_READ}
        ),
        Role.ACCOUNTANT: _SEES_METERS
        | {
            P.RESIDENTS_READ,
            P.REPORTS_READ,
            P.TARIFFS_READ,
            P.TARIFFS_WRITE,
            P.STATEMENTS_READ,
            P.STATEMENTS_WRITE,
        },
        Role.AUDITOR: _SEES_TENANT | {P.AUDIT_READ, P.STATEMENTS_READ, P.RESIDENTS_READ},
        Role.RESIDENT: _LIVES_THERE
        | {P.OWN_SUPPLY_SWITCH, P.OWN_METERS_INSTALL, P.DEMAND_RESPONSE_ANSWER},
        Role.RESIDENT_DELEGATE: _LIVES_THERE,
        Role.INTEGRATOR: _SEES_TENANT
        | _RUNS_METERING
        | {P.HEALTH_READ, P.RESIDENTS_READ, P.CONTROL_EXECUTE, P.DEMAND_RESPONSE_WRITE},
    }
)

_CONTROL = frozenset(
    {
        P.CONTROL_EXECUTE,
        P.CONTROL_APPROVE,
        P.DEMAND_RESPONSE_WRITE,
        P.OWN_SUPPLY_SWITCH,
    }
)
_ADMINISTRATION = frozenset(
    {P.TENANT_ADMIN, P.PARTNER_ADMIN, P.PLATFORM_ADMIN, P.MEMBERS_WRITE, P.CLIENTS_WRITE}
)
_READ = frozenset(permission for permission in Permission if permission.endswith(":read"))
_OF_SCOPE: Mapping[ClientScope, frozenset[Permission]] = MappingProxyType(
    {
        ClientScope.READ: _READ,
        ClientScope.CONTROL: _CONTROL | {P.CONTROL_READ},
        ClientScope.ADMINISTRATION: _ADMINISTRATION,
        ClientScope.METERING: (frozenset(Permission) - _CONTROL - _ADMINISTRATION - _READ)
        | {P.METERING_READ},
    }
)


def role_named(word: str) -> Role:
    """Role of that name.

    Raises
    ------
    InvalidError
        UNKNOWN_ROLE: there is none.
    """
    try:
        return Role(word)
    except ValueError:
        known = ", ".join(Role)
        raise InvalidError(
            f"role = {word!r}: not a role; known are {known}", code="UNKNOWN_ROLE", field="role"
        ) from None


def permissions_of(role: str) -> frozenset[Permission]:
    """Everything ``role`` may do."""
    return _PERMISSIONS[role_named(role)]


def permissions_of_scopes(scopes: Iterable[str]) -> frozenset[Permission]:
    """Most that a token with these scopes may do; words of other protocols count for nothing."""
    known = (_OF_SCOPE[ClientScope(scope)] for scope in scopes if scope in set(ClientScope))
    return frozenset().union(*known)


def permissions_granted(roles: Iterable[str], scopes: Iterable[str]) -> frozenset[str]:
    """What a token of these roles and scopes allows: no more than either."""
    held = frozenset[Permission]().union(*(permissions_of(role) for role in roles))
    return frozenset(str(permission) for permission in held & permissions_of_scopes(scopes))
