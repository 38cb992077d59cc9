"""Hours that a walk has no time for: a device that was not heard for a while."""

import asyncio
import json

import asyncpg

from runtime import roles
from runtime.postgres import LOOPBACK
from tests.flows.product import Product

SILENT = "J900-000001"
"""The concentrator of the heating plant that the walk brings; it pushes once."""

_LOOK_S = 0.5

_AGE = """
UPDATE concentrator_link SET last_received_at = now() - interval '5 hours'
FROM concentrator AS c WHERE c.tenant_id = concentrator_link.tenant_id
  AND c.id = concentrator_link.concentrator_id AND c.serial = $1 RETURNING c.tenant_id
"""
_ROUND = """
INSERT INTO work_bell (tenant_id, kind, key, due_at) VALUES ($1, 'silence', '0 aged', now())
"""


async def age_the_silent(product: Product) -> None:
    """Once it has pushed, let the concentrator have been heard five hours ago.

    Then the round rings that looks for the silent each hour: the product itself raises the alarm.
    """
    state = json.loads((product.home / "runtime.json").read_text())
    connection = await asyncpg.connect(
        host=LOOPBACK,
        port=state["postgres_port"],
        user="postgres",
        password=state["superuser_password"],
        database=roles.DATABASE,
    )
    try:
        # it is another process that pushes
        while not (tenant := await connection.fetchval(_AGE, SILENT)):  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_S)
        await connection.execute(_ROUND, tenant)
    finally:
        await connection.close()
