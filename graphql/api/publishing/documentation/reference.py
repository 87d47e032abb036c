"""Reference of the schema in Markdown: operations with their roles, and types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLType,
    Undefined,
    ast_from_value,
    get_named_type,
    print_ast,
)

from api.core.reading_rights import ROOTS
from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS, Action, Scope

#: Types that every client knows.
_EVERYWHERE = frozenset({"Boolean", "Float", "ID", "Int", "String"})
_KINDS: Mapping[str, type[GraphQLNamedType] | tuple[type[GraphQLNamedType], ...]] = {
    "Objects": (GraphQLObjectType, GraphQLInterfaceType),
    "Inputs": GraphQLInputObjectType,
    "Enums": GraphQLEnumType,
    "Scalars": GraphQLScalarType,
}


def reference(schema: GraphQLSchema) -> str:
    """Return the reference: operations under their coordinates, types under their names."""
    roots = {"Queries": schema.query_type, "Mutations": schema.mutation_type, "Subscriptions": schema.subscription_type}
    parts: list[str] = []
    for title, root in roots.items():
        assert root is not None, title
        parts += [f"## {title}", str(root.description)]
        parts += [part for name, field in root.fields.items() for part in _operation(root.name, name, field)]
    types = [kind for name, kind in schema.type_map.items() if not name.startswith("__") and name not in _EVERYWHERE]
    for title, kinds in _KINDS.items():
        parts.append(f"## {title}")
        section = [kind for kind in types if isinstance(kind, kinds) and kind not in roots.values()]
        parts += [part for kind in section for part in _type(kind)]
    return "\n\n".join(parts) + "\n"


def _operation(root: str, name: str, field: GraphQLField) -> Iterator[str]:
    yield f"### {root}.{name}"
    yield _described(field)
    yield f"Answers {_linked(field.type)}. {_who(name)}"
    if field.args:
        yield _table(("Argument", "Type", "What it is"), (_input_row(*item) for item in field.args.items()))


def _who(name: str) -> str:
    """Return the roles that may use a root field, from the tables of rights."""
    action = next((action for action, names in ROOTS.items() if action and name in names.split()), None)
    if action is None and name in set(Action):
        action = Action(name)
    if action is None:
        return "Roles: all."
    reaches = [
        f"`{role.name}`" + ("" if scope is Scope.ANYWHERE else f" ({scope.value})")
        for role, scope in RIGHTS[action].items()
        if role is not Role.SYSTEM
    ]
    return f"Roles: {', '.join(reaches)}."


def _type(kind: GraphQLNamedType) -> Iterator[str]:
    yield f"### {kind.name}"
    yield str(kind.description)
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        if kind.interfaces:
            yield f"Implements {', '.join(_linked(interface) for interface in kind.interfaces)}."
        yield _table(("Field", "Type", "What it is"), _field_rows(kind.fields))
    elif isinstance(kind, GraphQLInputObjectType):
        yield _table(("Field", "Type", "What it is"), (_input_row(*item) for item in kind.fields.items()))
    elif isinstance(kind, GraphQLEnumType):
        yield _table(
            ("Value", "What it means"), ((f"`{name}`", _described(value)) for name, value in kind.values.items())
        )


def _field_rows(fields: Mapping[str, GraphQLField]) -> Iterator[tuple[str, ...]]:
    for name, field in fields.items():
        yield f"`{name}`", _linked(field.type), _described(field)
        for argument, definition in field.args.items():
            yield (f"`{name}({argument}:)`", *_input_row(argument, definition)[1:])


def _input_row(name: str, definition: GraphQLArgument | GraphQLInputField) -> tuple[str, str, str]:
    default = (
        ast_from_value(definition.default_value, definition.type) if definition.default_value is not Undefined else None
    )
    usual = f" Left out: `{print_ast(default)}`." if default and definition.default_value is not None else ""
    return f"`{name}`", _linked(definition.type), f"{_described(definition)}{usual}"


def _described(definition: GraphQLField | GraphQLArgument | GraphQLInputField | GraphQLEnumValue) -> str:
    deprecated = f"**Deprecated:** {definition.deprecation_reason} " if definition.deprecation_reason else ""
    return f"{deprecated}{definition.description}"


def _linked(kind: GraphQLType) -> str:
    """Return a type as the schema writes it, linked to its section."""
    name = get_named_type(kind).name
    return f"`{kind}`" if name in _EVERYWHERE else f"[`{kind}`](#{name.lower()})"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join(f"| {' | '.join(_cell(text) for text in line)} |" for line in lines)


def _cell(text: str) -> str:
    return text.replace("|", "&#124;").replace("\n", " ")
