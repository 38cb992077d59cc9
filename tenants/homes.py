"""Which homes a person of a household sees at this moment."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import UnauthenticatedError
from domain.identity import Home, PremiseId, Scope
from tenants.permissions import Role

_HOMES = text("""
SELECT premise_id, min(since), bool_or(role = :holder) FROM home_member
WHERE tenant_id = :tenant AND user_id = :person
  AND since <= now() AND (until IS NULL OR until > now())
GROUP BY premise_id ORDER BY premise_id
""")


async def homes_of(connection: AsyncConnection, scope: Scope) -> tuple[Home, ...]:
    """Homes of the person that a scope acts for.

    Raises
    ------
    UnauthenticatedError
        ACCESS_ENDED: there is none, now that they moved out or were removed.
    """
    asked = {"tenant": scope.tenant_id, "person": scope.household, "holder": str(Role.RESIDENT)}
    rows = (await connection.execute(_HOMES, asked)).all()
    if not rows:
        raise UnauthenticatedError("nobody of this household lives here now", code="ACCESS_ENDED")
    return tuple(_home(*row) for row in rows)


def _home(premise: int, since: datetime, holder: bool) -> Home:  # noqa: FBT001 - a row's column
    return Home(PremiseId(premise), since, holder)
