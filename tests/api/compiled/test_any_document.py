"""Documents that a machine thinks of, over the whole schema and as every role: none finds an error that is ours, and
none what its role may not read.

The generator is that of schemathesis. `make fuzz` goes on for ten minutes with each role.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_named_type,
    parse,
)
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes
from hypothesis_graphql import strategies as gql

from api.core.reading_rights import FIELDS
from api.schema import schema
from application.files.store import FileStore
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.rights import Action, Scope, scope_of
from tests.support.api.reading import Reader, opened_town, reading
from tests.support.api.rights_world import OURS, ROLES, WHO
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import NATIONAL, World

SDL = schema.as_str()
DAYS = st.sampled_from(["2026-09-01", "2027-08-31", "2026-02-30", "", "x", "9999-12-31"])
INSTANTS = st.sampled_from(["2026-09-01T08:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "x"])
SCALARS = {
    "Date": DAYS.map(nodes.String),
    "DateTime": INSTANTS.map(nodes.String),
    "Decimal": st.sampled_from(["150.00", "-1", "NaN", "1e400", "x"]).map(nodes.String),
    "JSON": st.text(max_size=5).map(nodes.String),
    "UUID": st.uuids().map(str).map(nodes.String),
    "Upload": st.just("x").map(nodes.String),
}
#: What it takes to be shown a field, by `Type.field`.
REACH = {
    f"{kind}.{name}": action
    for kind, fields in FIELDS.items()
    if kind != "Territory"
    for action, names in fields.items()
    for name in names.split()
}
_EACH_ROUND = settings(
    max_examples=12,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.nested_given,
    ],
)


@pytest.fixture(scope="module")
def reader(server_url: str, worker_id: str, founded_name: str, tmp_path_factory: Any) -> Iterator[Reader]:
    with opened_town(server_url, f"api_any_{worker_id}", founded_name) as town:
        world, files = World(town.app), FileStore(tmp_path_factory.mktemp("files"))
        world.sign()
        claim = Claim(world, files)
        claim.paid(*claim.attested(2))
        world.publishes(world.creates())
        town.now = world.now
        with reading(town, files) as town_reader:
            yield town_reader


def _forbidden(who: Actor, document: str, data: Any) -> list[str]:
    """What an answer shows of fields that the table of reading rights has for others than `who`, in every scope.

    Nothing of this world is `THEIRS`: they may be shown what their role reads anywhere, and no more.
    """
    own = who.territories == OURS["territories"]
    scopes = {action: scope_of(who, action) for action in Action}
    reaches = {action for action, scope in scopes.items() if scope is Scope.ANYWHERE or (scope is not None and own)}
    (operation,) = (
        definition for definition in parse(document).definitions if isinstance(definition, OperationDefinitionNode)
    )
    assert schema._schema.query_type is not None
    names = _shown(operation.selection_set, schema._schema.query_type, data)
    return [name for name in dict.fromkeys(names) if REACH.get(name) is not None and REACH[name] not in reaches]


def _shown(selected: SelectionSetNode, parent: GraphQLNamedType, data: Any) -> Iterator[str]:
    """The fields, as `Type.field`, that hold something in an answer. Of the territories' own figures nothing: each
    coordonnateur has a territory.
    """
    for selection in selected.selections:
        if isinstance(selection, InlineFragmentNode):
            on = selection.type_condition
            inner = schema._schema.get_type(on.name.value) if on else parent
            assert inner is not None
            yield from _shown(selection.selection_set, inner, data)
        elif isinstance(selection, FieldNode) and selection.name.value != "__typename":
            value = data.get(selection.alias.value if selection.alias else selection.name.value)
            if value in (None, []) or not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType):
                continue
            yield f"{parent.name}.{selection.name.value}"
            if selection.selection_set:
                inner = get_named_type(parent.fields[selection.name.value].type)
                for part in value if isinstance(value, list) else [value]:
                    yield from _shown(selection.selection_set, inner, part) if part else ()


def _rounds() -> Iterator[int]:
    """At least one; and for `FUZZ_SECONDS`, where that is set."""
    until = time.monotonic() + float(os.environ.get("FUZZ_SECONDS", "0"))
    for number in count():
        yield number
        if time.monotonic() >= until:
            return


@pytest.mark.parametrize("role", [Role.PUBLIC, *ROLES])
@pytest.mark.parametrize("documents", [gql.queries, gql.mutations], ids=["queries", "mutations"])
def test_no_document_finds_an_error_of_ours_or_anything_that_its_role_may_not_read(
    reader: Reader, documents: Any, role: Role
):
    drawn = documents(SDL, custom_scalars=SCALARS)
    asking = st.sampled_from([who for who in WHO if who.role is role])

    for number in _rounds():

        @_EACH_ROUND
        @seed(number)
        @given(document=drawn, who=asking)
        def check(document: str, who: Actor) -> None:
            result = reader.asks(document, who).result
            for error in result.errors or ():
                assert (error.extensions or {}).get("code") not in (None, "INTERNAL"), (who.role, error)
            if documents is gql.queries:
                assert _forbidden(who, document, result.data or {}) == []

        check()


def test_what_a_role_may_not_read_would_be_found_in_an_answer(reader: Reader):
    document = "{ structures(first: 1) { nodes { own: conventions { version } timeline { nodes { type } } } } }"
    data = reader.asks(document, NATIONAL).result.data
    names = ["Structure.conventions", "Convention.version", "Structure.timeline", "AuditEntry.type"]
    assert _forbidden(NATIONAL, document, data) == []
    assert _forbidden(PUBLIC, document, data) == names
    assert [_forbidden(who, document, data) for who in WHO if who.role is Role.STRUCTURE] == [[], names]
