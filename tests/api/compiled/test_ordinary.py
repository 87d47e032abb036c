"""The walk that tells ordinary queries accepts nothing that graphql-core, Strawberry or our limits would refuse."""

from __future__ import annotations

import asyncio
import gc
import os
import re
from collections import Counter
from random import Random
from typing import Any

import pytest
from graphql import GraphQLSyntaxError, parse, specified_rules
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import strategies as gql

from api.compiled.documents import Documents
from api.compiled.ordinary import is_ordinary
from api.limits.documents import MOST_ALIASES, MOST_TOKENS, RULES
from api.schema import schema
from tests.api.compiled.test_any_document import SCALARS, SDL
from tests.support.api.documents import Drawing

GRAPHQL = schema._schema
ORDINARY = [
    "{ position }",
    "{ __typename animations { __typename totalCount } }",
    "query P($first: Int = 20, $where: AnimationWhere!) { animations(first: $first, where: $where) { nodes { id } } }",
    "query ($code: String!, $all: [String!]) { animations(where: {territory: [$code], theme: $all}) { totalCount } }",
    "{ animations(orderBy: [{field: TITLE, direction: ASC}], first: 3) { a: totalCount b: totalCount } }",
    '{ animations(where: {territory: "34", seatsLeft: true}) { totalCount } animation(id: 3) { id } }',
]
#: `make fuzz` sets it.
TIMES = int(os.environ.get("SOAK_TIMES", "1"))
#: Each differs from something ordinary in one thing that a rule looks at.
REFUSED = [
    "{ nonsense }",
    "{ animations }",
    "{ position { id } }",
    "{ __typename { id } }",
    "{ __typename(a: 1) }",
    "{ animations(nonsense: 1) { totalCount } }",
    "{ animations(first: 1, first: 1) { totalCount } }",
    "{ animations(first: 3000000000) { totalCount } }",
    '{ animations(first: "1") { totalCount } }',
    "{ animations(first: 1.0) { totalCount } }",
    "{ animation { id } }",
    "{ animation(id: true) { id } }",
    "{ animations(where: [1]) { totalCount } }",
    "{ animations(where: {nonsense: 1}) { totalCount } }",
    '{ animations(where: {territory: ["34", 34]}) { totalCount } }',
    '{ animations(where: {territory: "34", territory: "35"}) { totalCount } }',
    "{ animations(orderBy: [{field: NONSENSE, direction: ASC}]) { totalCount } }",
    '{ animations(orderBy: [{field: "TITLE", direction: ASC}]) { totalCount } }',
    "{ animations(orderBy: [{field: TITLE}]) { totalCount } }",
    "{ animations(first: $first) { totalCount } }",
    "query ($first: Int) { position }",
    "query ($first: Int, $first: Int) { animations(first: $first) { totalCount } }",
    "query ($first: String) { animations(first: $first) { totalCount } }",
    "query ($first: Nonsense) { animations(first: $first) { totalCount } }",
    "query ($first: Animation) { animations(first: $first) { totalCount } }",
    'query ($first: Int = "1") { animations(first: $first) { totalCount } }',
    "query ($id: ID) { animation(id: $id) { id } }",
    "query ($code: String) { animations(where: {territory: [$code]}) { totalCount } }",
    "query ($codes: String!) { animations(where: {territory: $codes}) { totalCount } }",
    "query ($where: [AnimationWhere!]) { animations(where: $where) { totalCount } }",
    "{ position position: animations { totalCount } }",
    "{ position @nonsense }",
    "{ ...F }",
    "query a { position } query b { position }",
    "query a { position } fragment F on Query { position }",
    "type X { id: ID }",
    "{ " + " ".join(f"a{number}: position" for number in range(MOST_ALIASES + 1)) + " }",
    "{ animations { " + "nodes { structure { animations { " * 6 + "totalCount" + " } } }" * 6 + " } }",
]


@pytest.fixture(scope="module")
def documents() -> Documents:
    return Documents(schema, RULES, MOST_TOKENS, 500)


def holds(documents: Documents, text: str) -> bool | None:
    """Whether the walk accepts the document, None where it is no GraphQL; what it accepts must be valid."""
    try:
        tree = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLSyntaxError:
        return None
    if not is_ordinary(GRAPHQL, tree):
        return False
    assert list(documents._faults(tree)) == [], text
    return True


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_queries_are_told(documents: Documents, text: str):
    assert holds(documents, text) is True


@pytest.mark.parametrize("text", REFUSED)
def test_what_a_rule_refuses_is_not_ordinary(documents: Documents, text: str):
    assert holds(documents, text) is False


def _changed(text: str, random: Random) -> str:
    """The document with one token left out, doubled, or put in the place of another."""
    tokens = re.findall(r'"[^"]*"|[\w$@.-]+|\S', text)
    here, there = random.randrange(len(tokens)), random.randrange(len(tokens))
    tokens[here] = random.choice(["", tokens[there], f"{tokens[here]} {tokens[here]}", "null", "1", '"1"', "x", "[]"])
    return " ".join(tokens)


@settings(max_examples=40 * TIMES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(document=gql.queries(SDL, custom_scalars=SCALARS), seed=st.integers(0, 2**32))
def test_of_documents_that_a_machine_thinks_of_none_is_accepted_wrongly(documents: Documents, document: str, seed: int):
    holds(documents, document)
    random = Random(seed)
    for _ in range(5):
        holds(documents, _changed(document, random))


def test_of_documents_with_variables_changed_by_chance_none_is_accepted_wrongly(documents: Documents):
    random = Random(20261126)
    values: dict[str, Any] = {name: [1] for name in ("Int", "Float")} | {"Boolean": [True]}
    values |= {name: ["x"] for name in ("ID", "String", "DateTime", "Date", "UUID", "Decimal", "JSON")}
    drawing = Drawing(GRAPHQL, values, random, ())
    verdicts: Counter[bool | None] = Counter()
    for _ in range(200 * TIMES):
        text = drawing._drawn().query
        verdicts[holds(documents, text)] += 1
        verdicts.update(holds(documents, _changed(text, random)) for _ in range(3))
    assert verdicts[True] > 20, verdicts


def test_every_rule_of_the_libraries_was_thought_of():
    """A rule that is new here needs a look at the walk, and a line in REFUSED."""
    names = {rule.__name__ for rule in (*specified_rules, *RULES)}
    assert len(names) == 33, names


def test_a_document_is_kept_once_it_comes_again_and_crowds_no_other_out_before():
    documents = Documents(schema, RULES, MOST_TOKENS, 1)

    async def looks() -> None:
        asked_often = "{ position }"
        first = await documents.prepared(asked_often, None)
        second = await documents.prepared(asked_often, None)
        assert first is not second
        for number in range(5):
            await documents.prepared(f"{{ a{number}: position }}", None)
        assert await documents.prepared(asked_often, None) is second

    asyncio.run(looks())


def test_a_document_that_is_forgotten_leaves_little_to_the_collector(documents: Documents):
    text = ORDINARY[2]
    gc.collect()
    gc.disable()
    try:
        for number in range(20):
            document = documents._ordinary(f"# {number}\n{text}", None)
            assert document is not None
            assert document.query is not None
            document.query.prepare({"where": {}})
        del document
        # The tokens of the parser.
        assert gc.collect() < 20 * 70
    finally:
        gc.enable()
