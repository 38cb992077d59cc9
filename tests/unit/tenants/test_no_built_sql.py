"""SQL is written, never built out of values.

Row security cannot stop injected SQL, since the app may name any tenant. So a string that is SQL,
or is given to something that runs SQL, may be put together

- at import, when there is no input yet;
- in a function that takes ints and bools only, since mypy keeps text out of those;
- elsewhere from constants named in upper case and from ``int(...)``.

Everything else is bound.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PACKAGES = ("tenants", "backend", "ingestion", "integrations", "mobile_bff", "runtime")
RUNS_SQL = frozenset(
    {
        "copy_records_to_table",
        "cursor",
        "exec_driver_sql",
        "execute",
        "executemany",
        "fetch",
        "fetchmany",
        "fetchrow",
        "fetchval",
        "literal_column",
        "prepare",
        "scalar",
        "scalars",
        "stream",
        "stream_scalars",
        "text",
    }
)
EXEMPT = {
    "backend/migrations": "migrations are run by the owner and take no input",
    "tenants/row_security.py": "statements of migrations, about tables named in migrations",
    "runtime/roles.py": "CREATE ROLE and CREATE DATABASE take no bound values; it quotes its own",
}
LOOKS_LIKE_SQL = re.compile(
    r"\s*(SELECT|INSERT\s+INTO|UPDATE\s+\S+\s+SET|DELETE\s+FROM|WITH\s+\S+\s+AS|SET\s+(LOCAL|ROLE)"
    r"|CREATE\s|ALTER\s|DROP\s|GRANT\s|REVOKE\s|TRUNCATE|MERGE\s+INTO|COPY\s|LOCK\s+TABLE)\b"
)


def _is_harmless(part: ast.expr) -> bool:
    """Whether ``part`` can hold no SQL that is not in this source: see above."""
    match part:
        case ast.Constant() | ast.Call(func=ast.Name(id="int")):
            harmless = True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            harmless = name.isupper()
        case ast.FormattedValue(value=value):
            harmless = _is_harmless(value)
        case ast.JoinedStr(values=values):
            harmless = all(_is_harmless(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            harmless = _is_harmless(left) and _is_harmless(right)
        case _:
            harmless = False
    return harmless


def _takes_text(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether anything but ints and bools comes in."""
    given = function.args
    arguments = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    numbers = all(
        isinstance(argument.annotation, ast.Name) and argument.annotation.id in {"int", "bool"}
        for argument in arguments
    )
    return not arguments or not numbers or bool(given.vararg or given.kwarg)


def _built(expression: ast.expr) -> Iterator[tuple[ast.expr, str]]:
    """Strings that are put together inside ``expression``, with how their text begins."""
    for node in ast.walk(expression):
        match node:
            case ast.JoinedStr(values=[ast.Constant(value=str(start)), *_]):
                yield node, start
            case ast.JoinedStr():
                yield node, ""
            case ast.BinOp(left=ast.Constant(value=str(start)), op=ast.Mod() | ast.Add()):
                yield node, start
            case ast.Call(func=ast.Attribute(value=ast.Constant(value=str(start)), attr="format")):
                yield node, start


def _offences(source: str) -> Iterator[int]:
    """Lines of ``source`` that build SQL."""
    functions = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _takes_text(node)
    ]
    nodes = {node: None for function in functions for node in ast.walk(function)}
    given: set[ast.expr] = set()
    for call in (node for node in nodes if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", None))
        if name in RUNS_SQL and call.args:
            given |= {built for built, _ in _built(call.args[0])}
    for node in nodes:
        for built, start in _built(node) if isinstance(node, ast.expr) else ():
            is_sql = built in given or LOOKS_LIKE_SQL.match(start)
            if built is node and is_sql and not _is_harmless(built):
                yield built.lineno


def _sources() -> list[Path]:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return [
        file
        for file in files
        if not any(str(file.relative_to(ROOT)).startswith(place) for place in EXEMPT)
    ]


def test_no_sql_is_built_from_values() -> None:
    sources = _sources()
    assert len(sources) > 20
    found = [
        f"{file.relative_to(ROOT)}:{line}"
        for file in sources
        for line in _offences(file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_every_exemption_is_still_there() -> None:
    assert [place for place in EXEMPT if not (ROOT / place).exists()] == []


@pytest.mark.parametrize(
    "bad",
    [
        'session.execute(text(f"SELECT * FROM site WHERE name = {name}"))',
        'statement = f"SELECT {column} FROM site"',
        'connection.fetch("SELECT * FROM site WHERE id = %s" % site)',
        'connection.fetch("SELECT * FROM site WHERE id = {}".format(site))',
        'connection.execute("SET LOCAL app.tenant_id = " + tenant)',
        'session.execute(text(f"{start} FROM site"))',
        'query = "DELETE FROM " + table',
        "text(f\"SET LOCAL app.tenant_id = '{scope.tenant_id}'\")",
    ],
)
def test_the_rule_finds(bad: str) -> None:
    assert list(_offences(f"async def one(name: str) -> None:\n    {bad}")) != []


@pytest.mark.parametrize(
    "good",
    [
        'session.execute(text("SELECT 1"), {"name": name})',
        'session.execute(select(Site).where(Site.name == f"x{name}"))'.replace(
            'f"x{name}"', "name"
        ),
        "text(f\"SET LOCAL app.tenant_id = '{int(scope.tenant_id)}'\")",
        'statement = f"SELECT {COLUMNS} FROM site"',
        'connection.fetch(f"SELECT {wire.COLUMNS} FROM site WHERE id = $1", site)',
        'raise NotFoundError(f"Select one of {names}")',
    ],
)
def test_the_rule_allows(good: str) -> None:
    assert list(_offences(f"async def one(name: str) -> None:\n    {good}")) == []


def test_the_rule_allows_numbers_and_import_time() -> None:
    assert (
        list(_offences('def wave(hour: int) -> str:\n    return f"SELECT {name(hour)} FROM t"'))
        == []
    )
    assert list(_offences('WRITE = f"SELECT {names} FROM t"')) == []
    assert list(_offences('def wave(h: str) -> str:\n    return f"SELECT {name(h)} FROM t"')) == [2]
