"""Learning the night's models of a tenant, a commodity at a time."""

from datetime import UTC, datetime

from backend.services.forecasting import learning
from backend.tasks.work import Work
from domain.identity import Scope, TenantId
from domain.quantities import Commodity


async def learn(work: Work, tenant_id: TenantId) -> None:
    """Learn today's models, and score those of the days before."""
    scope = Scope(tenant_id, actor="analyst")
    for commodity in Commodity:
        async with work.database.session(scope) as session:
            await learning.learn(session, commodity, datetime.now(UTC), work.weather)
    async with work.database.session(scope) as session:
        await learning.answer(session)
