"""The API around GraphQL: probes, pages, headers, outages, what introspection may show."""

import httpx
import pytest

from backend.app import create_app
from backend.settings import Settings
from runtime.state import free_port
from tests.integration.graphql_http.conftest import Door
from tests.live import live


def code_of(answer: httpx.Response) -> str:
    code: str = answer.json()["errors"][0]["extensions"]["code"]
    return code


async def test_probes(api: Door) -> None:
    async with httpx.AsyncClient(base_url=api.url) as client:
        assert (await client.get("/livez")).json() == {"alive": True}
        ready = await client.get("/readyz")
        assert ready.json() == {"ready": True, "database": "ok", "valkey": "ok"}
        await client.post("/graphql")
        await client.get(f"/{'x' * 50}")
        figures = (await client.get("/metrics")).text
    assert 'balance_http_requests_total{method="POST",route="/graphql",status="401"}' in figures
    assert 'route="none",status="404"' in figures
    assert "xxx" not in figures


@pytest.mark.parametrize(
    "path", ["/", "/graphiql", "/schema.graphql", "/livez", "/nowhere", "/static/product.css"]
)
async def test_every_answer_has_the_security_headers(api: Door, path: str) -> None:
    async with httpx.AsyncClient(base_url=api.url) as client:
        answer = await client.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_what_is_not_there_says_so(api: Door) -> None:
    async with httpx.AsyncClient(base_url=api.url) as client:
        absent = await client.get("/nowhere")
        assert (absent.status_code, code_of(absent)) == (404, "NOT_FOUND")
        wrong = await client.delete("/livez")
        assert (wrong.status_code, code_of(wrong)) == (405, "METHOD_NOT_ALLOWED")
        outside = await client.get("/static/..%2f..%2fsettings.py")
        assert outside.status_code == 404


async def test_pages_say_where_they_are(api: Door, settings: Settings) -> None:
    async with httpx.AsyncClient(base_url=api.url) as client:
        landing = await client.get("/")
        assert 'href="/graphiql"' in landing.text
        assert settings.public_url in landing.text
        assert "type Query" in (await client.get("/schema.graphql")).text


async def test_what_is_switched_off_is_not_there(api: Door, settings: Settings) -> None:
    closed = settings.model_copy(update={"graphiql": False, "introspection": False})
    async with live(create_app(closed)) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/graphiql")).status_code == 404
        assert (await client.get("/schema.graphql")).status_code == 404
        assert "GraphiQL" not in (await client.get("/")).text
        answer = await client.post(
            "/graphql",
            json={"query": "{ __schema { queryType { name } } }"},
            headers={"Authorization": f"Bearer {api.token()}"},
        )
        assert code_of(answer) == "DOCUMENT_INVALID"
        named = await client.post(
            "/graphql",
            json={"query": "{ __typename }"},
            headers={"Authorization": f"Bearer {api.token()}"},
        )
        assert named.json() == {"data": {"__typename": "Query"}}


async def test_without_a_database_callers_are_asked_to_come_back(
    api: Door, settings: Settings
) -> None:
    away = f"postgresql+asyncpg://balance_app:x@127.0.0.1:{free_port()}/balance"
    orphan = settings.model_copy(update={"database_url": away})
    query = {"query": "{ viewer { tenant { id } } }"}
    async with live(create_app(orphan)) as url, httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/readyz")).json()["database"] == "away"
        # Who says nothing good is refused without the database; who might is asked to wait.
        assert (await client.post("/graphql", json=query)).status_code == 401
        tried = {"Authorization": f"Bearer {api.token()}"}
        asked = await client.post("/graphql", json=query, headers=tried)
        login = await client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=("bal_c_1_abcdefghijklmnop", "x"),
        )
    assert (asked.status_code, code_of(asked)) == (503, "UNAVAILABLE")
    assert int(asked.headers["retry-after"]) > 0
    assert login.status_code in {401, 503}
    if login.status_code == 503:
        assert int(login.headers["retry-after"]) > 0


async def test_without_valkey_the_api_goes_on(api: Door, settings: Settings) -> None:
    away = settings.model_copy(update={"redis_url": f"redis://127.0.0.1:{free_port()}/0"})
    async with live(create_app(away)) as url, httpx.AsyncClient(base_url=url) as client:
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["ready"]) == (200, True)
        assert ready.json()["valkey"].startswith("away")
        for _ in range(3):
            answer = await client.post(
                "/graphql",
                json={"query": "{ viewer { tenant { name } } }"},
                headers={"Authorization": f"Bearer {api.token()}"},
            )
            assert answer.json()["data"]["viewer"]["tenant"]["name"] == "Pond Keepers"


async def test_a_tenant_that_asks_too_much_is_told_when_to_come_back(
    api: Door, settings: Settings
) -> None:
    poor = settings.model_copy(update={"requests_per_minute": 3})
    async with live(create_app(poor)) as url, httpx.AsyncClient(base_url=url) as client:
        answers = [
            await client.post(
                "/graphql",
                json={"query": "{ __typename }"},
                headers={"Authorization": f"Bearer {api.token()}"},
            )
            for _ in range(8)  # more than two minutes allow, should one begin in between
        ]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert code_of(refused[0]) == "RATE_LIMITED"
    assert 0 < int(refused[0].headers["retry-after"]) <= 61


async def test_pages_and_sign_in_share_one_sheet_and_one_mark(api: Door) -> None:
    async with httpx.AsyncClient(base_url=api.url) as client:
        for name in ("product.css", "mark.svg"):
            ours = await client.get(f"/static/{name}")
            theirs = await client.get(f"/oauth/static/{name}")
            assert ours.status_code == theirs.status_code == 200
            assert ours.text == theirs.text
        assert '<svg class="mark"' in (await client.get("/")).text
