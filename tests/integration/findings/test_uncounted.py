"""What findings say was not counted is counted for the other meters, unless it was not so."""

from sqlalchemy import text

from backend.store.findings import finding_lists
from domain.identity import BalanceGroupId, MeteringPointId
from tenants.session import Database
from tests.integration.findings.town import make_town

FOUND = "SELECT group_id, point_id FROM finding WHERE kind = 'meter_slowed'"
STAND = """UPDATE finding SET state = :state, verdict = :verdict,
  closed_at = CASE WHEN :state = 'closed' THEN now() END WHERE kind = 'meter_slowed'"""
STANDINGS = [
    ("new", None, [True]),
    ("inspected", "confirmed", [True]),
    ("inspected", "refuted", []),
    ("closed", "confirmed", [False]),
    ("closed", "refuted", []),
    ("closed", None, []),
]
"""State and verdict of a theft, and whether what is told of it is open."""


async def test_what_was_confirmed_was_not_counted_after_it_is_closed_as_well(
    database: Database, redis_url: str
) -> None:
    town = await make_town(database, redis_url)
    await town.judge()
    async with town.database.session(town.scope) as session:
        group, point = (await session.execute(text(FOUND))).one()
        for state, verdict, told in STANDINGS:
            await session.execute(text(STAND), {"state": state, "verdict": verdict})
            found = await finding_lists.uncounted(
                session, BalanceGroupId(group), [MeteringPointId(point)]
            )
            assert [one.is_open for one in found] == told, (state, verdict)
            assert all(one.values.sum() > 0 for one in found)
    await town.events.close()
