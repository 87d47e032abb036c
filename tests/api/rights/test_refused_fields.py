"""A field that is refused leaves the rest of the answer: what a right decides is nullable."""

from __future__ import annotations

from collections.abc import Iterator

from graphql import GraphQLObjectType, get_nullable_type, is_non_null_type

from api.core.reading_rights import FIELDS, PARTS, ROOTS, ROWS
from api.schema import schema
from domain.kernel.actors import Actor, Role
from domain.kernel.rights import RIGHTS, Action, Scope
from tests.support.api.rights_world import OURS, Everything

GRAPHQL = schema._schema
_BY_TYPE = {**FIELDS, "Query": ROOTS}


def _types() -> Iterator[GraphQLObjectType]:
    for kind in GRAPHQL.type_map.values():
        if isinstance(kind, GraphQLObjectType) and kind.name in _BY_TYPE:
            yield kind


def test_what_a_right_may_refuse_is_nullable_where_others_read_what_it_is_in():
    wrong = []
    for kind in _types():
        for action, names in _BY_TYPE[kind.name].items():
            if action not in (None, ROWS.get(kind.name)):
                fields = {name: kind.fields[name] for name in names.split() if name in kind.fields}
                wrong += [f"{kind.name}.{name}" for name, field in fields.items() if is_non_null_type(field.type)]
    assert wrong == []


def _reads_no_more(readers: Action | None, row: Action) -> bool:
    """Whether whoever has the first right has the second on the same thing."""
    if readers is None:
        return False
    reach = RIGHTS[row]
    return all(reach.get(role) in (scope, Scope.ANYWHERE) for role, scope in RIGHTS[readers].items())


def test_an_object_that_a_right_may_hide_is_nullable_where_others_read_what_it_is_in():
    wrong = []
    for kind in _types():
        for action, names in _BY_TYPE[kind.name].items():
            for name in names.split():
                if (field := kind.fields.get(name)) is None or not is_non_null_type(field.type):
                    continue
                row = ROWS.get(getattr(get_nullable_type(field.type), "name", ""))
                if row is not None and not _reads_no_more(action, row):
                    wrong.append(f"{kind.name}.{name}")
    assert wrong == []
    assert {name for name in PARTS if name in ROWS} == set()


def _refusals(everything: Everything, document: str, who: Actor) -> tuple[object, list[object]]:
    answer = everything.reader.asks(document, who)
    return answer.result.data, [
        (error.path, (error.extensions or {})["code"], error.message) for error in answer.result.errors or ()
    ]


FORBIDDEN = ("FORBIDDEN", "Vous n'avez pas le droit de faire cette action.")


def test_a_refused_field_leaves_the_rest_of_its_object(everything: Everything):
    coordonnateur = Actor(Role.COORDONNATEUR, "coordo", **OURS)
    document = f'{{ structure(id: "{everything.ids["structureId"]}") {{ siret contacts(first: 1) {{ totalCount }} }} }}'
    data, refusals = _refusals(everything, document, coordonnateur)
    assert data == {"structure": {"siret": "21971101700018", "contacts": None}}
    assert refusals == [(["structure", "contacts"], *FORBIDDEN)]


def test_a_refused_field_in_a_list_leaves_the_list(everything: Everything):
    mediateur = Actor(Role.MEDIATEUR, "médiatrice", **OURS)
    data, refusals = _refusals(
        everything, "{ viewer { role structures { id animations(first: 1) { totalCount } } } }", mediateur
    )
    assert data == {
        "viewer": {"role": "MEDIATEUR", "structures": [{"id": everything.ids["structureId"], "animations": None}]}
    }
    assert refusals == [(["viewer", "structures", 0, "animations"], *FORBIDDEN)]


def test_a_refused_root_leaves_the_other_roots(everything: Everything):
    parent = Actor(Role.PARENT, "parent", **OURS)
    data, refusals = _refusals(everything, "{ auditTrail { totalCount } viewer { role } }", parent)
    assert data == {"auditTrail": None, "viewer": {"role": "PARENT"}}
    assert refusals == [(["auditTrail"], *FORBIDDEN)]
