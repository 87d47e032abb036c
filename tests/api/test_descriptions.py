"""Everything in the published schema says what it is; what is not for everybody says whom it is for."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    build_schema,
    get_named_type,
    is_specified_directive,
)

from api.core.reading_rights import FIELDS, ROOTS
from api.publishing.descriptions import ARGUMENTS
from api.publishing.sdl import sdl
from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS, Action

SCHEMA = build_schema(sdl())
BUILT_IN = {"String", "Int", "Float", "Boolean", "ID"}
#: The words by which a description may name each role, or all that have signed in.
CALLED = {
    Role.PUBLIC: ("anybody", "signed in or not", "holds"),
    Role.PARENT: ("parent", "holds"),
    Role.STRUCTURE: ("structure", "holds"),
    Role.MEDIATEUR: ("médiateur", "holds"),
    Role.COORDONNATEUR: ("coordonnateur",),
    Role.DIRECTOR: ("director", "authorities", "holds"),
    Role.INSPECTOR: ("inspector", "authorities"),
    Role.HEAD: ("head", "authorities", "holds"),
    Role.NATIONAL: ("national team",),
    Role.AUDITOR: ("auditor",),
}
EVERYBODY_SIGNED_IN = "who is signed in, "


def _described() -> Iterator[tuple[str, str | None, str | None]]:
    """Everything that has a description in the schema: its coordinate, that description and its deprecation."""
    for kind in SCHEMA.type_map.values():
        if kind.name.startswith("__") or kind.name in BUILT_IN:
            continue
        yield kind.name, kind.description, None
        if isinstance(kind, GraphQLEnumType):
            for name, value in kind.values.items():
                yield f"{kind.name}.{name}", value.description, value.deprecation_reason
        elif isinstance(kind, GraphQLInputObjectType):
            for name, said in kind.fields.items():
                yield f"{kind.name}.{name}", said.description, said.deprecation_reason
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description, field.deprecation_reason
                for argument, asked in field.args.items():
                    yield f"{kind.name}.{name}({argument}:)", asked.description, asked.deprecation_reason
    for directive in SCHEMA.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description, None


def test_every_type_field_argument_input_field_and_enum_value_is_described():
    assert [coordinate for coordinate, said, _ in _described() if not (said or "").strip()] == []


def test_descriptions_are_whole_sentences():
    assert [coordinate for coordinate, said, _ in _described() if not (said or "").rstrip().endswith((".", "…"))] == []


def test_no_argument_is_described_that_is_not_there():
    described = {coordinate: said for coordinate, said, _ in _described() if "(" in coordinate}
    used = {said for said in described.values() if said in ARGUMENTS.values()}
    assert [name for name, meaning in ARGUMENTS.items() if meaning not in used] == []


def test_deprecations_say_what_to_use_instead():
    said = [(coordinate, reason) for coordinate, _, reason in _described() if reason is not None]
    assert [coordinate for coordinate, reason in said if reason in ("", "No longer supported")] == []


def _unnamed(action: Action, description: str) -> list[str]:
    if EVERYBODY_SIGNED_IN in description:
        return []
    roles = [role for role in RIGHTS[action] if role is not Role.SYSTEM]
    return [role.value for role in roles if not any(word in description.lower() for word in CALLED[role])]


def _type(name: str) -> GraphQLObjectType:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind


RESTRICTED = [
    (kind, name, action)
    for kind, fields in FIELDS.items()
    for action, names in fields.items()
    if action is not None
    for name in names.split()
]


@pytest.mark.parametrize(("kind", "name", "action"), RESTRICTED, ids=[f"{kind}.{name}" for kind, name, _ in RESTRICTED])
def test_a_field_that_is_not_for_everybody_names_all_who_may_read_it(kind: str, name: str, action: Action):
    """Itself, or its type for all fields of it."""
    of = _type(kind)
    assert _unnamed(action, f"{of.description} {of.fields[name].description}") == []


ASKED = [(name, action) for action, names in ROOTS.items() if action is not None for name in names.split()]


@pytest.mark.parametrize(("name", "action"), ASKED, ids=[name for name, _ in ASKED])
def test_a_list_that_is_not_for_everybody_names_all_who_may_ask_for_it(name: str, action: Action):
    fields = {**_type("Query").fields, **_type("Subscription").fields}
    description = str(fields[name].description)
    assert _unnamed(action, description) == []
    assert "FORBIDDEN" in description


@pytest.mark.parametrize("name", list(_type("Mutation").fields))
def test_a_mutation_names_all_who_may_use_it(name: str):
    assert _unnamed(Action(name), str(_type("Mutation").fields[name].description)) == []


def test_every_connection_is_paged_from_both_ends():
    pages = [
        (f"{kind}.{name}", field)
        for kind, told in SCHEMA.type_map.items()
        if isinstance(told, GraphQLObjectType)
        for name, field in told.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    ]
    assert len(pages) > 10
    for name, field in pages:
        assert {"first", "after", "last", "before"} <= set(field.args), name
