"""Trusted documents: the app's operations by the SHA-256 of their text, and no others.

``make documents`` reads the operations of the app, each in a file of its own, checks them against
the schema and writes ``documents.json``. Versions of the app that people still carry know the
documents of their day: ``python -m mobile_bff.documents --release 1.4.0`` keeps those of a release
under ``shipped/``, and they are answered as long as the file is there.
"""

import hashlib
import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

from graphql import GraphQLSchema, OperationDefinitionNode, OperationType, parse, validate

from backend.graphql.transport import limits
from domain.errors import InvalidError

HERE = Path(__file__).parent
WRITTEN = HERE / "documents.json"
SHIPPED = HERE / "shipped"
OPERATIONS = HERE.parent / "apps" / "mobile" / "src" / "api" / "operations"


def id_of(text: str) -> str:
    """Name of a document: the SHA-256 of its file, to the letter."""
    return hashlib.sha256(text.encode()).hexdigest()


def build(texts: Mapping[str, str], schema: GraphQLSchema) -> dict[str, str]:
    """Documents by id, out of the files of the app's operations by their names.

    Raises
    ------
    InvalidError
        DOCUMENT_INVALID: one does not fit the schema, or is not one query or mutation.
    """
    found = {}
    for name, text in sorted(texts.items()):
        node = parse(text, max_tokens=limits.MOST_TOKENS)
        limits.check_shape(node)
        faults = [fault.message for fault in validate(schema, node)]
        kinds = [
            one.operation for one in node.definitions if isinstance(one, OperationDefinitionNode)
        ]
        if len(kinds) != 1 or kinds[0] is OperationType.SUBSCRIPTION:
            faults.append("a file holds one query or mutation")
        if faults:
            raise InvalidError(f"{name}: {'; '.join(faults)}", code="DOCUMENT_INVALID", field=name)
        found[id_of(text)] = text
    return found


def read_operations(directory: Path = OPERATIONS) -> dict[str, str]:
    """Files of operations by name."""
    return {path.name: path.read_text() for path in sorted(directory.glob("*.graphql"))}


def load(files: Iterable[Path] | None = None) -> dict[str, str]:
    """Documents that are answered: those of today and those that were shipped."""
    found: dict[str, str] = {}
    for path in files or [*sorted(SHIPPED.glob("*.json")), WRITTEN]:
        found |= json.loads(path.read_text())
    return found


def main(arguments: list[str]) -> None:
    """Write the documents; with ``--release VERSION`` keep them for that version, too."""
    from backend.graphql.schema import schema  # noqa: PLC0415 - only the builder needs it

    found = build(read_operations(), schema._schema)  # noqa: SLF001 - strawberry wraps it
    text = json.dumps(found, indent=1, sort_keys=True) + "\n"
    WRITTEN.write_text(text)
    if arguments[:1] == ["--release"]:
        SHIPPED.mkdir(exist_ok=True)
        (SHIPPED / f"{arguments[1]}.json").write_text(text)


if __name__ == "__main__":
    main(sys.argv[1:])
