"""Every way through the schema: documents along each path of fields, with arguments that fit."""

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

DEEPEST = 7
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
    """Queries, one along each path from the root; no type is entered twice on one path."""
    assert schema.query_type is not None
    for chosen in values.ids:
        yield from _below(schema, schema.query_type, values, chosen, (), "")


def _below(  # noqa: PLR0917 - where the path is
    schema: GraphQLSchema,
    kind: GraphQLObjectType | GraphQLInterfaceType,
    values: Values,
    chosen: str,
    seen: tuple[str, ...],
    around: str,
) -> Iterator[str]:
    if len(seen) > DEEPEST:
        return
    for name, field in kind.fields.items():
        inner = get_named_type(field.type)
        call = f"{name}{_arguments(field.args, values, chosen)}"
        if is_leaf_type(inner):
            continue
        possible = (
            schema.get_possible_types(inner) if isinstance(inner, GraphQLInterfaceType) else [inner]
        )
        for one in possible:
            assert isinstance(one, GraphQLObjectType)
            if one.name in seen and one.name != "Site":
                continue
            if seen.count(one.name) > 1:
                continue
            spread = f"... on {one.name} " if one is not inner else ""
            leaves = " ".join(_leaves(one.fields, values, chosen)) or "__typename"
            opening = f"{call} {{ {spread}{{ " if spread else f"{call} {{ "
            closing = " } }" if spread else " }"
            yield f"query {{ {around}{opening}{leaves}{closing}{_closed(around)} }}"
            deeper = f"{around}{opening}"
            yield from _below(schema, one, values, chosen, (*seen, one.name), deeper)


def _closed(around: str) -> str:
    return " }" * (around.count("{") - around.count("}"))


def _leaves(fields: Fields, values: Values, chosen: str) -> Iterator[str]:
    for name, field in fields.items():
        if is_leaf_type(get_named_type(field.type)):
            yield f"{name}{_arguments(field.args, values, chosen)}"


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
