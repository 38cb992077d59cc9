"""Whatever is sent to /graphql, the answer is a GraphQL response and never a 5xx."""

import asyncio
import io
import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
import schemathesis
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.graphql import nodes
from starlette.types import ASGIApp

from backend.app import create_app
from backend.graphql.ids import Kind, encode
from backend.graphql.schema import schema as whole
from backend.settings import Settings
from domain.identity import Scope
from runtime.state import free_port
from tenants.oauth.service import OAuthService
from tenants.session import Database
from tests.factories import MASTER_KEY, place
from tests.integration.graphql_http.conftest import Door

SLOW = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
NOW = datetime(2026, 11, 20, tzinfo=UTC)

TIMES = st.one_of(
    st.integers(-20_000, 20_000).map(lambda hours: (NOW + timedelta(hours=hours)).isoformat()),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.text(max_size=12),
)
schemathesis.graphql.scalar("DateTime", TIMES.map(nodes.String))
schemathesis.graphql.scalar(
    "Duration",
    st.one_of(
        st.sampled_from(["PT1H", "P1D", "P1W", "P1M", "P1Y", "PT0S"]), st.text(max_size=6)
    ).map(nodes.String),
)
schemathesis.graphql.scalar(
    "Decimal",
    st.one_of(st.decimals().map(str), st.integers().map(str), st.text(max_size=6)).map(
        nodes.String
    ),
)
SDL = whole.as_str()
fuzzed = schemathesis.graphql.from_file(io.StringIO(SDL))


def _sound(found: Any) -> Any:
    """An operation of the schema, or why there is none."""
    return found.ok()


@contextmanager
def in_a_thread(app: ASGIApp) -> Iterator[str]:
    """Serve beside tests that are not coroutines; the address."""
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, access_log=False))
    serving = threading.Thread(target=lambda: asyncio.run(server.serve()))
    serving.start()
    url = f"http://127.0.0.1:{port}"
    while not server.started:
        serving.join(0.01)
        assert serving.is_alive()
    try:
        yield url
    finally:
        server.should_exit = True
        serving.join()


@pytest_asyncio.fixture(scope="module")
async def door(settings: Settings, database: Database, scope: Scope) -> AsyncIterator[Door]:
    """The whole API with a house in it."""
    await place(database, scope, {"premise": "1", "meter_serial": "M1"})
    service = OAuthService.build(database, issuer=settings.public_url, master_key=MASTER_KEY)
    await service.keys.refresh()
    app = create_app(settings.model_copy(update={"requests_per_minute": 10**9}))
    with in_a_thread(app) as url:
        yield Door(url, database, service, scope)
    await service.close()


@pytest.fixture(scope="module")
def client(door: Door) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {door.token('read', 'metering', 'control')}"}
    with httpx.Client(base_url=door.url, headers=headers, timeout=30) as client:
        yield client


def judge(answer: httpx.Response) -> None:
    """A GraphQL response, or a refusal in the same form; never a failure of ours."""
    assert answer.status_code < 500, (answer.status_code, answer.text)
    body = answer.json()
    assert "data" in body or body["errors"], body
    for error in body.get("errors", []):
        assert error["message"]
        assert error["extensions"]["code"] != "INTERNAL", (answer.request.content, body)


# named by hand: its own way of making tests gives all root fields one name, and workers that
# share the tests among them would run the first alone
FIELDS = {operation.label: operation for operation in map(_sound, fuzzed.get_all_operations())}


@pytest.mark.parametrize("label", sorted(FIELDS))
@given(data=st.data())
@settings(SLOW, max_examples=20)
def test_documents_of_the_schema(label: str, data: st.DataObject, client: httpx.Client) -> None:
    case = data.draw(FIELDS[label].as_strategy())
    judge(client.post("/graphql", json={"query": case.body}))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4)
    ),
    max_leaves=12,
)
IDS = st.one_of(
    st.text(max_size=30),
    st.builds(encode, st.sampled_from(list(Kind)), st.integers(0, 2**63 - 1)),
    st.builds(encode, st.sampled_from(list(Kind)), st.integers(1, 30)),
)


@given(body=st.binary(max_size=300))
@SLOW
def test_bytes(client: httpx.Client, body: bytes) -> None:
    judge(client.post("/graphql", content=body, headers={"Content-Type": "application/json"}))


@given(content=JSON)
@SLOW
def test_json(client: httpx.Client, content: Any) -> None:
    body = json.dumps(content).encode()
    judge(client.post("/graphql", content=body, headers={"Content-Type": "application/json"}))


@given(
    content=st.fixed_dictionaries(
        {"query": st.sampled_from(["{ viewer { tenant { id } } }", "{", "query A { rateLimit }"])},
        optional={"variables": JSON, "operationName": JSON, "extensions": JSON, "more": JSON},
    )
)
@SLOW
def test_parameters(client: httpx.Client, content: Any) -> None:
    body = json.dumps(content).encode()
    judge(client.post("/graphql", content=body, headers={"Content-Type": "application/json"}))


@given(text=st.text(alphabet='{}()[]:$@!.,"#\\ \nabcquery\0\ud7ff', max_size=200))
@SLOW
def test_documents_of_marks(client: httpx.Client, text: str) -> None:
    judge(client.post("/graphql", json={"query": text}))


PROFILE = """
query Profile($id: ID!, $from: DateTime!, $to: DateTime!, $step: Duration!) { node(id: $id) {
  ... on Metered { name profile(from: $from, to: $to, step: $step) { values quality coverage }
    deliveries(from: $from, to: $to) { expected missing percent } monthToDate { soFar }
    readingAt(at: $from) { value } }
  ... on BalanceGroup { imbalance(from: $from, to: $to) { imbalance coverage } } } }
"""


@given(
    variables=st.fixed_dictionaries(
        {
            "id": IDS,
            "from": TIMES,
            "to": TIMES,
            "step": st.sampled_from(["PT1H", "P1D", "P1W", "P1M", "P1Y", "", "P0D"]),
        }
    )
)
@SLOW
def test_values_of_variables(client: httpx.Client, variables: dict[str, str]) -> None:
    judge(client.post("/graphql", json={"query": PROFILE, "variables": variables}))


@given(
    headers=st.dictionaries(
        st.sampled_from(["Accept", "Content-Type", "Authorization", "Content-Encoding"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip),
        max_size=3,
    )
)
@SLOW
def test_headers(client: httpx.Client, headers: dict[str, str]) -> None:
    sent = {"Content-Type": "application/json", **headers}
    judge(client.post("/graphql", content=b'{"query":"{__typename}"}', headers=sent))


@given(query=st.dictionaries(st.sampled_from(["query", "variables", "operationName"]), st.text()))
@SLOW
def test_addresses(client: httpx.Client, query: dict[str, str]) -> None:
    judge(client.get("/graphql", params=query))
