"""GraphQL over HTTP: who is let in, what is refused and how, what an error may say."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from tests.factories import make_tenant
from tests.integration.graphql_http.conftest import BODY_BYTES, FILE_BYTES, SECRET, Door

GRAPHQL = "application/graphql-response+json"


async def ask(door: Door, query: str, status: int = 200, **more: Any) -> dict[str, Any]:
    headers = more.pop("headers", {})
    async with door.client() as client:
        answer = await client.post("/graphql", json={"query": query, **more}, headers=headers)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def code_of(body: dict[str, Any]) -> str:
    assert len(body["errors"]) == 1, body
    code: str = body["errors"][0]["extensions"]["code"]
    return code


async def test_an_operation_runs_in_the_tenant_of_the_token(small: Door) -> None:
    other = await make_tenant(small.database, "Neighbours")
    assert await ask(small, "{ tenant }") == {"data": {"tenant": small.scope.tenant_id}}
    async with small.client(small.token(tenant=other.tenant_id)) as client:
        answer = await client.post("/graphql", json={"query": "{ tenant }"})
    assert answer.json() == {"data": {"tenant": other.tenant_id}}


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Basic YTpi", "Bearer", "Bearer nonsense", "Bearer a.b.c"],
)
async def test_nobody_is_let_in_without_a_good_token(
    small: Door, authorization: str | None
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with httpx.AsyncClient(base_url=small.url) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert code_of(answer.json()) == "UNAUTHENTICATED"
    assert "data" not in answer.json()


async def test_a_changed_token_is_refused(small: Door) -> None:
    head, claims, mark = small.token().split(".")
    forged = f"{head}.{claims}.{mark[:-4]}AAAA"
    async with small.client(forged) as client:
        answer = await client.post("/graphql", json={"query": "{ hello }"})
    assert answer.status_code == 401


async def test_what_other_sites_can_send_is_refused(small: Door) -> None:
    body = orjson.dumps({"query": "{ hello }"})
    async with small.client() as client:
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
            answer = await client.post("/graphql", content=body, headers={"Content-Type": kind})
            assert answer.status_code == 415, kind
            assert code_of(answer.json()) == "CONTENT_TYPE_UNSUPPORTED"
        json = {"Content-Type": "application/json; charset=latin-1"}
        answer = await client.post("/graphql", content=body, headers=json)
        assert answer.status_code == 415


async def test_methods(small: Door) -> None:
    async with small.client() as client:
        read = await client.get("/graphql", params={"query": "{ hello }"})
        assert read.json() == {"data": {"hello": "hello you"}}
        asked = {"query": "query($n: String!) { hello(name: $n) }", "variables": '{"n": "x"}'}
        assert (await client.get("/graphql", params=asked)).json()["data"] == {"hello": "hello x"}
        written = await client.get("/graphql", params={"query": "mutation { write }"})
        assert (written.status_code, written.headers["allow"]) == (405, "POST")
        for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
            answer = await client.request(method, "/graphql", json={"query": "{ hello }"})
            assert answer.status_code == 405
            assert "POST" in answer.headers["allow"]


async def test_a_batch_is_refused_in_so_many_words(small: Door) -> None:
    async with small.client() as client:
        answer = await client.post("/graphql", json=[{"query": "{ hello }"}])
    assert answer.status_code == 400
    assert code_of(answer.json()) == "BATCH_REFUSED"


async def test_a_long_body_is_refused_announced_or_not(small: Door) -> None:
    body = orjson.dumps({"query": "{ hello }", "variables": {"x": "y" * BODY_BYTES}})

    async def in_pieces() -> Any:
        for start in range(0, len(body), 4096):
            yield body[start : start + 4096]

    json = {"Content-Type": "application/json"}
    async with small.client(small.token("read")) as client:
        told = await client.post("/graphql", content=body, headers=json)
        found = await client.post("/graphql", content=in_pieces(), headers=json)
    for answer in (told, found):
        assert answer.status_code == 413
        assert code_of(answer.json()) == "REQUEST_TOO_LONG"


async def test_who_imports_sends_files_but_no_longer_operations(small: Door) -> None:
    async def status(query: str, sent: int) -> int:
        body = {"query": query, "variables": {"x": "y" * sent}}
        async with small.client() as client:
            return (await client.post("/graphql", json=body)).status_code

    assert await status("query ($x: String) { hello(name: $x) }", 2 * BODY_BYTES) == 200
    assert await status("{ hello }", FILE_BYTES) == 413
    assert await status("{ hello }" + " " * BODY_BYTES, 1) == 413


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"\xff\xfe", b"null", b"1", b'"query"', b"{}", b'{"query": 1}', b"[" * 10_000),
        b'{"query": "{ hello }", "variables": [1]}',
        b'{"query": "{ hello }", "operationName": 1}',
        b'{"query": "{ hello(name: \\"\\\\u0000\\") }"}',
        b'{"query":"{hello}","variables":{"a":"\\u0000"}}',
    ],
)
async def test_what_cannot_be_read_is_400(small: Door, body: bytes) -> None:
    async with small.client() as client:
        answer = await client.post(
            "/graphql", content=body, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 400, answer.text
    assert code_of(answer.json()) == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{ hello", "DOCUMENT_SYNTAX"),
        ("", "DOCUMENT_SYNTAX"),
        ("{ nothing }", "DOCUMENT_INVALID"),
        ("query($n: Int!) { hello }", "DOCUMENT_INVALID"),
        ("query($n: String!) { hello(name: $n) }", "VARIABLES_INVALID"),
        ("query A { hello } query B { hello }", "OPERATION_UNKNOWN"),
        ("subscription { count }", "STREAM_NEEDED"),
    ],
)
async def test_a_document_that_cannot_run(small: Door, query: str, code: str) -> None:
    status = 400 if code == "STREAM_NEEDED" else 200
    body = await ask(small, query, status)
    assert code_of(body) == code
    assert "data" not in body
    assert code_of(await ask(small, query, 400, headers={"Accept": GRAPHQL})) == code


async def test_what_is_refused_on_purpose_says_why(small: Door) -> None:
    body = await ask(small, "{ refused hello }")
    assert body["data"] == {"refused": None, "hello": "hello you"}
    (error,) = body["errors"]
    assert error["message"] == "path = 'x': no such"
    assert error["path"] == ["refused"]
    assert error["extensions"] == {"code": "PATH_UNKNOWN", "field": "path"}


@pytest.mark.parametrize("field", ["bug", "unprintable"])
async def test_a_bug_says_nothing_but_its_number(
    small: Door, field: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = await ask(small, f"{{ {field} }}")
    (error,) = body["errors"]
    assert error["message"] == "internal error"
    assert error["extensions"]["code"] == "INTERNAL"
    assert error["extensions"]["id"]
    assert SECRET not in str(body)


@pytest.mark.parametrize("field", ["away", "lost"])
async def test_an_outage_asks_to_come_back(small: Door, field: str) -> None:
    async with small.client() as client:
        answer = await client.post("/graphql", json={"query": f"{{ {field} }}"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert code_of(answer.json()) == "UNAVAILABLE"
    assert SECRET not in answer.text


async def written(door: Door) -> int:
    async with door.database.session(door.scope) as session:
        return await session.scalar(
            text("SELECT count(*) FROM audit_log WHERE action = 'test.write'")
        )  # type: ignore[return-value]


async def test_a_mutation_that_fails_leaves_nothing(small: Door) -> None:
    assert (await ask(small, "mutation { write }"))["data"] == {"write": 1}
    assert await written(small) == 1
    body = await ask(small, 'mutation { a: write b: write(fail: "x") }')
    assert code_of(body) == "INVALID"
    assert await written(small) == 1


DEEP = "{ pond { ponds(first: 1) { " + "ponds(first: 1) { " * 15 + "name" + " }" * 17 + " }"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        (DEEP, "DEPTH_LIMIT"),
        ("{" + "hello " * 5000 + "}", "TOKEN_LIMIT"),
        ("{" + " ".join(f"a{n}: hello" for n in range(101)) + "}", "ALIAS_LIMIT"),
        ("{" + "hello " * 80 + "}", "ALIAS_LIMIT"),
        ("{" + ("pond {" + "ponds { name } " * 24 + "}") * 24 + "}", "ALIAS_LIMIT"),
        ("{ pond { ...a } } fragment a on Pond { ponds { ...a } }", "DEPTH_LIMIT"),
        (
            "{ pond { ponds(first: 100) { ponds(first: 100) { ponds(first: 3) { name }}}}}",
            "COST_LIMIT",
        ),
        (
            '{ pond { ponds(first: 100) { profile(from: "2020-01-01", to: "2026-01-01") }}}',
            "COST_LIMIT",
        ),
        (
            "fragment a on Pond { name ...b ...b }"
            " fragment b on Pond { name ...c ...c } fragment c on Pond { name ...d ...d }"
            " fragment d on Pond { name ...e ...e } fragment e on Pond { "
            + " ".join(f"a{n}: name" for n in range(90))
            + " } query { pond { ...a ...a } }",
            "FIELD_LIMIT",
        ),
    ],
)
async def test_limits_of_one_document(small: Door, query: str, code: str) -> None:
    # work that grows with the power of what is asked would not end at all
    assert code_of(await ask(small, query)) == code


async def test_costs_follow_the_variables(small: Door) -> None:
    query = (
        "query($n: Int = 100, $to: String!) { pond { ponds(first: $n)"
        ' { profile(from: "2020-01-01T00:00:00Z", to: $to) } } }'
    )
    dear = {"to": "2026-01-01T00:00:00Z"}
    assert code_of(await ask(small, query, variables=dear)) == "COST_LIMIT"
    assert "errors" not in await ask(small, query, variables={"to": "2020-02-01T00:00:00Z"})
    assert "errors" not in await ask(small, query, variables={**dear, "n": 2})


async def test_what_is_left_falls_with_every_request(small: Door) -> None:
    first = (await ask(small, "{ remaining }"))["data"]["remaining"]
    second = (await ask(small, "{ remaining }"))["data"]["remaining"]
    assert second == first - 1 or second > first  # another minute began


async def test_many_at_once_are_served_or_asked_to_come_back(small: Door) -> None:
    other = await make_tenant(small.database, "Other Keepers")
    tenants = [small.scope.tenant_id, other.tenant_id] * 40
    async with httpx.AsyncClient(base_url=small.url) as client:
        answers = await asyncio.gather(
            *(
                client.post(
                    "/graphql",
                    json={"query": "{ tenant }"},
                    headers={"Authorization": f"Bearer {small.token(tenant=tenant)}"},
                )
                for tenant in tenants
            )
        )
    for tenant, answer in zip(tenants, answers, strict=True):
        if answer.status_code == 503:
            assert "retry-after" in answer.headers
        else:
            assert answer.json() == {"data": {"tenant": tenant}}
    assert sum(answer.status_code == 200 for answer in answers) >= 10
