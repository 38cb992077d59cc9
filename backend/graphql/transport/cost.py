"""What an operation would read, counted before it runs: objects, and hours of series.

A plan made once from the document holds the terms, each request's variables give them values.
Lists without a length of their own are not foreseen; what they multiply is counted while the
request runs (`Context.spend`).
"""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLInterfaceType,
    GraphQLNamedOutputType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    NamedTypeNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    StringValueNode,
    VariableNode,
    get_named_type,
    is_composite_type,
)

from domain.errors import LimitError

COST = "COST_LIMIT"
MOST_OBJECTS = 20_000
MOST_SERIES_HOURS = 2_000_000

OBJECTS_PER_UNIT = 1_000
HOURS_PER_UNIT = 10_000

_FIXED_HOURS = {"monthToDate": 24 * 62}
"""Fields that read series without saying from when to when."""


class Variable(NamedTuple):
    """A value that each request gives, or else the document's default."""

    name: str
    default: object


Value = Variable | int | str | None
Factors = tuple[Value, ...]
"""Lengths of the pages that a field stands in."""


class Span(NamedTuple):
    """Hours that a field reads, as often as its factors say."""

    start: Value
    end: Value
    factors: Factors


@dataclass(frozen=True, slots=True)
class Cost:
    """What one request would read."""

    objects: int
    hours: int

    @property
    def units(self) -> int:
        """Part of the tenant's budget that it takes; a small request takes one."""
        return 1 + self.objects // OBJECTS_PER_UNIT + self.hours // HOURS_PER_UNIT


@dataclass(frozen=True, slots=True)
class CostPlan:
    """The terms of an operation's cost, equal ones together."""

    objects: tuple[tuple[Factors, int], ...]
    spans: tuple[tuple[Span, int], ...]
    hours: tuple[tuple[Factors, int], ...]

    def cost(self, variables: Mapping[str, Any]) -> Cost:
        """Cost with these variables.

        Raises
        ------
        LimitError
            COST_LIMIT, when it is more than one request may read.
        """
        objects = sum(count * _product(factors, variables) for factors, count in self.objects)
        hours = sum(count * _product(factors, variables) for factors, count in self.hours)
        for span, count in self.spans:
            hours += count * _length(span, variables) * _product(span.factors, variables)
        if objects > MOST_OBJECTS:
            raise LimitError(
                f"the request would read {objects} objects, and {MOST_OBJECTS} is the most;"
                " ask for shorter pages",
                code=COST,
            )
        if hours > MOST_SERIES_HOURS:
            raise LimitError(
                f"the request would read {hours} hours of series, and {MOST_SERIES_HOURS} is the"
                " most; ask for fewer series or a shorter time",
                code=COST,
            )
        return Cost(objects, hours)


def plans(
    schema: GraphQLSchema, document: DocumentNode
) -> dict[str | None, tuple[OperationType, CostPlan]]:
    """Plan of every operation of a valid document."""
    fragments = {
        definition.name.value: definition
        for definition in document.definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    found: dict[str | None, tuple[OperationType, CostPlan]] = {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            planner = _Planner(schema, fragments, _defaults(definition))
            if root is not None:
                planner.visit(root, definition.selection_set, ())
            name = definition.name.value if definition.name else None
            found[name] = (definition.operation, planner.plan())
    return found


class _Planner:
    """Walks an operation by its types."""

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        defaults: Mapping[str, object],
    ) -> None:
        self._schema, self._fragments, self._defaults = schema, fragments, defaults
        self._objects: Counter[Factors] = Counter()
        self._spans: Counter[Span] = Counter()
        self._hours: Counter[Factors] = Counter()

    def plan(self) -> CostPlan:
        return CostPlan(
            tuple(self._objects.items()), tuple(self._spans.items()), tuple(self._hours.items())
        )

    def visit(
        self, parent: GraphQLNamedOutputType, selections: SelectionSetNode, factors: Factors
    ) -> None:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                self._visit_field(parent, selection, factors)
                continue
            fragment: FragmentDefinitionNode | InlineFragmentNode | None = None
            if isinstance(selection, FragmentSpreadNode):
                fragment = self._fragments[selection.name.value]
            elif isinstance(selection, InlineFragmentNode):
                fragment = selection
            if fragment is not None:
                self.visit(self._kind(fragment, parent), fragment.selection_set, factors)

    def _kind(
        self, fragment: FragmentDefinitionNode | InlineFragmentNode, parent: GraphQLNamedOutputType
    ) -> GraphQLNamedOutputType:
        """Type that a fragment is about."""
        condition: NamedTypeNode | None = fragment.type_condition
        kind = None if condition is None else self._schema.get_type(condition.name.value)
        return kind if is_composite_type(kind) else parent

    def _visit_field(
        self, parent: GraphQLNamedOutputType, node: FieldNode, factors: Factors
    ) -> None:
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
            return
        definition = parent.fields.get(node.name.value)
        if definition is None:
            return
        arguments = definition.args
        if "from" in arguments and "to" in arguments:
            start, end = (self._value(node, name, arguments[name]) for name in ("from", "to"))
            self._spans[Span(start, end, factors)] += 1
        hours = _FIXED_HOURS.get(node.name.value)
        if hours:
            self._hours[factors] += hours
        if "first" in arguments:
            factors = (*factors, self._value(node, "first", arguments["first"]))
        kind = get_named_type(definition.type)
        if node.selection_set and is_composite_type(kind):
            self._objects[factors] += 1
            self.visit(kind, node.selection_set, factors)

    def _value(self, node: FieldNode, name: str, argument: GraphQLArgument) -> Value:
        for given in node.arguments or ():
            if given.name.value == name:
                value = given.value
                if isinstance(value, VariableNode):
                    return Variable(value.name.value, self._defaults.get(value.name.value))
                if isinstance(value, IntValueNode):
                    return int(value.value)
                return value.value if isinstance(value, StringValueNode) else None
        default = argument.default_value
        return default if isinstance(default, int | str) else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, object]:
    found: dict[str, object] = {}
    for definition in operation.variable_definitions or ():
        default = definition.default_value
        if isinstance(default, IntValueNode):
            found[definition.variable.name.value] = int(default.value)
        elif isinstance(default, StringValueNode):
            found[definition.variable.name.value] = default.value
    return found


def _given(value: Value, variables: Mapping[str, Any]) -> object:
    if isinstance(value, Variable):
        return variables.get(value.name, value.default)
    return value


def _product(factors: Factors, variables: Mapping[str, Any]) -> int:
    """Times that a field is resolved; a length that is none is refused where it is used."""
    product = 1
    for factor in factors:
        length = _given(factor, variables)
        product *= max(1, length) if isinstance(length, int) else 1
    return product


def _length(span: Span, variables: Mapping[str, Any]) -> int:
    """Hours from start to end; 0 for what is no time, which the field itself refuses."""
    start, end = _given(span.start, variables), _given(span.end, variables)
    if not isinstance(start, str) or not isinstance(end, str):
        return 0
    try:
        length = datetime.fromisoformat(end) - datetime.fromisoformat(start)
    except (ValueError, TypeError):
        return 0
    return max(0, math.ceil(length / timedelta(hours=1)))
