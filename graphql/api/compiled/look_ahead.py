"""Look ahead: the columns that a page must read, from the fields selected on its items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from graphql import GraphQLObjectType, get_named_type, is_object_type
from graphql.execution.collect_fields import FieldDetailsList, GroupedFieldSet
from strawberry.schema.schema_converter import GraphQLCoreConverter

from api.compiled.fields import strawberry_field

#: Collects the subselections of a field on a type.
Subfields = Callable[[GraphQLObjectType, FieldDetailsList], GroupedFieldSet]

_WAYS_TO_ITEMS = {"nodes": None, "edges": "node"}


def selected_columns(page: GraphQLObjectType, fields: GroupedFieldSet, subfields: Subfields) -> frozenset[str] | None:
    """Return the columns that the items of a page need, or None (all) if a selected field does not declare its own."""
    columns: set[str] = set()
    for item, selections in _items(page, fields, subfields):
        needs = needs_of(item)
        for details in selections.values():
            name = details[0].node.name.value
            if name == "__typename":
                continue
            needed = needs.get(strawberry_field(item.fields[name]).python_name)
            if needed is None:
                return None
            columns.update(needed)
    return frozenset(columns)


def needs_of(item: GraphQLObjectType) -> Mapping[str, Sequence[str]]:
    """Return the columns that the attributes of the type need, if it declares them (`api.core.lists.lazily`)."""
    definition = item.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
    needs: Mapping[str, Sequence[str]] = getattr(definition.origin, "NEEDS", {})
    return needs


def _items(
    page: GraphQLObjectType, fields: GroupedFieldSet, subfields: Subfields
) -> Iterator[tuple[GraphQLObjectType, GroupedFieldSet]]:
    """Yield the item type and its selection, for each place where items are selected."""
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
