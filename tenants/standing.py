"""Which tenants may be used at all, as a process knows it without asking for each request."""

from sqlalchemy import select

from domain.errors import UnauthenticatedError
from domain.identity import TenantId
from tenants.models.parties import Status, Tenant
from tenants.rereading import Rereading
from tenants.session import Database

REFRESH_S = 10.0


class Standing:
    """Tenants that are suspended or closed, read anew every ten seconds while somebody asks.

    Sign-in and renewal ask the database itself; this ends the access tokens that were given
    before, which would be good for ten minutes.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self._shut: frozenset[TenantId] = frozenset()
        self._rereading = Rereading("standing of tenants", self.read, REFRESH_S)

    def check(self, tenant: TenantId) -> None:
        """Refuse who acts in a tenant that is shut.

        Raises
        ------
        UnauthenticatedError
            TENANT_SUSPENDED.
        """
        self._rereading.look()
        if tenant in self._shut:
            raise UnauthenticatedError(
                "the organisation is suspended; its provider can resume it", code="TENANT_SUSPENDED"
            )

    async def read(self) -> None:
        """Read which tenants are shut, now."""
        wanted = select(Tenant.id).where(Tenant.status != Status.ACTIVE)
        async with self.database.global_session() as session:
            self._shut = frozenset(await session.scalars(wanted))
        self._rereading.postpone()

    async def close(self) -> None:
        """Stop reading."""
        await self._rereading.close()
