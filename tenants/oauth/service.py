"""Everything the endpoints share, put together once per process."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar
from urllib.parse import urlsplit

from domain.identity import Scope, TenantId
from tenants import audit, credentials
from tenants.authentication import Authenticator
from tenants.credentials import Kind
from tenants.oauth.browser import Browser
from tenants.oauth.grants import protocol_server
from tenants.oauth.keys import KeyRing, derive
from tenants.oauth.parties import Client
from tenants.oauth.records import Records
from tenants.oauth.server import ProtocolServer
from tenants.oauth.throttle import Throttle
from tenants.oauth.tokens import Mint
from tenants.passwords import Passwords
from tenants.session import Database
from tenants.standing import Standing

T = TypeVar("T")


@dataclass(frozen=True)
class OAuthService:
    """One issuer: its database, keys, limits, cookies and own apps."""

    database: Database
    issuer: str
    keys: KeyRing
    mint: Mint
    authenticator: Authenticator
    passwords: Passwords
    throttle: Throttle
    browser: Browser
    standing: Standing
    apps: Mapping[str, Client] = field(default_factory=dict)

    @classmethod
    def build(  # noqa: PLR0913 - what a process knows about its installation
        cls,
        database: Database,
        *,
        issuer: str,
        master_key: bytes,
        redis_url: str | None = None,
        apps: Iterable[Client] = (),
        passwords: Passwords | None = None,
    ) -> "OAuthService":
        """Put the parts together.

        ``issuer`` is the public address, without a slash at its end. ``apps`` are the product's
        own, made by :meth:`Client.of_product`.
        """
        issuer = issuer.rstrip("/")
        keys = KeyRing(database, master_key)
        mint = Mint(keys, issuer)
        standing = Standing(database)
        return cls(
            database=database,
            issuer=issuer,
            keys=keys,
            mint=mint,
            authenticator=Authenticator(mint, standing=standing),
            standing=standing,
            passwords=passwords or Passwords(),
            throttle=Throttle(redis_url),
            browser=Browser(
                derive(master_key, "login session"), secure=urlsplit(issuer).scheme == "https"
            ),
            apps={app.id: app for app in apps},
        )

    async def run(self, tenant: TenantId, protocol: Callable[[ProtocolServer], T]) -> T:
        """Run ``protocol`` in one transaction of ``tenant``, and write down what it did.

        A refusal is an answer like another, so what it changed (a family that ended) is kept.
        """
        await self.keys.refresh()
        async with self.database.session(Scope(tenant, "authorization-server")) as session:
            acts = []

            def inside(records: Records) -> T:
                server = protocol_server(records, self.mint)
                result = protocol(server)
                acts.extend(server.acts)
                return result

            result = await session.run_sync(
                lambda sync: inside(Records(sync, tenant, dict(self.apps)))
            )
            for act in acts:
                await audit.record(session, act.action, act.subject, act.detail)
        return result

    def tenant_of(
        self, client_id: str | None, *carriers: tuple[Kind, str | None]
    ) -> TenantId | None:
        """Tenant of a request: that of its client, or for our own apps that of what they carry."""
        if client_id is not None and client_id not in self.apps:
            return credentials.tenant_in(Kind.CLIENT_ID, client_id)
        for kind, carried in carriers:
            if client_id is not None and carried is not None:
                return credentials.tenant_in(kind, carried)
        return None

    async def close(self) -> None:
        """Close what was opened here; the database belongs to the caller."""
        await self.standing.close()
        await self.throttle.close()

    async def client(self, client_id: str) -> Client | None:
        """Client of that id, of the product or of a tenant; None when it may not be used."""
        tenant = self.tenant_of(client_id)
        if tenant is None:
            return self.apps.get(client_id)
        return await self.run(tenant, lambda server: server.query_client(client_id))
