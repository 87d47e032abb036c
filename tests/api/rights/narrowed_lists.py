"""Lists as they may be asked for: by each filter, with several values and in pairs, in each order, from a row on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

from api.animations.filters import AnimationOrderField
from api.schema import schema
from tests.api.rights.test_reading import ARGUMENTS, BY_LINK

_QUERY = schema._schema.query_type
#: What lists are usually narrowed by besides something else. A period is asked for from a day on.
_USUAL = ("territory", "structureId", "status", "startsFrom", "upcoming", "text")
#: Another value of each filter that takes several.
_OTHERS = {
    "territory": "34",
    "theme": "educonnect",
    "type": "seminaire",
    "venueType": "college",
    "audience": "mediateurs",
    "accessibility": "fauteuil-roulant",
    "language": "fr",
    "school": "9710001Z",
    "schoolUai": "9710001Z",
    "uai": "9710001Z",
    "schoolYear": "2025-2026",
    "commune": "97101",
}
#: Lists of the same statements as others, and figures that take an animation alone.
_NO_PAIRS = ("animationsToPublish", "animationDays", "satisfaction")
#: What nobody sees of several structures.
_OF_ONE = "contacts"
_PAGING = ("first", "after", "last", "before")
#: Downloads, by the filter that narrows them; tables are put in the orders of lists too.
_NARROWED = {
    "/animations.csv": "AnimationWhere",
    "/animations.atom": "AnimationWhere",
    "/animations.ics": "AnimationWhere",
    "/structures/{structureId}/animations.csv": "OwnAnimationWhere",
    "/publications.atom": "PublicationWhere",
    "/audit-trail.csv": "AuditWhere",
}
_STRUCTURE = schema._schema.type_map["Structure"]
assert isinstance(_STRUCTURE, GraphQLObjectType)
_OWN = _STRUCTURE.fields["animations"]


def _value(name: str, kind: GraphQLInputType, ids: dict[str, str]) -> str:
    """Return a value that a filter of that name takes."""
    if isinstance(kind, GraphQLNonNull):
        return _value(name, kind.of_type, ids)
    if isinstance(kind, GraphQLList):
        return f"[{_value(name, kind.of_type, ids)}]"
    if isinstance(kind, GraphQLEnumType):
        return str(next(iter(kind.values)))
    if isinstance(kind, GraphQLInputObjectType):
        return "{}"
    named = {"territory": "971", "theme": "ent-pronote", "school": "9710003B", "commune": "97105", "around": "97105"}
    named |= {"audience": "parents", "schoolYear": "2026-2027", "uai": "9710003B", "language": "ar"}
    named |= {"type": "cafe-des-parents", "venueType": "ecole", "accessibility": "braille", "schoolUai": "9710003B"}
    day = "2027-03-01" if name.endswith("Before") else "2027-02-01"
    of_kind = {"Boolean": "true", "Int": "1", "DateTime": f'"{day}T00:00:00Z"', "Date": f'"{day}"'}
    known = ids.get(name) or named.get(name) or "atelier"
    return of_kind.get(getattr(kind, "name", ""), f'"{known}"')


def _several(name: str, kind: GraphQLInputType, ids: dict[str, str]) -> str:
    """Return two values that a filter of that name takes, if it takes several."""
    if not isinstance(kind, GraphQLList):
        return _value(name, kind, ids)
    named = get_named_type(kind)
    other = list(named.values)[-1] if isinstance(named, GraphQLEnumType) else f'"{ids[f"other {name}"]}"'
    return f"[{_value(name, kind.of_type, ids)}, {other}]"


def _known(shape: GraphQLInputObjectType, ids: dict[str, str]) -> dict[str, str]:
    """Return what the filters of this shape take, by their names."""
    others = {f"other {name}": value for name, value in _OTHERS.items()}
    kinds = {"type": "animation.published", "other type": "animation.created"} if shape.name == "AuditWhere" else {}
    return {**others, **ids, **kinds}


def _filters(shape: GraphQLInputObjectType, ids: dict[str, str]) -> list[str]:
    """Return each filter alone, and with several values."""
    known = _known(shape, ids)
    single, several = (
        [f"{name}: {value(name, member.type, known)}" for name, member in shape.fields.items()]
        for value in (_value, _several)
    )
    return [f"where: {{{each}}}" for each in dict.fromkeys([*single, *several])]


def _orders(shape: GraphQLInputObjectType) -> list[str]:
    fields = get_named_type(shape.fields["field"].type)
    assert isinstance(fields, GraphQLEnumType)
    return [f"orderBy: {{field: {order}, direction: {way}}}" for order in fields.values for way in ("ASC", "DESC")]


def _pairs(shape: GraphQLInputObjectType, orders: list[str], ids: dict[str, str]) -> Iterator[str]:
    """Yield each of the usual filters with each other filter, and in each order."""
    known = _known(shape, ids)
    alone = {name: f"{name}: {_value(name, member.type, known)}" for name, member in shape.fields.items()}
    usual = [name for name in _USUAL if name in alone]
    for place, name in enumerate(usual):
        others = [other for other in alone if other not in usual[: place + 1]]
        yield from (f"where: {{{alone[name]}, {alone[other]}}}" for other in others)
        # The other way round is the same index.
        yield from (f"where: {{{alone[name]}}}, {order}" for order in orders[::2])


@dataclass(frozen=True)
class Root:
    """A root field as it is usually asked for; by each of its filters and in each of its orders; and by pairs of them.

    `pages`: the same lists, to go on from a row of theirs.
    """

    usual: str
    further: list[str]
    pairs: list[str]
    pages: list[str]


def roots(ids: dict[str, str]) -> Iterator[Root]:
    assert _QUERY is not None
    for name, field in _QUERY.fields.items():
        kind = get_named_type(field.type)
        if name in BY_LINK or not is_composite_type(kind):
            continue
        inside = selection(kind)
        usual = ARGUMENTS.get(name, "").format(**ids).strip("()")
        shapes = {argument: get_named_type(definition.type) for argument, definition in field.args.items()}
        where, order_by = shapes.get("where"), shapes.get("orderBy")
        others = re.sub(r"where: \{.*?\},?", "", usual)
        filters = _filters(where, ids) if isinstance(where, GraphQLInputObjectType) else []
        orders = _orders(order_by) if isinstance(order_by, GraphQLInputObjectType) else []
        pairs = (
            _pairs(where, orders, ids) if isinstance(where, GraphQLInputObjectType) and name not in _NO_PAIRS else ()
        )
        yield Root(
            f"{name}{f'({usual})' if usual else ''} {inside}",
            [f"{name}({each} {others}) {inside}" for each in [*filters, *orders]],
            [f"{name}({each} {others}) {inside}" for each in pairs],
            [f"{name}({each} {usual} PAGE)" for each in orders or [""]] if "after" in field.args else [],
        )


def selection(kind: Any) -> str:
    fields = getattr(kind, "fields", {})
    if "nodes" in fields:
        return "{ totalCount nodes { __typename } }"
    leaves = [name for name, field in fields.items() if is_leaf_type(get_named_type(field.type)) and not field.args]
    return "{ __typename " + " ".join(leaves) + " }"


def own_lists(ids: dict[str, str]) -> Iterator[str]:
    """Yield a structure's own animations by each filter and in each order."""
    for each in _narrowed(_OWN, ids):
        yield f'structure(id: "{ids["structureId"]}") {{ animations({each}) {{ totalCount nodes {{ __typename }} }} }}'


def lists_of_several(ids: dict[str, str]) -> Iterator[str]:
    """Yield lists within a list by each filter and in each order: those of all its rows are one statement."""
    assert _QUERY is not None
    for root, field in _QUERY.fields.items():
        if (node := _node(field)) is None:
            continue
        for name, inner in node.fields.items():
            if name == _OF_ONE or _node(inner) is None:
                continue
            pages = [name, *(f"{name}({each})" for each in _narrowed(inner, ids))]
            lists = " ".join(
                f"a{place}: {each} {{ totalCount nodes {{ __typename }} }}" for place, each in enumerate(pages)
            )
            yield f"{root} {{ nodes {{ {lists} }} }}"


def _node(field: GraphQLField) -> GraphQLObjectType | None:
    """Return what stands in the field's list; None if it is none."""
    nodes = getattr(get_named_type(field.type), "fields", {}).get("nodes")
    node = None if nodes is None else get_named_type(nodes.type)
    return node if isinstance(node, GraphQLObjectType) else None


def _narrowed(field: GraphQLField, ids: dict[str, str]) -> list[str]:
    """Return each way to narrow a list, or to put it in order."""
    ways: list[str] = []
    for name, argument in field.args.items():
        shape = get_named_type(argument.type)
        if name in _PAGING:
            continue
        if not isinstance(shape, GraphQLInputObjectType):
            ways.append(f"{name}: {_value(name, argument.type, ids)}")
        else:
            ways += _orders(shape) if name == "orderBy" else _filters(shape, ids)
    return ways


def downloads(ids: dict[str, str]) -> Iterator[str]:
    """Yield the address of each download by each filter, and of tables in each order."""
    for path, name in _NARROWED.items():
        shape, path = schema._schema.type_map[name], path.format(**ids)
        assert isinstance(shape, GraphQLInputObjectType)
        for each, member in shape.fields.items():
            value = _value(each, member.type, _known(shape, ids))
            yield f"{path}?{each}={value.strip('[]').strip(chr(34))}"
        if path.endswith("animations.csv"):
            yield from (f"{path}?orderBy={order}{way}" for order in AnimationOrderField for way in ("", ":DESC"))
