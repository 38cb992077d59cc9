"""The short ways of the executor give what the library's own executor gives."""

import enum
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from inspect import isawaitable
from typing import Any, cast

import pytest
import strawberry
from graphql import ExecutionResult, execute, parse
from strawberry.execution import optimized_is_awaitable

from backend.graphql.transport.executor import Collected, Executor, call_directly, leaves_of
from domain.errors import InvalidError


@strawberry.enum
class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


@strawberry.interface
class Named:
    id: strawberry.ID
    long_name: str | None


@strawberry.type
class Thing(Named):
    color: Color
    made_at: datetime
    bad: int
    void: str
    tags: list[str]

    @strawberry.field
    async def below(self, first_few: int = 2, color: Color = Color.RED) -> list["Thing"]:
        return [thing(f"{self.id}.{at}", color) for at in range(first_few)]

    @strawberry.field
    async def maybe(self, info: strawberry.Info, fail: int = 0) -> "Thing | None":
        if fail:
            raise InvalidError(f"not {info.field_name}", field="fail")
        return thing(f"{self.id}!")

    @strawberry.field
    def sure(self, at: datetime) -> str:
        if at.year > 2100:
            raise InvalidError("too late", field="at")
        return at.isoformat()


def thing(number: str, color: Color = Color.BLUE) -> Thing:
    return Thing(
        id=strawberry.ID(number),
        long_name=None if number.endswith("1") else f"thing {number}",
        color=color,
        made_at=datetime(2026, 1, 2, tzinfo=UTC),
        bad=cast("int", "no number"),
        void=cast("str", None),
        tags=["a", "b"],
    )


@strawberry.type
class Query:
    @strawberry.field
    async def named(self, id: strawberry.ID) -> Named | None:
        return thing(id)

    @strawberry.field
    def thing(self) -> Thing:
        return thing("7")


def built() -> strawberry.Schema:
    return strawberry.Schema(query=Query, types=[Thing])


PLAIN = built()
SCHEMA = built()
call_directly(SCHEMA)
LEAVES = leaves_of(SCHEMA._schema)

DOCUMENTS = [
    "{ thing { color id __typename longName madeAt tags } }",
    "{ thing { z: id a: color below { id longName below(firstFew: 3, color: BLUE) { color } } } }",
    "{ thing { id bad color } }",
    "{ thing { maybe { id void } color } }",
    "{ thing { maybe(fail: 1) { id } color maybe2: maybe { maybe { id } } } }",
    "{ thing { sure(at: $at) id } }",
    """{ named(id: "1") { __typename id ... on Thing { color ...More } } thing { ...More } }
    fragment More on Thing { madeAt below(firstFew: 1) { id } longName }""",
    "{ thing { id @skip(if: $skip) color @include(if: $skip) below { id @skip(if: $skip) } } }",
    "{ thing { below { id bad } id } }",
    '{ named(id: "x") { longName } __typename __schema { queryType { name fields { name } } } }',
]
VALUES = [{"at": "2026-01-01T00:00:00Z", "skip": one} for one in (True, False)]


async def run(schema: strawberry.Schema, document: Any, values: Any, **more: Any) -> Any:
    result = execute(
        schema._schema,
        document,
        variable_values=values,
        is_awaitable=cast("Any", optimized_is_awaitable),
        operation_extensions=None,
        **more,
    )
    result = await result if isawaitable(result) else result
    assert isinstance(result, ExecutionResult)
    errors = [dict(error.formatted) for error in result.errors or ()]
    return result.data, errors, result.data and list(walk(result.data))


def walk(data: Any) -> Iterator[str]:
    """Names of fields in their order."""
    if isinstance(data, dict):
        for name, value in data.items():
            yield name
            yield from walk(value)
    elif isinstance(data, list):
        yield from itertools.chain.from_iterable(map(walk, data))


@pytest.mark.parametrize("text", DOCUMENTS)
async def test_the_answer_is_that_of_the_library(text: str) -> None:
    given = "query ($at: DateTime!, $skip: Boolean!) " if "$" in text else "query "
    document = parse(given + text)
    collected: Collected | None = None if "@" in text else {}
    for values in VALUES * 2:
        expected = await run(PLAIN, document, values, executor_class=PLAIN.execution_context_class)
        found = await run(
            SCHEMA,
            document,
            values,
            executor_class=Executor,
            leaves=LEAVES,
            collected=collected,
        )
        assert found == expected
    assert collected is None or collected


def test_attributes_take_the_short_way_and_nothing_else_does() -> None:
    assert set(LEAVES["Thing"]) == {"id", "longName", "color", "madeAt", "bad", "void"}
    assert LEAVES["Query"] == {}
    fields = SCHEMA._schema.query_type.fields  # type: ignore[union-attr]
    assert fields["named"].resolve.__module__ == "backend.graphql.transport.executor"
