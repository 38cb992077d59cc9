"""docs/errors.md lists every code that the product answers with, and no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "domain",
    "analytics",
    "tenants",
    "backend",
    "ingestion",
    "mobile_bff",
    "simulator",
    "runtime",
)
CODE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
# Words of other kinds in the same writing.
NO_CODES = {
    "CHOOSE_ANOTHER",
    "CHOOSE_ONE",
    "CLIENT_ID",
    "CLIENT_SECRET",
    "INVALID_ARGUMENT",
    "OPENBLAS_NUM_THREADS",
    "PG_VERSION",
    "QUOTA_EXCEEDED",
    "RESOURCE_EXHAUSTED",
    "SC_OPEN_MAX",
}
ENVIRONMENT = "BALANCE_"


def codes_in(tree: ast.Module) -> Iterator[str]:
    """Codes in quotes anywhere, and single words where they are said to be a code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if CODE.fullmatch(node.value):
                yield node.value
        elif isinstance(node, ast.keyword) and node.arg == "code":
            yield from _word(node.value)
        elif isinstance(node, ast.ClassDef):
            for line in node.body:
                target = line.targets[0] if isinstance(line, ast.Assign) else None
                target = line.target if isinstance(line, ast.AnnAssign) else target
                if isinstance(target, ast.Name) and target.id == "code":
                    assert isinstance(line, ast.Assign | ast.AnnAssign)
                    yield from _word(line.value)


def _word(value: ast.expr | None) -> Iterator[str]:
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value


def codes_of_the_product() -> set[str]:
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            found |= set(codes_in(ast.parse(path.read_text())))
    return {code for code in found - NO_CODES if not code.startswith(ENVIRONMENT)}


def test_every_code_is_explained() -> None:
    page = (ROOT / "docs/errors.md").read_text()
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.+) \|$", page, re.MULTILINE)
    listed = [code for code, _ in rows]
    assert sorted(set(codes_of_the_product()) - set(listed)) == []
    assert sorted(set(listed) - codes_of_the_product()) == []
    assert len(listed) == len(set(listed))
