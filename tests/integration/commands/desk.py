"""Somebody who asks the schema for commands, and the documents they ask with."""

from typing import Any

from graphql import ExecutionResult

from backend.graphql.context import Context
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema
from domain.identity import Scope
from tests.integration.commands.conftest import ALL, House

SWITCH = """mutation Switch($point: ID!, $state: SupplyState!, $key: String!) {
  switchSupply(input: {point: $point, state: $state, reason: "test", idempotencyKey: $key}) {
    command { id state deadline } errors { code field message } } }"""


CAUSED = """mutation ($point: ID!, $cause: Cause!, $key: String!) {
  switchSupply(input: {point: $point, state: OFF, cause: $cause, reason: "r",
    idempotencyKey: $key}) { command { id state } errors { code } } }"""


LIMIT = """mutation ($point: ID!, $kw: Float!) { setLoadLimit(input: {point: $point, limitKw: $kw,
  reason: "peak", idempotencyKey: "k"}) { command { id limitKw } errors { code field } } }"""


READING = """mutation ($point: ID!) { requestReading(input: {point: $point, idempotencyKey: "k"}) {
  command { id } errors { code } } }"""


MANY = """mutation ($points: [ID!]!, $state: SupplyState!, $key: String!) {
  commandPoints(input: {points: $points, kind: SWITCH_SUPPLY, state: $state, reason: "many",
    idempotencyKey: $key}) { commands first { id state needsApproval } skipped { point code }
    errors { code } } }"""


APPROVE = """mutation ($id: ID!, $granted: Boolean!, $whole: Boolean!) { approveCommand(input: {
  command: $id, granted: $granted, wholeOrder: $whole}) { command { state } errors { code } } }"""


CANCEL = """mutation ($id: ID!) { cancelCommand(input: {command: $id}) {
  command { state } errors { code } } }"""


POLICY = """mutation ($input: CommandPolicyInput!) { setCommandPolicy(input: $input) {
  control { policy { enabled fourEyesFrom } stoppedAt } errors { code field } } }"""


STOP = """mutation ($input: StopControlInput!) { stopControl(input: $input) {
  control { stoppedAt stoppedBy stoppedEverywhere } errors { code } } }"""


CLOSE = """mutation ($id: ID!) { closeBreaker(input: {breaker: $id}) {
  control { breakers { id } } errors { code } } }"""


ACTUATOR = """mutation ($input: SaveActuatorInput!) { saveActuator(input: $input) {
  actuator { critical state } errors { code } } }"""


LIST = """query ($point: ID, $after: String) { viewer { commands(first: 2, point: $point,
  after: $after) { edges { node { id state point { id } events { before after actor code } } }
  pageInfo { hasNextPage endCursor } } } }"""


NODE = """query ($id: ID!) { node(id: $id) { ... on Command { id state code
  reading { counter value unit } } } }"""


CONTROL = "{ viewer { control { policy { enabled } breakers { id network disconnects } } } }"


class Desk:
    """Somebody who asks the schema."""

    def __init__(self, house: House, scope: Scope) -> None:
        self.house, self.scope = house, scope

    async def result(self, document: str, **values: Any) -> ExecutionResult:
        house = self.house
        async with Context(house.database, self.scope, house.events) as context:
            return await schema.execute(document, values, context_value=context)  # type: ignore[return-value]

    async def ask(self, document: str, **values: Any) -> Any:
        result = await self.result(document, **values)
        assert result.errors is None, result.errors
        assert result.data is not None
        (answer,) = result.data.values()
        return answer


def point_of(house: House, place: int = 0) -> str:
    return encode(Kind.METERING_POINT, house.points[place])


def desk(house: House, actor: str = "user:1", *words: str) -> Desk:
    return Desk(house, house.acting(actor, frozenset(words) or ALL))


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer["errors"]]
