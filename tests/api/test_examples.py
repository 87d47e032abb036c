"""The examples that GraphiQL offers: all documents of graphql/operations, with variables that they take."""

from __future__ import annotations

import json
from typing import Any

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, parse
from graphql.execution import get_variable_values

from api.http.examples import examples, operations_folder
from api.schema import schema

_EXAMPLES: dict[str, dict[str, Any]] = {one["name"]: one for topic in examples() for one in topic["examples"]}


def test_every_document_is_offered_once_under_a_title_of_its_own():
    assert sorted(_EXAMPLES) == sorted(path.stem for path in operations_folder().glob("*.graphql"))
    assert len(_EXAMPLES) == sum(len(topic["examples"]) for topic in examples())
    assert len({one["title"] for one in _EXAMPLES.values()}) == len(_EXAMPLES)
    for name, one in _EXAMPLES.items():
        assert one["document"] == (operations_folder() / f"{name}.graphql").read_text()


@pytest.mark.parametrize("name", sorted(set(_EXAMPLES) - {"27-attach-the-signed-sheet"}))
def test_the_variables_of_an_example_are_taken_by_its_document(name: str):
    (operation,) = parse(_EXAMPLES[name]["document"]).definitions
    assert isinstance(operation, OperationDefinitionNode)
    said = json.loads(_EXAMPLES[name]["variables"])
    assert set(said) <= {one.variable.name.value for one in operation.variable_definitions or ()}
    graphql_schema: GraphQLSchema = schema._schema
    errors = get_variable_values(graphql_schema, operation.variable_definitions or (), said)
    assert not isinstance(errors, list), errors
