"""The examples that GraphiQL offers: all documents of graphql/operations, with variables that they take."""

from __future__ import annotations

import json
from typing import Any

from graphql import OperationDefinitionNode, parse
from graphql.execution import get_variable_values

from api.http.examples import examples, operations_folder
from api.schema import schema

_EXAMPLES: dict[str, dict[str, Any]] = {
    example["name"]: example for topic in examples() for example in topic["examples"]
}


def test_every_document_is_offered_once_under_a_title_of_its_own():
    assert sorted(_EXAMPLES) == sorted(path.stem for path in operations_folder().glob("*.graphql"))
    assert len(_EXAMPLES) == sum(len(topic["examples"]) for topic in examples())
    assert len({example["title"] for example in _EXAMPLES.values()}) == len(_EXAMPLES)
    for name, example in _EXAMPLES.items():
        assert example["document"] == (operations_folder() / f"{name}.graphql").read_text()


def test_every_document_has_a_number_of_its_own():
    numbers = [path.stem.split("-")[0] for path in operations_folder().glob("*.graphql")]
    assert sorted(number for number in set(numbers) if numbers.count(number) > 1) == []


def test_the_variables_of_an_example_are_taken_by_its_document():
    wrong, graphql_schema = [], schema._schema
    for name in sorted(
        set(_EXAMPLES)
        - {"27-attach-the-signed-sheet", "88-attach-a-piece", "124-set-a-logo", "145-attach-a-file"}
        - {"213-attach-a-document-to-a-strategy"}
    ):
        (operation,) = parse(_EXAMPLES[name]["document"]).definitions
        assert isinstance(operation, OperationDefinitionNode), name
        variables = json.loads(_EXAMPLES[name]["variables"])
        definitions = operation.variable_definitions or ()
        if unknown := set(variables) - {definition.variable.name.value for definition in definitions}:
            wrong.append(f"{name} does not take {sorted(unknown)}")
        errors = get_variable_values(graphql_schema, definitions, variables)
        if isinstance(errors, list):
            wrong += [f"{name}: {error.message}" for error in errors]
    assert not wrong, "\n".join(wrong)
