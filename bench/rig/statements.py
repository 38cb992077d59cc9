"""Statements that documents of the public contract run, through the schema as it is served.

None may run more for many things than for one: whatever is asked of siblings is read together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from asyncpg.connection import LoggedQuery
from sqlalchemy import event

from backend.clients.events import Events
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from backend.graphql.transport.budget import Budgets
from backend.graphql.transport.operations import Answer, Asked, Operations
from domain.identity import Scope
from tenants.session import Database

_RANGE = "$from: DateTime!, $to: DateTime!"
_NODES = {
    "Profile": (
        Kind.METERING_POINT,
        """... on Metered { name commodity
        profile(from: $from, to: $to, step: "PT1H", quantity: CONSUMPTION) {
          start step timezone unit values quality coverage } }""",
    ),
    "Imbalance": (
        Kind.BALANCE_GROUP,
        """... on BalanceGroup { imbalance(from: $from, to: $to, step: "PT1H") {
        start unit supplied delivered imbalance coverage } }""",
    ),
    "Findings": (
        Kind.BALANCE_GROUP,
        """... on BalanceGroup { findings(first: 50) { edges { node { id kind since state
        confidence energy { value unit } point { id name } explanation } } } }""",
    ),
    "Month": (
        Kind.METERING_POINT,
        "... on Metered { monthToDate { soFar forecast { p10 p50 p90 } average unit } }",
    ),
    "Delivery": (
        Kind.METERING_POINT,
        """... on Metered { deliveries(from: $from, to: $to) {
        expected onTime late backfilled manual missing percent } }""",
    ),
}
"""Documents about one node, which are asked of many under aliases."""

_POINTS = """query Points($first: Int!) { viewer { tenant { id name }
  meteringPoints(first: $first) { edges { node { id name commodity role
    meter { serial } site { id name path } } } pageInfo { hasNextPage endCursor } } } }"""
_GROUPS = """query Groups($path: String!) { viewer { site(path: $path) { id name kind
  children { id name } balanceGroups { id name commodity } } } }"""
_OF_THE_TRANSACTION = ("BEGIN", "SET LOCAL", "COMMIT", "ROLLBACK")


@dataclass(frozen=True, slots=True)
class Things:
    """What a tenant has to be asked for."""

    points: Sequence[int]
    groups: Sequence[int]
    leaf: str
    """Path of a site without children."""

    top: str
    """Path of a site with some."""

    start: str
    end: str


def _document(name: str, numbers: Sequence[int]) -> Asked:
    kind, selected = _NODES[name]
    ids = {f"n{at}": encode(kind, number) for at, number in enumerate(numbers)}
    given = ", ".join(f"${one}: ID!" for one in ids)
    nodes = " ".join(f"{one}: node(id: ${one}) {{ {selected} }}" for one in ids)
    span = f", {_RANGE}" if "$from" in selected else ""
    return Asked(f"query {name}({given}{span}) {{ {nodes} }}", ids, None)


def documents(things: Things, width: int) -> dict[str, Asked]:
    """The documents, each about ``width`` things or as many as there are."""
    span = {"from": things.start, "to": things.end}
    found = {
        "Points": Asked(_POINTS, {"first": width}, None),
        "Groups": Asked(_GROUPS, {"path": things.leaf if width == 1 else things.top}, None),
    }
    for name, (kind, selected) in _NODES.items():
        numbers = things.groups if kind is Kind.BALANCE_GROUP else things.points
        asked = _document(name, numbers[:width])
        values: Mapping[str, Any] = span if "$from" in selected else {}
        found[name] = Asked(asked.query, {**asked.variables, **values}, None)
    return found


async def count(
    database: Database, events: Events, scope: Scope, things: Things, widths: Sequence[int]
) -> dict[str, dict[str, int]]:
    """Statements of each document at each width, without those of the transaction itself.

    The connections of ``database`` must not be open yet.
    """
    seen: list[str] = []

    def note(statement: str) -> None:
        if not statement.lstrip().startswith(_OF_THE_TRANSACTION):
            seen.append(statement)

    def of_driver(query: LoggedQuery) -> None:
        note(query.query)

    def of_orm(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        note(statement)

    def listen(connection: Any, _: object) -> None:  # noqa: ANN401 - the driver's adapter
        connection.driver_connection.add_query_logger(of_driver)

    engine = database.engine.sync_engine
    event.listen(engine, "connect", listen)
    event.listen(engine, "before_cursor_execute", of_orm)  # the driver's log leaves these out
    operations = Operations(schema, database, events, Budgets(10**9))
    found: dict[str, dict[str, int]] = {}
    for width in (widths[0], *widths):  # the first round opens the connection
        for name, asked in documents(things, width).items():
            seen.clear()
            prepared = operations.prepare(asked, scope)
            assert not isinstance(prepared, Answer), prepared.content
            answer = await operations.run(prepared, scope, name)
            assert "errors" not in answer.content, answer.content["errors"]
            assert None not in answer.content["data"].values(), name
            found.setdefault(name, {})[str(width)] = len(seen)
    return found
