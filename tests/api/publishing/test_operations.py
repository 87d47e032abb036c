"""The documents to copy: one for each mutation and root field, with the `id` of everything that has one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    visit,
)

from api.http.examples import operations_folder
from api.publishing.sdl import faults
from api.schema import schema

GRAPHQL = schema._schema
DOCUMENTS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(operations_folder().glob("*.graphql"))}


def _root_fields(document: DocumentNode) -> Iterator[str]:
    for definition in document.definitions:
        assert isinstance(definition, OperationDefinitionNode)
        root = GRAPHQL.get_root_type(definition.operation)
        assert root is not None
        for selection in definition.selection_set.selections:
            assert isinstance(selection, FieldNode)
            yield f"{root.name}.{selection.name.value}"


def test_each_mutation_and_root_field_has_a_document():
    shown = {name for text in DOCUMENTS.values() for name in _root_fields(parse(text))}
    roots = [root for root in (GRAPHQL.query_type, GRAPHQL.mutation_type, GRAPHQL.subscription_type) if root]
    assert [
        name for root in roots for name in (f"{root.name}.{field}" for field in root.fields) if name not in shown
    ] == []


class _WithoutId(Visitor):
    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self.info, self.places = info, list[str]()

    def enter_selection_set(self, node: SelectionSetNode, _: object, within: object, *__: object) -> None:
        if isinstance(within, InlineFragmentNode):
            # What it is in has the id.
            return
        parent = get_named_type(self.info.get_parent_type())
        if not isinstance(parent, GraphQLObjectType | GraphQLInterfaceType) or "id" not in parent.fields:
            return
        names = {selection.name.value for selection in node.selections if isinstance(selection, FieldNode)}
        if "id" not in names:
            self.places.append(parent.name)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_is_valid_and_selects_the_id_of_everything_that_has_one(name: str):
    info = TypeInfo(GRAPHQL)
    without = _WithoutId(info)
    visit(parse(DOCUMENTS[name]), TypeInfoVisitor(info, without))
    assert (faults(schema, DOCUMENTS[name]), without.places) == ([], [])
