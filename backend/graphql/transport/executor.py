"""The executor of queries: the library's own, with a short way for what most fields are.

Most fields are attributes of the object above them: their values are read and encoded at once,
without the path, the position and the wrappers that only a resolver could ask for. A field whose
resolver takes plain arguments is called directly. Whatever is unusual, and every error, goes the
library's way.
"""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any, NamedTuple, cast

from graphql import (
    GraphQLField,
    GraphQLLeafType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLResolveInfo,
    GraphQLSchema,
    Undefined,
    is_leaf_type,
    is_non_null_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from backend.graphql.scalars import packed

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

FieldDetailsList = list[FieldDetails]
Collected = dict[tuple[str, tuple[int, ...]], tuple[FieldDetailsList, CollectedFields]]
"""What is selected below some field nodes of one document, for each type found there."""


class Leaf(NamedTuple):
    """A field that is an attribute, and how its value is encoded."""

    attribute: str
    encode: Callable[[Any], Any]
    nullable: bool


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes one operation."""

    def __init__(
        self,
        *args: Any,  # noqa: ANN401 - what the library gives its executors
        leaves: Mapping[str, Mapping[str, Leaf]],
        collected: Collected | None = None,
        **kwargs: Any,  # noqa: ANN401
    ) -> None:
        super().__init__(*args, **kwargs)
        self._leaves = leaves
        self._collected = collected

    def execute_fields(
        self,
        parent_type: GraphQLObjectType,
        source_value: Any,  # noqa: ANN401 - whatever a resolver returned
        path: Path | None,
        grouped_field_set: dict[str, FieldDetailsList],
        position_context: Any,  # noqa: ANN401
    ) -> Any:  # noqa: ANN401 - the fields, or something to await them
        """Execute the fields of one object: attributes at once, the others as ever."""
        leaves = self._leaves[parent_type.name]
        found: dict[str, Any] = {}
        others: dict[str, FieldDetailsList] = {}
        for name, details in grouped_field_set.items():
            leaf = leaves.get(details[0].node.name.value)
            value = Undefined if leaf is None else _read(leaf, source_value)
            if value is Undefined:
                others[name] = details
            found[name] = value
        if not others:
            return found
        rest = super().execute_fields(parent_type, source_value, path, others, position_context)
        if isinstance(rest, dict):
            found.update(rest)
            return found
        return _with(found, rest)

    def collect_subfields(
        self, return_type: GraphQLObjectType, field_details_list: FieldDetailsList
    ) -> CollectedFields:
        """Fields selected below some nodes: the same for every request for the document."""
        if self._collected is None:
            return super().collect_subfields(return_type, field_details_list)
        key = return_type.name, tuple([id(details.node) for details in field_details_list])
        known = self._collected.get(key)
        if known is None:
            fields = super().collect_subfields(return_type, field_details_list)
            # the list is kept since it keeps its nodes, whose ids are the key
            known = self._collected[key] = (field_details_list, fields)
        return known[1]


def _read(leaf: Leaf, source: object) -> Any:  # noqa: ANN401 - what JSON can hold
    """Encoded value of an attribute; undefined where the library must see to it."""
    try:
        value = getattr(source, leaf.attribute)
        if value is None:
            return None if leaf.nullable else Undefined
        encoded = leaf.encode(value)
    except Exception:  # noqa: BLE001 - it happens again where errors are located and told
        return Undefined
    return Undefined if encoded is None else encoded


async def _with(found: dict[str, Any], rest: Awaitable[Mapping[str, Any]]) -> dict[str, Any]:
    found.update(await rest)
    return found


def leaves_of(schema: GraphQLSchema) -> dict[str, dict[str, Leaf]]:
    """Fields of every object type that are attributes."""
    found: dict[str, dict[str, Leaf]] = {}
    for kind, name, field in _fields(schema):
        leaves = found.setdefault(kind.name, {})
        definition = field.extensions.get(DEFINITION)
        leaf_type = _leaf_type(field.type)
        if (
            leaf_type is not None
            and isinstance(definition, StrawberryField)
            and definition.is_basic_field
            and not field.args
        ):
            leaves[name] = Leaf(
                definition.python_name,
                packed if leaf_type.name == "SeriesArray" else leaf_type.coerce_output_value,
                not is_non_null_type(field.type),
            )
    for name in schema.type_map:
        found.setdefault(name, {})  # also types of introspection
    return found


def _leaf_type(kind: GraphQLOutputType) -> GraphQLLeafType | None:
    """Scalar or enum of a field that is no list."""
    plain = kind.of_type if is_non_null_type(kind) else kind
    return plain if is_leaf_type(plain) else None


def call_directly(schema: Schema) -> None:
    """Let the resolvers that take plain arguments be called without anything in between.

    Scalars and enums arrive converted; only objects of input types need more.
    """
    core = schema._schema  # noqa: SLF001 - the executor works on it, too
    for _, _, field in _fields(core):
        definition = field.extensions.get(DEFINITION)
        if isinstance(definition, StrawberryField) and _is_simple(definition, field):
            field.resolve = _direct(definition, schema)


def _is_simple(definition: StrawberryField, field: GraphQLField) -> bool:
    resolver = definition.base_resolver
    return (
        resolver is not None
        and resolver.self_parameter is not None
        and resolver.parent_parameter is None
        and resolver.root_parameter is None
        and not definition.extensions
        and not definition.is_subscription
        and all(_plain_type(argument.type) for argument in field.args.values())
    )


def _plain_type(kind: Any) -> bool:  # noqa: ANN401 - any input type
    return is_leaf_type(kind.of_type if is_non_null_type(kind) else kind)


def _direct(definition: StrawberryField, schema: Schema) -> Callable[..., Any]:
    resolver = definition.base_resolver
    assert resolver is not None
    call = cast("Callable[..., object]", resolver.wrapped_func)
    info_class = schema.config.info_class
    info_name = None if resolver.info_parameter is None else resolver.info_parameter.name
    names = {
        schema.config.name_converter.from_argument(argument): argument.python_name
        for argument in definition.arguments
    }

    def resolve(source: object, raw: GraphQLResolveInfo[Any], **given: object) -> object:
        values = {names[name]: value for name, value in given.items()}
        if info_name is not None:
            values[info_name] = info_class(_raw_info=raw, _field=definition)
        return call(source, **values)

    return resolve


def _fields(schema: GraphQLSchema) -> Iterator[tuple[GraphQLObjectType, str, GraphQLField]]:
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLObjectType) and not kind.name.startswith("__"):
            for name, field in kind.fields.items():
                yield kind, name, field
