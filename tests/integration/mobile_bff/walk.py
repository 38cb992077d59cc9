"""Every way through the schema: documents along each path of fields, with arguments that fit."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_non_null_type,
)
from strawberry.types.field import StrawberryField

from backend.graphql.transport.executor import DEFINITION

MOST_WAYS = 3
"""Ways in which one type is gone on from, for each of the ids."""

Fields = Mapping[str, GraphQLField]


@dataclass(frozen=True)
class Values:
    """What arguments are filled with."""

    ids: Sequence[str]
    start: str
    end: str

    def of(self, name: str, kind: object, chosen: str) -> str:
        """Literal that fits an argument; ids are the chosen one."""
        if isinstance(kind, GraphQLNonNull):
            return self.of(name, kind.of_type, chosen)
        if isinstance(kind, GraphQLList):
            return f"[{self.of(name, kind.of_type, chosen)}]"
        if isinstance(kind, GraphQLInputObjectType):
            inner = (
                f"{key}: {self.of(key, one.type, chosen)}"
                for key, one in kind.fields.items()
                if is_non_null_type(one.type) or _is_id(one.type)
            )
            return "{" + ", ".join(inner) + "}"
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        return {
            "ID": f'"{chosen}"',
            "String": f'"{"Region/City/House 1" if name == "path" else "2"}"',
            "Int": "1",
            "Float": "1",
            "Boolean": "true",
            "Decimal": '"1"',
            "Date": f'"{self.start[:10]}"',
            "DateTime": f'"{self.start if name == "from" else self.end}"',
            "Duration": '"P1D"' if name == "step" else '"PT1H"',
        }[kind.name]  # type: ignore[attr-defined]


def _is_id(kind: object) -> bool:
    return getattr(get_named_type(kind), "name", "") == "ID"  # type: ignore[call-overload]


def paths(schema: GraphQLSchema, values: Values) -> Iterator[str]:
    """Queries, one along each path from the root: shortest first, each type in several ways."""
    assert schema.query_type is not None
    for chosen in values.ids:
        met: Counter[str] = Counter()
        waiting: deque[tuple[GraphQLObjectType, str]] = deque([(schema.query_type, "")])
        while waiting:
            kind, around = waiting.popleft()
            for one, opening, closing in _steps(schema, kind, values, chosen):
                for leaves in _leaves(one.fields, values, chosen):
                    yield f"query {{ {around}{opening}{leaves}{closing}{_closed(around)} }}"
                met[one.name] += 1
                if met[one.name] <= MOST_WAYS:
                    waiting.append((one, f"{around}{opening}"))


def _steps(
    schema: GraphQLSchema, kind: GraphQLObjectType, values: Values, chosen: str
) -> Iterator[tuple[GraphQLObjectType, str, str]]:
    """Objects that a type's fields lead to, and how they are opened and closed."""
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        if is_leaf_type(inner):
            continue
        call = f"{name}{_arguments(field.args, values, chosen)}"
        if isinstance(inner, GraphQLObjectType):
            yield inner, f"{call} {{ ", " }"
        elif isinstance(inner, GraphQLInterfaceType):
            for one in schema.get_possible_types(inner):
                yield one, f"{call} {{ ... on {one.name} {{ ", " } }"


def _closed(around: str) -> str:
    return " }" * (around.count("{") - around.count("}"))


def _leaves(fields: Fields, values: Values, chosen: str) -> Iterator[str]:
    """What is known of an object at once, and each leaf that is asked for by itself."""
    plain = ["__typename"]
    for name, field in fields.items():
        if is_leaf_type(get_named_type(field.type)):
            definition = field.extensions.get(DEFINITION)
            if isinstance(definition, StrawberryField) and definition.is_basic_field:
                plain.append(name)
            else:
                yield f"{name}{_arguments(field.args, values, chosen)}"
    yield " ".join(plain)


def _arguments(args: Mapping[str, GraphQLArgument], values: Values, chosen: str) -> str:
    given = [
        f"{name}: {values.of(name, one.type, chosen)}"
        for name, one in args.items()
        if (is_non_null_type(one.type) and _has_no_default(one)) or _is_id(one.type)
    ]
    return f"({', '.join(given)})" if given else ""


def _has_no_default(one: GraphQLArgument) -> bool:
    return repr(one.default_value) == "Undefined"


def mutations(schema: GraphQLSchema, values: Values) -> Iterator[tuple[str, str]]:
    """Every mutation that names something by id, with each of the ids: its name and text."""
    assert schema.mutation_type is not None
    for name, field in schema.mutation_type.fields.items():
        for chosen in values.ids:
            call = f"{name}{_everything(field.args, values, chosen)}"
            if f'"{chosen}"' not in call:
                continue
            kind = get_named_type(field.type)
            assert isinstance(kind, GraphQLObjectType)
            errors = "errors { code }" if "errors" in kind.fields else ""
            yield name, f"mutation {{ {call} {{ __typename {errors} }} }}"


def _everything(args: Mapping[str, GraphQLArgument], values: Values, chosen: str) -> str:
    given = [f"{name}: {values.of(name, one.type, chosen)}" for name, one in args.items()]
    return f"({', '.join(given)})" if given else ""
