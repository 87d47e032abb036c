"""What a page must read: told from the fields that are asked for of its items, before any is resolved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from graphql import GraphQLObjectType, get_named_type, is_object_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema_converter import GraphQLCoreConverter

from api.compiled.fields import strawberry_field

#: The selections of a field, of the type that it gives.
Subfields = Callable[[GraphQLObjectType, FieldDetailsList], GroupedFieldSet]

_WAYS_TO_ITEMS = {"nodes": None, "edges": "node"}


def columns_asked(page: GraphQLObjectType, fields: GroupedFieldSet, subfields: Subfields) -> frozenset[str] | None:
    """The columns that the items of a page need; None where it is not said of one that is asked for: then all."""
    columns: set[str] = set()
    for item, asked in _items(page, fields, subfields):
        needs = needs_of(item)
        for details in asked.values():
            name = details[0].node.name.value
            if name == "__typename":
                continue
            needed = needs.get(strawberry_field(item.fields[name]).python_name)
            if needed is None:
                return None
            columns.update(needed)
    return frozenset(columns)


def needs_of(item: GraphQLObjectType) -> Mapping[str, Sequence[str]]:
    """The columns that attributes of the type are made of, where it says so (`api.core.lazily`)."""
    definition = item.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    needs: Mapping[str, Sequence[str]] = getattr(definition.origin, "NEEDS", {})
    return needs


def _items(
    page: GraphQLObjectType, fields: GroupedFieldSet, subfields: Subfields
) -> Iterator[tuple[GraphQLObjectType, GroupedFieldSet]]:
    """The type of the items and what is asked of them, for each place where they are asked for."""
    for details in fields.values():
        name = details[0].node.name.value
        if name not in _WAYS_TO_ITEMS:
            continue
        inner = get_named_type(page.fields[name].type)
        if not is_object_type(inner):
            continue
        way = _WAYS_TO_ITEMS[name]
        if way is None:
            yield inner, subfields(inner, details)
            continue
        for further in subfields(inner, details).values():
            if further[0].node.name.value == way:
                item = get_named_type(inner.fields[way].type)
                if is_object_type(item):
                    yield item, subfields(item, further)
