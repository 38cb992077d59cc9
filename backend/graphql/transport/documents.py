"""Documents that were seen before cost no parsing and no validation.

What may be known before a document runs is found once and kept with it: its operations, and the
terms from which each request's cost is counted.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    NoSchemaIntrospectionCustomRule,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from backend.graphql.transport import errors, limits
from backend.graphql.transport.cost import CostPlan, plans
from backend.graphql.transport.errors import Errors
from backend.graphql.transport.executor import Collected
from domain.errors import LimitError

MOST_CHARACTERS_KEPT = 4 * 2**20
MOST_ERRORS = 20


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document."""

    kind: OperationType
    plan: CostPlan


@dataclass(frozen=True, slots=True)
class Document:
    """A document that may run."""

    node: DocumentNode
    operations: Mapping[str | None, Operation]
    collected: Collected | None = None
    """What the executor found selected in it; none where directives may change that."""

    def operation(self, name: str | None) -> Operation | None:
        """Operation of that name; without a name the only one."""
        if name is None:
            return next(iter(self.operations.values())) if len(self.operations) == 1 else None
        return self.operations.get(name)


@dataclass(frozen=True, slots=True)
class BadDocument:
    """A document that may not run, and why."""

    errors: Errors


class Documents:
    """Reads documents, and remembers those used of late; bounded by the length of their texts."""

    def __init__(
        self,
        schema: GraphQLSchema,
        *,
        introspection: bool = True,
        most_characters: int = MOST_CHARACTERS_KEPT,
    ) -> None:
        self._schema = schema
        self._rules = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)
        if not introspection:
            self._rules = (*self._rules, NoSchemaIntrospectionCustomRule)
        self._most = most_characters
        self._characters = 0
        self._known: OrderedDict[str, Document | BadDocument] = OrderedDict()

    def read(self, text: str) -> Document | BadDocument:
        """The document of that text."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        known = self._read(text)
        self._known[text] = known
        self._characters += len(text)
        while self._characters > self._most:
            forgotten, _ = self._known.popitem(last=False)
            self._characters -= len(forgotten)
        return known

    def _read(self, text: str) -> Document | BadDocument:
        try:
            node = parse(text, max_tokens=limits.MOST_TOKENS)
        except GraphQLError as error:
            code = limits.TOKENS if limits.is_token_limit(error) else errors.SYNTAX
            return BadDocument(errors.of_document([error], code))
        except RecursionError:
            return BadDocument([errors.plain("the document nests too deeply", limits.DEPTH)])
        try:
            limits.check_shape(node)
            found = validate(self._schema, node, self._rules, max_errors=MOST_ERRORS)
            if found:
                return BadDocument(errors.of_document(found, errors.INVALID))
            operations = plans(self._schema, node)
        except LimitError as error:
            return BadDocument([errors.of_balance(error)])
        return Document(
            node,
            {name: Operation(kind, plan) for name, (kind, plan) in operations.items()},
            None if "@" in text else {},
        )
