"""The shape of a document that may run at all: its length, depth and repetitions.

Shape is judged on the text alone and before validation, whose own cost grows with the square of
what is repeated.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from domain.errors import LimitError

MOST_TOKENS = 4000
MOST_DEPTH = 16
MOST_INTROSPECTION_DEPTH = 24
MOST_FIELDS = 2000
"""Fields with every fragment spelled out wherever it is spread."""
MOST_ALIASES = 100
MOST_REPEATS = 25
"""How often one selection may name the same response key."""
MOST_FRAGMENTS = 50
MOST_OPERATIONS = 20

TOKENS = "TOKEN_LIMIT"
DEPTH = "DEPTH_LIMIT"
FIELDS = "FIELD_LIMIT"
ALIASES = "ALIAS_LIMIT"

_INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True, slots=True)
class Shape:
    """What a selection amounts to, with its fragments spelled out."""

    depth: int = 0
    introspection_depth: int = 0
    fields: int = 0

    def beside(self, other: "Shape") -> "Shape":
        """Both, one after the other."""
        return Shape(
            max(self.depth, other.depth),
            max(self.introspection_depth, other.introspection_depth),
            self.fields + other.fields,
        )


def is_token_limit(error: GraphQLError) -> bool:
    """Whether the parser gave up for the length of the document."""
    return f"more than {MOST_TOKENS} tokens" in error.message


def check_shape(document: DocumentNode) -> None:
    """Refuse a document that is too deep or repeats too much.

    Raises
    ------
    LimitError
        DEPTH_LIMIT, FIELD_LIMIT or ALIAS_LIMIT.
    """
    operations, fragments = [], {}
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            operations.append(definition)
        elif isinstance(definition, FragmentDefinitionNode):
            fragments[definition.name.value] = definition
    _at_most("operations", len(operations), MOST_OPERATIONS, FIELDS)
    _at_most("fragments", len(fragments), MOST_FRAGMENTS, FIELDS)
    aliases = 0
    for selections in _selection_sets(document):
        aliases += _aliases(selections)
    _at_most("aliases", aliases, MOST_ALIASES, ALIASES)
    measure = _Measure(fragments)
    for operation in operations:
        shape = measure.of(operation.selection_set)
        _at_most("levels", shape.depth, MOST_DEPTH, DEPTH)
        _at_most(
            "levels of introspection", shape.introspection_depth, MOST_INTROSPECTION_DEPTH, DEPTH
        )
        _at_most("fields", shape.fields, MOST_FIELDS, FIELDS)


def _at_most(what: str, found: int, most: int, code: str) -> None:
    if found > most:
        raise LimitError(f"a document may have at most {most} {what}, not {found}", code=code)


def _selection_sets(document: DocumentNode) -> Iterator[SelectionSetNode]:
    waiting = [
        definition.selection_set
        for definition in document.definitions
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode)
    ]
    while waiting:
        selections = waiting.pop()
        yield selections
        waiting.extend(
            selection.selection_set
            for selection in selections.selections
            if isinstance(selection, FieldNode | InlineFragmentNode) and selection.selection_set
        )


def _aliases(selections: SelectionSetNode) -> int:
    """Aliases of one selection; what it repeats too often is refused."""
    named: Counter[str] = Counter()
    aliases = 0
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            aliases += selection.alias is not None
            named[(selection.alias or selection.name).value] += 1
        elif isinstance(selection, FragmentSpreadNode):
            named[f"...{selection.name.value}"] += 1
        else:
            named["..."] += 1
    if named:
        _at_most("repetitions of a field", max(named.values()), MOST_REPEATS, ALIASES)
    return aliases


class _Measure:
    """Measures selections; every fragment once, however often it is spread."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Shape] = {}

    def of(self, selections: SelectionSetNode) -> Shape:
        shape = Shape()
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                shape = shape.beside(self._of_field(selection))
            elif isinstance(selection, InlineFragmentNode):
                shape = shape.beside(self.of(selection.selection_set))
            elif isinstance(selection, FragmentSpreadNode):
                shape = shape.beside(self._of_fragment(selection.name.value))
        return shape

    def _of_field(self, field: FieldNode) -> Shape:
        below = self.of(field.selection_set) if field.selection_set else Shape()
        if field.name.value in _INTROSPECTION:
            return Shape(1, below.depth + 1, below.fields + 1)
        return Shape(below.depth + 1, below.introspection_depth, below.fields + 1)

    def _of_fragment(self, name: str) -> Shape:
        known = self._known.get(name)
        if known is None:
            # A fragment inside itself measures as nothing here; validation refuses it.
            self._known[name] = Shape()
            fragment = self._fragments.get(name)
            known = Shape() if fragment is None else self.of(fragment.selection_set)
            self._known[name] = known
        return known
