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
MOST_PAIRS = 3000
"""Pairs of fields under one response key: validation compares each of them."""
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
    """Refuse a document that is too deep or repeats too much, in whatever no operation reaches too.

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
    for definition in (*operations, *fragments.values()):
        shape = measure.of(definition.selection_set)
        _at_most("levels", shape.depth, MOST_DEPTH, DEPTH)
        _at_most(
            "levels of introspection", shape.introspection_depth, MOST_INTROSPECTION_DEPTH, DEPTH
        )
        _at_most("fields", shape.fields, MOST_FIELDS, FIELDS)
        pairs = _pairs([definition.selection_set], fragments)
        _at_most("pairs of fields with one name", pairs, MOST_PAIRS, ALIASES)


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
    return sum(
        isinstance(selection, FieldNode) and selection.alias is not None
        for selection in selections.selections
    )


def _pairs(merged: list[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]) -> int:
    """Pairs of fields that validation compares where these selections meet, and below."""
    by_key: dict[str, list[SelectionSetNode]] = {}
    counts: Counter[str] = Counter()
    for key, below in _fields_of(merged, fragments):
        counts[key] += 1
        if below is not None:
            by_key.setdefault(key, []).append(below)
    here = sum(count * (count - 1) // 2 for count in counts.values())
    return here + sum(_pairs(below, fragments) for below in by_key.values())


def _fields_of(
    merged: list[SelectionSetNode], fragments: dict[str, FragmentDefinitionNode]
) -> Iterator[tuple[str, SelectionSetNode | None]]:
    """Response keys of selections with their fragments spelled out, and what each selects."""
    for selections in merged:
        for selection in selections.selections:
            if isinstance(selection, FieldNode):
                yield (selection.alias or selection.name).value, selection.selection_set
            elif isinstance(selection, InlineFragmentNode):
                yield from _fields_of([selection.selection_set], fragments)
            elif isinstance(selection, FragmentSpreadNode):
                name = selection.name.value
                if name in fragments:
                    yield from _fields_of([fragments[name].selection_set], fragments)


class _Measure:
    """Measures selections; every fragment once, however often it is spread."""

    def __init__(self, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._known: dict[str, Shape] = {}
        self._open: set[str] = set()

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
            if name in self._open:
                raise LimitError(f"fragment {name} spreads itself without end", code=DEPTH)
            self._open.add(name)
            fragment = self._fragments.get(name)
            known = Shape() if fragment is None else self.of(fragment.selection_set)
            self._open.remove(name)
            self._known[name] = known
        return known
