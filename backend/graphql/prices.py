"""What a unit is worth to the tenant, loaded once a request."""

from collections.abc import Mapping, Sequence

from backend.graphql.context import Context
from backend.store.findings import experience
from backend.store.findings.experience import Price
from domain.quantities import Commodity
from tenants.session import TenantSession


async def price_of(context: Context, commodity: Commodity) -> Price | None:
    """Price of a kWh or m3; None where the tenant told none."""

    async def load(session: TenantSession, keys: Sequence[Commodity]) -> Mapping[Commodity, Price]:
        found = await experience.prices(session)
        return {key: found[key] for key in keys if key in found}

    return await context.loader("commodity_prices", load).load(commodity)
