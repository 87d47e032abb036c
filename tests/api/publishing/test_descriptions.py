"""Everything in the published schema says what it is; what is not for everybody says whom it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

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

from api.core.reading_rights import FIELDS, ROOTS, Reach
from api.publishing.descriptions import ARGUMENTS
from api.publishing.sdl import sdl
from api.schema import schema
from domain.kernel.actors import Role
from domain.kernel.rights import RIGHTS, Action

SCHEMA = build_schema(sdl(schema))
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
    Role.TEACHER: ("teacher", "holds"),
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
            for name, input_field in kind.fields.items():
                yield f"{kind.name}.{name}", input_field.description, input_field.deprecation_reason
        elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in kind.fields.items():
                yield f"{kind.name}.{name}", field.description, field.deprecation_reason
                for argument, definition in field.args.items():
                    yield f"{kind.name}.{name}({argument}:)", definition.description, definition.deprecation_reason
    for directive in SCHEMA.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive.description, None


def test_every_type_field_argument_input_field_and_enum_value_is_described():
    assert [coordinate for coordinate, description, _ in _described() if not (description or "").strip()] == []


def test_descriptions_are_whole_sentences():
    assert [
        coordinate
        for coordinate, description, _ in _described()
        if not (description or "").rstrip().endswith((".", "…"))
    ] == []


def test_what_may_be_left_out_is_not_called_mandatory():
    """An input of new things and one of changes share fields; each description holds for its own input."""
    changes = [
        kind
        for kind in SCHEMA.type_map.values()
        if isinstance(kind, GraphQLInputObjectType) and "stays as it is" in (kind.description or "")
    ]
    assert {"AnimationModifyInput", "ConventionAmendInput"} <= {kind.name for kind in changes}
    wrong = [
        f"{kind.name}.{name}"
        for kind in changes
        for name, field in kind.fields.items()
        if str(field.description).endswith(" Mandatory.")
    ]
    assert wrong == []
    created = SCHEMA.type_map["AnimationCreateInput"]
    assert isinstance(created, GraphQLInputObjectType)
    assert str(created.fields["title"].description).endswith(" Mandatory.")


def test_no_argument_is_described_that_is_not_there():
    described = {coordinate: description for coordinate, description, _ in _described() if "(" in coordinate}
    used = {description for description in described.values() if description in ARGUMENTS.values()}
    assert [name for name, meaning in ARGUMENTS.items() if meaning not in used] == []


def test_deprecations_say_what_to_use_instead():
    reasons = [(coordinate, reason) for coordinate, _, reason in _described() if reason is not None]
    assert [coordinate for coordinate, reason in reasons if reason in ("", "No longer supported")] == []


def _unnamed(action: Action, description: str) -> list[str]:
    if EVERYBODY_SIGNED_IN in description:
        return []
    roles = [role for role in RIGHTS[action] if role is not Role.SYSTEM]
    return [role.value for role in roles if not any(word in description.lower() for word in CALLED[role])]


def _type(name: str) -> GraphQLObjectType:
    kind = SCHEMA.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return kind


def _restricted(table: Mapping[Reach, str]) -> list[tuple[str, Action]]:
    """Return what is not for everybody, each with the action that it asks for."""
    return [(name, action) for action, names in table.items() if action is not None for name in names.split()]


@pytest.mark.parametrize("kind", [kind for kind, table in FIELDS.items() if _restricted(table)])
def test_a_field_that_is_not_for_everybody_names_all_who_may_read_it(kind: str):
    """Itself, or its type for all fields of it."""
    described = _type(kind)
    wrong = [
        f"{name} does not name {unnamed}"
        for name, action in _restricted(FIELDS[kind])
        if (unnamed := _unnamed(action, f"{described.description} {described.fields[name].description}"))
    ]
    assert not wrong, "\n".join(wrong)


def test_a_list_that_is_not_for_everybody_names_all_who_may_ask_for_it_and_the_refusal_of_others():
    fields, wrong = {**_type("Query").fields, **_type("Subscription").fields}, []
    for name, action in _restricted(ROOTS):
        description = str(fields[name].description)
        if unnamed := _unnamed(action, description):
            wrong.append(f"{name} does not name {unnamed}")
        if "FORBIDDEN" not in description:
            wrong.append(f"{name} does not say FORBIDDEN")
    assert not wrong, "\n".join(wrong)


def test_a_mutation_names_all_who_may_use_it():
    wrong = [
        f"{name} does not name {unnamed}"
        for name, field in _type("Mutation").fields.items()
        if (unnamed := _unnamed(Action(name), str(field.description)))
    ]
    assert not wrong, "\n".join(wrong)


def test_every_connection_is_paged_from_both_ends():
    pages = [
        (f"{kind}.{name}", field)
        for kind, graphql_type in SCHEMA.type_map.items()
        if isinstance(graphql_type, GraphQLObjectType)
        for name, field in graphql_type.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
    ]
    assert len(pages) > 10
    for name, field in pages:
        assert {"first", "after", "last", "before"} <= set(field.args), name
