"""A loss without a name and the finding of a meter that causes it: one of the two stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from backend.clients.events import Events
from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.findings import once, reconciling, sentences
from backend.services.findings.attributing import Attributed
from backend.services.findings.reconciling import Look, kinds_of
from backend.services.findings.stories import Closest, Story
from backend.store.findings import due, finding_lists, findings
from backend.store.findings.findings import Said, Told
from domain.findings import Family, FindingKind, FindingState
from domain.identity import BalanceGroupId, MeteringPointId, Scope
from domain.quantities import Commodity
from tenants.permissions import Permission
from tenants.session import Database, TenantSession
from tests.factories import MASTER_KEY, make_tenant, place

NOW = datetime.now(UTC).replace(microsecond=0)
SINCE = NOW - timedelta(days=9)
NEAR = """{ viewer { findings { edges { node { explanation point { id }
  candidates { kind likelihood place why point { name } } } } } } }"""
READ = frozenset(str(one) for one in Permission)
KINDS = kinds_of(Family.UNDERCOUNT, Family.LOSS)


async def house(database: Database, name: str) -> Scope:
    """A house of two meters."""
    scope = await make_tenant(database, name)
    rows = [
        {
            "site_path": "House",
            "site_kinds": "house",
            "meter_serial": f"O{at}",
            "channel": str(at + 1),
            "concentrator": f"J {name}",
        }
        for at in range(2)
    ]
    await place(database, scope, *rows)
    return scope


async def look_at(session: TenantSession) -> Look:
    await due.mark_all(session, 0)
    (group,) = await due.next_groups(session, 5)
    points = await due.points_of(session, [group.id])
    return Look([one.id for one in points], [group.id], KINDS, from_group=True)


def said(
    kind: FindingKind, look: Look, since: datetime, amount: int, point: MeteringPointId | None
) -> Said:
    told = Told("it is so", {})
    group: BalanceGroupId = look.groups[0]
    return Said(kind, "electricity", point, group, None, since, amount, 0.9, told)


async def stands(session: TenantSession, look: Look) -> dict[FindingKind, tuple[str, str | None]]:
    """State and last note of the newest finding of each kind."""
    known = await findings.standing(session, look.points, look.groups)
    steps = await finding_lists.transitions(session, [one.id for one in known.values()])
    return {one.kind: (one.state, steps[one.id][-1].note) for one in known.values()}


async def test_a_loss_ends_as_soon_as_its_meter_is_named(database: Database) -> None:
    scope = await house(database, "one loss named")
    async with database.session(scope) as session:
        look = await look_at(session)
        loss = said(FindingKind.UNATTRIBUTED_LOSS, look, SINCE, 90_000, None)
        await reconciling.settle(session, [loss], look, NOW)
        day = timedelta(days=1)
        other = said(FindingKind.METER_SLOWED, look, SINCE + 5 * day, 9_000, look.points[1])
        await reconciling.settle(session, [other], look, NOW + day / 2)
        assert (await stands(session, look))[FindingKind.UNATTRIBUTED_LOSS][0] == FindingState.NEW
        named = said(FindingKind.METER_STUCK, look, SINCE + day, 80_000, look.points[0])
        await reconciling.settle(session, [named, other], look, NOW + day)
        found = await stands(session, look)
    assert found[FindingKind.UNATTRIBUTED_LOSS] == (FindingState.CLOSED, reconciling.NAMED)
    assert found[FindingKind.METER_STUCK][0] == FindingState.NEW


async def test_a_loss_shows_who_comes_near(database: Database, redis_url: str) -> None:
    scope = replace(await house(database, "one loss near"), permissions=READ)
    async with database.session(scope) as session:
        look = await look_at(session)
        near = Closest("meter_slowed", "House", "O1", look.points[1], 0.4)
        loss = said(FindingKind.UNATTRIBUTED_LOSS, look, SINCE, 90_000, None)
        story = Story("group", "House", "UTC", ("closest",), {}, closest=(near,))
        loss = replace(loss, told=sentences.told(story, Commodity.ELECTRICITY, SINCE))
        await reconciling.settle(session, [loss], look, NOW)
    events = Events(redis_url)
    async with Context(database, scope, events, MASTER_KEY) as context:
        result = await schema.execute(NEAR, {}, context_value=context)
    await events.close()
    assert result.errors is None
    assert result.data is not None
    (edge,) = result.data["viewer"]["findings"]["edges"]
    assert edge["node"]["point"] is None
    (found,) = edge["node"]["candidates"]
    assert found["point"]["name"].endswith("O1")
    assert (found["kind"], found["likelihood"], found["place"]) == ("METER_SLOWED", 0.4, "House")
    assert found["why"] in edge["node"]["explanation"]


async def test_what_a_members_finding_accounts_for_is_not_told_as_nobodys(
    database: Database,
) -> None:
    scope = await house(database, "one loss accounted")
    async with database.session(scope) as session:
        look = await look_at(session)
        loss = said(FindingKind.UNATTRIBUTED_LOSS, look, SINCE, 90_000, None)
        balance = Attributed([loss], look, 100.0)
        assert await once.told_once(session, balance, []) == [loss]
        stuck = said(FindingKind.METER_STUCK, look, SINCE, 70_000, look.points[0])
        assert not balance.clears(stuck)
        assert await once.told_once(session, balance, [stuck]) == []
        small = said(FindingKind.METER_STUCK, look, SINCE, 10_000, look.points[0])
        assert await once.told_once(session, balance, [small]) == [loss]
        late = said(FindingKind.METER_STUCK, look, NOW, 70_000, look.points[0])
        assert await once.told_once(session, balance, [late]) == [loss]
        await reconciling.settle(session, [stuck], look, NOW)
        assert await once.told_once(session, balance, []) == []
