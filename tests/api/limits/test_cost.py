"""What an answer may cost: counted before it is made, told with it, and limited."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import execute_sync, get_introspection_query, get_operation_ast, parse

from api.limits.cost import MOST_OF_SCHEMA, Cost, cost_of
from api.schema import schema


def counted(query: str) -> Cost:
    document = parse(query)
    operation = get_operation_ast(document)
    assert operation is not None
    return cost_of(schema._schema, document, operation)


def cost(query: str, **variables: Any) -> int:
    return counted(query).total(variables)


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("{ position }", 1),
        ("{ animations { totalCount } }", 2),
        ("{ animations(first: 3) { nodes { id title } } }", 2 + 3 * 2),
        ("{ animations { nodes { id } } }", 2 + 20),
        ("{ animations(last: 7) { edges { cursor node { id } } } }", 2 + 7 * 3),
        ("{ animations(first: 5) { nodes { structure { name } themes { code label } } } }", 2 + 5 * (2 + 1 + 10 * 2)),
        ("{ structures(first: 4) { nodes { animations(first: 5) { nodes { id } } } } }", 2 + 4 * (2 + 5)),
        ("{ a: position b: position ... { c: position } }", 3),
        ("{ ...Twice ...Twice } fragment Twice on Query { position }", 2),
        ('{ node(id: "x") { id ... on Animation { title } } }', 3),
    ],
)
def test_each_field_counts_as_often_as_the_pages_around_it_may_hold_it(query: str, fields: int):
    assert cost(query) == fields


def test_a_page_counts_as_large_as_a_variable_says():
    query = "query ($first: Int = 7) { animations(first: $first) { nodes { id } } }"
    assert cost(query) == 2 + 7
    assert cost(query, first=50) == 2 + 50
    # What is no size is refused when it is read; until then it counts as if it had not been said.
    assert cost(query, first=10**9) == cost(query, first="x") == 2 + 7


@pytest.mark.parametrize(
    "query",
    [
        get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True),
        "{ __schema { types { ...T } } } fragment T on __Type { fields { name type { fields { name } } } }",
        '{ __type(name: "Animation") { fields { name args { name } type { name ofType { name } } } } }',
    ],
    ids=["what tools ask", "types of fields of types", "one type"],
)
def test_what_is_asked_of_the_schema_itself_counts_as_much_as_it_is(query: str):
    answer = execute_sync(schema._schema, parse(query))
    total, held = cost(query), fields_in(answer.data)
    # An empty list counts as one field, as does each fragment that is spread.
    assert 2 * held <= total <= 4 * held
    # With twice as many types, tools would still be answered.
    assert total < MOST_OF_SCHEMA / 2
    assert not counted(query).is_too_much({})


def test_what_is_asked_of_the_schema_has_a_limit_of_its_own():
    tools = get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)
    fields = " ".join(f"a{n}: animations(first: 100) {{ nodes {{ id title }} }}" for n in range(200))
    both, beyond = tools.replace("__schema", "position __schema", 1), tools.replace("__schema", fields + " __schema", 1)
    assert not counted(both).is_too_much({})
    assert counted(both).total({}) == counted(tools).total({}) + 1
    assert not counted(f"{{ {fields} }}").is_too_much({})
    assert not counted(beyond).is_too_much({})
    assert counted(beyond.replace("id title", "id title seats")).is_too_much({})


def test_the_schema_asked_for_again_and_again_costs_too_much():
    many = " ".join(f"a{n}: __schema {{ types {{ fields {{ name args {{ name }} }} }} }}" for n in range(60))
    assert counted(f"{{ {many} }}").is_too_much({})
    assert cost(f"{{ {many} }}") > MOST_OF_SCHEMA


def fields_in(answer: Any) -> int:
    if isinstance(answer, list):
        return sum(fields_in(item) for item in answer)
    return sum(1 + fields_in(value) for value in answer.values()) if isinstance(answer, dict) else 0


def test_fragments_within_fragments_are_counted_once_each_however_often_they_are_spread():
    """Counted one by one, these 2^200 fields would take longer than the universe has."""
    doubling = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} animations(first: $n) {{ totalCount }} }}"
        for n in range(200)
    )
    query = f"query ($n: Int) {{ ...F0 }} {doubling} fragment F200 on Query {{ position }}"
    assert cost(query) == 10**12
    assert cost(query.replace("F199 on", "F199 on").replace("...F0", "...F197")) == 2**3 + 2 * (2**3 - 1)
