"""What people ask of demand response in these tests, and the house that they ask it in."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from backend.graphql.context import Context
from backend.graphql.schema import schema
from backend.services.demand_response import clock
from domain.identity import Scope, UserId
from tests.factories import MASTER_KEY
from tests.integration.alerts.house import NOW, PATH, House

PROGRAM = """mutation P($input: CreateProgramInput!) { createProgram(input: $input) {
  program { id name description } errors { code field } } }"""
EVENT = """id name state revision level startsAt endsAt durationMinutes message
  program { name } sites { path } groups { name } answers { home participate }
  counts { asked takingPart declined silent } steps { before after revision person }"""
CALL = f"""mutation E($input: DispatchDrEventInput!) {{ dispatchDrEvent(input: $input) {{
  event {{ {EVENT} }} errors {{ code field message }} }} }}"""
CHANGE = f"""mutation C($input: ChangeDrEventInput!) {{ changeDrEvent(input: $input) {{
  event {{ {EVENT} }} errors {{ code field }} }} }}"""
CANCEL = f"""mutation X($input: CancelDrEventInput!) {{ cancelDrEvent(input: $input) {{
  event {{ {EVENT} }} errors {{ code field }} }} }}"""
ANSWER = f"""mutation A($id: ID!, $part: Boolean!, $home: ID) {{
  answerDrEvent(id: $id, participate: $part, home: $home) {{
  event {{ {EVENT} }} errors {{ code field }} }} }}"""
EVENTS = f"""query L($under: ID, $state: [DrEventState!]) {{ viewer {{
  drEvents(under: $under, state: $state) {{ edges {{ node {{ {EVENT} }} }} }} }} }}"""
PARTICIPANTS = """query P($id: ID!, $part: Boolean) { viewer { drEvent(id: $id) {
  participants(participate: $part) { edges { node { name path participate } } } } } }"""
INBOX = """{ viewer { alerts(kinds: [DR_EVENT]) { edges { node {
  id severity own openedAt closedAt title text advice owner { name } site { path }
  drEvent { id state } } } } } }"""
SITE = "query S($path: String!) { viewer { site(path: $path) { id } } }"

TONIGHT = NOW.replace(minute=0, second=0, microsecond=0) + timedelta(hours=3)
_keys = count(1)


@dataclass(frozen=True)
class Street:
    """A house, and everything that is asked in it."""

    house: House

    def household(self, flat: int) -> Scope:
        """Who lives in a flat, signed in as a household."""
        scope = self.house.households[flat]
        return replace(scope, household=UserId(int(scope.actor.removeprefix("user:"))))

    async def result(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        """The whole answer."""
        asking = Context(
            self.house.database, scope or self.house.operator, self.house.events, MASTER_KEY
        )
        async with asking as context:
            return await schema.execute(document, values, context_value=context)

    async def ask(self, document: str, scope: Scope | None = None, **values: Any) -> Any:
        """What a document with one field answers."""
        result = await self.result(document, scope, **values)
        assert result.errors is None, result.errors
        (answer,) = result.data.values()
        return answer

    async def site(self, path: str = PATH) -> str:
        """Id of a site."""
        found = await self.ask(SITE, path=path)
        return str(found["site"]["id"])

    async def program(self, name: str) -> str:
        """A program that was just made."""
        asked = {"name": name, "idempotencyKey": name}
        made = await self.ask(PROGRAM, input=asked)
        assert made["errors"] == []
        return str(made["program"]["id"])

    async def call(self, belongs_to: str, scope: Scope | None = None, **asked: Any) -> Any:
        """Call an event of the house, tonight if nothing else is said."""
        usual = {
            "program": belongs_to,
            "name": "Evening peak",
            "targets": [await self.site()],
            "startsAt": TONIGHT.isoformat(),
            "durationMinutes": 120,
            "idempotencyKey": f"call {next(_keys)}",
        }
        return await self.ask(CALL, scope, input=usual | asked)

    async def called(self, program: str, **asked: Any) -> Any:
        """An event that is called."""
        done = await self.call(program, **asked)
        assert done["errors"] == []
        return done["event"]

    async def events(self, scope: Scope | None = None, **asked: Any) -> list[Any]:
        """Events in somebody's sight."""
        found = await self.ask(EVENTS, scope, **asked)
        return [edge["node"] for edge in found["drEvents"]["edges"]]

    async def inbox(self, scope: Scope, event: str) -> list[Any]:
        """Alerts about an event as somebody sees them."""
        found = await self.ask(INBOX, scope)
        nodes = [edge["node"] for edge in found["alerts"]["edges"]]
        return [one for one in nodes if one["drEvent"] and one["drEvent"]["id"] == event]

    async def letters(self) -> list[tuple[str, ...]]:
        """Turn, manner, subject and body of what was written to people, in its order."""
        rows = await self.house.rows(
            "SELECT split_part(dedup_key, ' ', 3), manner, channel, subject, body"
            " FROM notification WHERE tenant_id = :t AND kind = 'dr_event' ORDER BY id"
        )
        return [tuple(row) for row in rows]

    async def tick(self, now: datetime) -> list[int]:
        """What the clock does at a moment."""
        async with self.house.database.session(self.house.scope) as session:
            return await clock.tend(session, now)
