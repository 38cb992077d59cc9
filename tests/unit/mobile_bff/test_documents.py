"""Trusted documents are what the app's operations say, and every one of them fits the schema."""

import hashlib
import json

import pytest

from backend.graphql.schema import schema
from domain.errors import InvalidError
from mobile_bff import documents

CORE = schema._schema
GOOD = "query Good { viewer { tenant { name } } }\n"


def test_what_is_written_is_what_the_app_asks() -> None:
    built = documents.build(documents.read_operations(), CORE)
    assert json.loads(documents.WRITTEN.read_text()) == built, "run `make documents`"


def test_a_document_is_known_by_its_text_to_the_letter() -> None:
    (one,) = documents.build({"Good.graphql": GOOD}, CORE).items()
    assert one == (hashlib.sha256(GOOD.encode()).hexdigest(), GOOD)


@pytest.mark.parametrize(
    "text",
    [
        "query Bad { viewer { nothing } }",
        "subscription S { commandChanged { id } }",
        "query A { __typename } query B { __typename }",
        "fragment F on Site { id }",
    ],
)
def test_what_does_not_fit_is_not_written(text: str) -> None:
    with pytest.raises(InvalidError):
        documents.build({"Bad.graphql": text}, CORE)
