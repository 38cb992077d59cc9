"""The schema as committed is the schema as served."""

from pathlib import Path

from graphql import parse, validate

from backend.graphql.schema import schema

ROOT = Path(__file__).parents[3]

CONTRACT = """
query Points($after: String) { viewer { tenant { id name } meteringPoints(first: 100, after: $after) {
  edges { node { id name commodity role meter { serial } site { id name path } } } pageInfo { hasNextPage endCursor } } } }
query Groups($path: String!) { viewer { site(path: $path) { id name kind children { id name } balanceGroups { id name commodity } } } }
query Profile($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) { node(id: $id) { ... on Metered {
  name commodity profile(from: $from, to: $to, step: $step, quantity: CONSUMPTION) { start step timezone unit values quality coverage } } } }
query Imbalance($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on BalanceGroup {
  imbalance(from: $from, to: $to, step: "PT1H") { start unit supplied delivered imbalance coverage } } } }
query Month($id: ID!) { node(id: $id) { ... on Metered { monthToDate { soFar forecast { p10 p50 p90 } average unit } } } }
query Delivery($id: ID!, $from: DateTime!, $to: DateTime!) { node(id: $id) { ... on Metered {
  deliveries(from: $from, to: $to) { expected onTime late backfilled manual missing percent } } } }
query Findings($id: ID!) { node(id: $id) { ... on BalanceGroup { findings(first: 50) { edges { node {
  id kind since state confidence energy { value unit } point { id name } explanation } } } } } }
mutation Switch($point: ID!, $state: SupplyState!, $key: String!) {
  switchSupply(input: {point: $point, state: $state, reason: "test", idempotencyKey: $key}) {
    command { id state deadline } errors { code field message } } }
"""  # noqa: E501 - the documents of the contract, to the letter


def test_the_committed_schema_is_the_served_one() -> None:
    committed = (ROOT / "schema.graphql").read_text(encoding="utf-8")
    assert committed == schema.as_str() + "\n", "run `make schema` and commit the result"


def test_the_documents_that_outside_programs_rely_on_are_valid() -> None:
    assert validate(schema._schema, parse(CONTRACT)) == []


def test_fields_of_later_releases_are_absent_not_stubs() -> None:
    printed = schema.as_str()
    assert "statements" not in printed
