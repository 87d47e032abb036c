"""Compiled execution answers byte for byte as graphql-core does, or leaves the answer to it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
import strawberry
from graphql import specified_rules

from api.compiled.documents import Document, Documents, Invalid
from api.core.coded_errors import coded
from api.limits.documents import MOST_TOKENS, RULES
from api.schema import schema
from domain.kernel.actors import PUBLIC, Role
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    NATIONAL,
    PARENT,
    SCHOOL,
    TILLEULS,
    Town,
    coordonnateur,
    of_school,
    structure,
)
from tests.support.api.both_executors import ask_both
from tests.support.api.documents import Drawing, Drawn

DOCUMENTS = 400 * int(os.environ.get("SOAK_TIMES", "1"))
ASKERS = [PUBLIC, NATIONAL, AUDITOR, PARENT, structure(TILLEULS), coordonnateur("34"), of_school(Role.DIRECTOR, SCHOOL)]


def values(town: Town) -> dict[str, Sequence[Any]]:
    ids = [str(animation) for animation in town.animations]
    return {
        "ID": [*ids, *ids, "audit:3", "nobody", "6f7c1c0e-2a3f-4d11-9a53-0b6f0c7d971e"],
        "Int": [1, 2, 20, 100, 0, 101],
        "first": [1, 2, 20, 100, 0],
        "last": [1, 20, 101],
        "position": [1, 30, 60, 10_000],
        "size": [1, 5],
        "String": ["34", "971", "cafe", "ent-pronote", "atelier-parents", ""],
        "siret": [TILLEULS, BASSE_TERRE, "123"],
        "after": ["nonsense"],
        "before": ["nonsense"],
        "Boolean": [True, False],
        "DateTime": ["2026-10-01T00:00:00+02:00", "2026-10-20T00:00:00Z", "tomorrow"],
        "Date": ["2026-10-01", "2026-09-01", "never"],
        "UUID": ids,
        "Decimal": ["150.00", "x"],
        "Float": [1.5],
        "JSON": ["x"],
    }


def test_documents_drawn_from_the_whole_schema_are_answered_byte_for_byte_as_by_graphql_core(busy: Town):
    random = Random(20261123)
    drawing = Drawing(schema._schema, values(busy), random, [*specified_rules, *RULES])
    drawn = [(drawing.document(), random.choice(ASKERS)) for _ in range(DOCUMENTS)]
    kinds: Counter[str] = Counter()
    for (document, actor), (compiled, core, failed) in zip(drawn, ask_both(busy, drawn), strict=True):
        details = f"{document.query}\n{document.variables} {actor.role}"
        if failed:
            assert compiled is None, details
        else:
            assert compiled == core, details
        kinds["failed" if failed else "went well"] += 1
    # Both ways were gone often enough to tell.
    assert min(kinds["failed"], kinds["went well"]) > DOCUMENTS / 10, kinds


def test_one_plan_serves_all_variables_and_another_is_made_when_other_fields_are_included(busy: Town):
    query = """
    query ($first: Int, $with: Boolean = true, $without: Boolean!) {
      animations(first: $first) {
        nodes { title @include(if: $with) ... @skip(if: $without) { again: title structure { name } } }
      }
    }"""
    variables_of_each: list[dict[str, Any]] = [
        {"first": 1, "without": False},
        {"first": 2, "without": False},
        {"first": 2, "without": True, "with": False},
        {"with": True, "without": True},
    ]
    answers = ask_both(busy, [(Drawn(query, variables), PUBLIC) for variables in variables_of_each])
    assert all(compiled == core and not failed for compiled, core, failed in answers)
    assert len({core for _, core, _ in answers}) == len(variables_of_each)


def test_an_answer_with_an_error_anywhere_is_left_to_graphql_core(busy: Town):
    documents = [
        "{ animations(first: -1) { totalCount } }",
        f'{{ structure(siret: "{TILLEULS}") {{ name dashboard {{ parents }} }} territories {{ code }} }}',
        "{ a: animations { totalCount } b: auditTrail { totalCount } }",
    ]
    for compiled, _, failed in ask_both(busy, [(Drawn(text, {}), PUBLIC) for text in documents]):
        assert failed
        assert compiled is None


def test_introspection_and_what_is_not_a_valid_query_are_not_compiled():
    documents = Documents(schema, RULES, MOST_TOKENS, 500)
    of_no_query = [
        'mutation { planningSend(input: {structureId: "x"}) { position } }',
        "subscription { animationPublished { id } }",
    ]
    invalid = [
        "{ nonsense }",
        "{ animations {",
        "{ animations " * 500 + "}" * 500,
        "mutation { animationPublish(input: {}) { position } }",
        "{ " + " ".join(f"a{n}: position" for n in range(60)) + " }",
    ]

    async def looks() -> None:
        for text in of_no_query:
            document = await documents.prepared(text, None)
            assert isinstance(document, Document), text
            assert document.query is None
            assert document.tree().loc is not None
        assert isinstance(await documents.prepared("query a { position } query b { position }", None), Invalid)
        for text in invalid:
            assert isinstance(await documents.prepared(text, None), Invalid), text
        assert isinstance(await documents.prepared("query a { position } query b { position }", "b"), Document)

    asyncio.run(looks())


@pytest.mark.parametrize("padding", ["", " " * 400], ids=["short", "beside the event loop"])
def test_what_is_wrong_with_a_document_is_told_in_the_words_of_graphql_core(padding: str):
    documents = Documents(schema, RULES, MOST_TOKENS, 500)
    wrong = [
        "{ nonsense }",
        "{ animations { nodes { id(x: 1) themes } } }",
        "{ animations {",
        "query ($a: X) { position }",
    ]

    async def looks() -> None:
        for text in wrong:
            document = await documents.prepared(text + padding, None)
            assert isinstance(document, Invalid)
            result = await strawberry.Schema.execute(schema, text + padding)
            expected = [error.formatted for error in coded(result.errors or ())]
            assert [error.formatted for error in coded(document.errors)] == expected

    asyncio.run(looks())
