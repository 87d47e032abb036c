"""Compiled execution answers byte for byte as graphql-core does, or leaves the answer to it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import orjson
import pytest
from graphql import specified_rules
from psycopg_pool import AsyncConnectionPool

from api.compiled.documents import Invalid, Prepared
from api.compiled.writing import Writer
from api.context import Context, Services
from api.costing import told_cost
from api.mandates import held_by
from api.schema import RULES, coded, compiled_documents, schema
from application.typology import TermRename
from domain.actors import PUBLIC, Actor, Role
from domain.identifiers import structure_id
from domain.typology import TermKind
from projections.engine import catch_up
from tests.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    BESIDES,
    FOUNDED_AT,
    NATIONAL,
    PARENT,
    SCHOOL,
    TILLEULS,
    Reached,
    Town,
    coordonnateur,
    of_school,
    structure,
)
from tests.api.documents import Drawing, Drawn

DOCUMENTS = 400 * int(os.environ.get("SOAK_TIMES", "1"))
ASKERS = [PUBLIC, NATIONAL, AUDITOR, PARENT, structure(TILLEULS), coordonnateur("34"), of_school(Role.DIRECTOR, SCHOOL)]


@pytest.fixture
def busy(town: Town) -> Town:
    """Something of everything that public and partners read."""
    convention = town.signs()
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    held = town.declares(title="Tenue", themes=("temps-ecran", "educonnect"), published=True)
    town.animations = [
        held,
        town.declares(title="Annoncée", published=True, address="1, rue « Jules Ferry »\n34000 Montpellier"),
        town.declares(BASSE_TERRE, title="Aux îles", territory="971", type="atelier-parents", published=True),
        town.declares(title="Proposée"),
        structure_id(TILLEULS),
        convention,
        town.applies(),
    ]
    town.refuses(town.declares(title="Refusée"))
    town.cancels(town.declares(title="Annulée", published=True))
    town.animations.append(town.clones(held))
    town.now = FOUNDED_AT + timedelta(days=60)
    town.attests(held, 7)
    town.attaches(held)
    return town


def values(town: Town) -> dict[str, Sequence[Any]]:
    ids = [str(one) for one in town.animations]
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
        "Float": [1.5],
        "JSON": ["x"],
    }


class Both:
    """Asks both executors the same, each on a snapshot of its own."""

    def __init__(self, town: Town, pool: Any) -> None:
        self.services = Services(town.app, pool, Reached(), "secret", 1.0, lambda: town.now, *BESIDES)  # type: ignore[arg-type]
        self._documents = compiled_documents(schema)

    async def compiled(self, asked: Drawn, actor: Actor) -> bytes | None:
        found = await self._documents.prepared(asked.query, None)
        assert isinstance(found, Prepared), asked.query
        # As of somebody who is signed in: what was seen before is relied upon.
        held = await held_by(replace(actor, subject="somebody"), self.services)
        context = Context(self.services, actor, held=held)
        context.rely_on_last_seen()
        try:
            told = told_cost(found.cost(asked.variables))
            return orjson.dumps({"data": await found.execute(context, asked.variables), "extensions": told})
        except Exception:
            return None
        finally:
            await context.close()

    async def core(self, asked: Drawn, actor: Actor) -> tuple[bytes, bool]:
        context = Context(self.services, actor)
        try:
            result: Any = await schema.execute(asked.query, asked.variables, context_value=context)
        finally:
            await context.close()
        return orjson.dumps({"data": result.data, "extensions": result.extensions}), bool(result.errors)


def ask_both(town: Town, asked: Sequence[tuple[Drawn, Actor]]) -> list[tuple[bytes | None, bytes, bool]]:
    """Of each: what was answered compiled, by graphql-core, and whether that had errors."""

    async def asking() -> list[tuple[bytes | None, bytes, bool]]:
        async with AsyncConnectionPool(town.url, min_size=1, max_size=2, open=False) as pool:
            both = Both(town, pool)
            return [(await both.compiled(one, actor), *await both.core(one, actor)) for one, actor in asked]

    _catch_up(town)
    return asyncio.run(asking())


def test_documents_drawn_from_the_whole_schema_are_answered_byte_for_byte_as_by_graphql_core(busy: Town):
    random = Random(20261123)
    drawing = Drawing(schema._schema, values(busy), random, [*specified_rules, *RULES])
    asked = [(drawing.document(), random.choice(ASKERS)) for _ in range(DOCUMENTS)]
    kinds: Counter[str] = Counter()
    for (document, actor), (compiled, core, failed) in zip(asked, ask_both(busy, asked), strict=True):
        told = f"{document.query}\n{document.variables} {actor.role}"
        if failed:
            assert compiled is None, told
        else:
            assert compiled == core, told
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
    said: list[dict[str, Any]] = [
        {"first": 1, "without": False},
        {"first": 2, "without": False},
        {"first": 2, "without": True, "with": False},
        {"with": True, "without": True},
    ]
    answers = ask_both(busy, [(Drawn(query, variables), PUBLIC) for variables in said])
    assert all(compiled == core and not failed for compiled, core, failed in answers)
    assert len({core for _, core, _ in answers}) == len(said)


def test_an_answer_with_an_error_anywhere_is_left_to_graphql_core(busy: Town):
    documents = [
        "{ animations(first: 0) { totalCount } }",
        f'{{ structure(siret: "{TILLEULS}") {{ name dashboard {{ parents }} }} territories {{ code }} }}',
        "{ a: animations { totalCount } b: auditTrail { totalCount } }",
    ]
    for compiled, _, failed in ask_both(busy, [(Drawn(one, {}), PUBLIC) for one in documents]):
        assert failed
        assert compiled is None


def test_introspection_and_what_is_not_a_valid_query_are_not_compiled():
    documents = compiled_documents(schema)
    for_graphql_core = [
        'mutation { planningSend(input: {structureId: "x"}) { position } }',
        "subscription { animationPublished { id } }",
        "query a { position } query b { position }",
    ]
    invalid = [
        "{ nonsense }",
        "{ animations {",
        "{ animations " * 500 + "}" * 500,
        "mutation { animationPublish(input: {}) { position } }",
        "{ " + " ".join(f"a{n}: position" for n in range(60)) + " }",
    ]

    async def looks() -> None:
        for one in for_graphql_core:
            assert await documents.prepared(one, None) is None, one
        for one in invalid:
            assert isinstance(await documents.prepared(one, None), Invalid), one
        assert isinstance(await documents.prepared("query a { position } query b { position }", "b"), Prepared)

    asyncio.run(looks())


@pytest.mark.parametrize("padding", ["", " " * 400], ids=["short", "beside the event loop"])
def test_what_is_wrong_with_a_document_is_told_in_the_words_of_graphql_core(padding: str):
    documents = compiled_documents(schema)
    wrong = [
        "{ nonsense }",
        "{ animations { nodes { id(x: 1) themes } } }",
        "{ animations {",
        "query ($a: X) { position }",
    ]

    async def looks() -> None:
        for one in wrong:
            found = await documents.prepared(one + padding, None)
            assert isinstance(found, Invalid)
            result = await schema.execute(one + padding)
            assert [error.formatted for error in coded(found.errors)] == [
                error.formatted for error in result.errors or ()
            ]

    asyncio.run(looks())


def test_a_listing_that_reads_nothing_else_is_one_statement_and_no_transaction(busy: Town, monkeypatch):
    page = "{ animations(first: 2) { totalCount nodes { title structure { name } } pageInfo { endCursor } } }"
    empty = '{ animations(where: {territory: ["18"]}) { totalCount nodes { title } } }'
    more = "{ position animations(first: 2) { totalCount nodes { title } } }"
    opened: list[str] = []
    read = Context.read

    async def counted(self: Context) -> Any:
        opened.append("snapshot")
        return await read(self)

    monkeypatch.setattr(Context, "read", counted)

    async def asking() -> list[int]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both, snapshots = Both(busy, pool), []
            for query in (more, page, empty, more):
                before = len(opened)
                compiled = await both.compiled(Drawn(query, {}), PUBLIC)
                snapshots.append(len(opened) - before)
                assert compiled == (await both.core(Drawn(query, {}), PUBLIC))[0], query
        return snapshots

    _catch_up(busy)
    first, of_page, of_empty, last = asyncio.run(asking())
    assert (of_page, of_empty) == (0, 0)
    assert min(first, last) > 0


_EVERYTHING = """
fragment Words on Term { code label family formerLabels { label until } }
query ($first: Int, $last: Int, $with: Boolean = true) {
  animations(first: $first, last: $last, orderBy: [{field: TITLE, direction: DESC}]) {
    totalCount
    nodes {
      __typename again: id title description address communeCode startsAt endsAt publishedAt seats seatsLeft status
      ... on Node { id }
      structure { name kind: __typename siret @include(if: $with) }
      territory { timeZone }
      themes { ...Words }
      type { ...Words admitsChildren }
    }
    pageInfo { hasNextPage startCursor endCursor }
  }
}"""


def test_a_page_written_from_its_rows_bytes_is_what_graphql_core_makes_of_them(busy: Town, monkeypatch):
    busy.declares(title='"Tenue" \\ / \u2028 été 🎈 %b %%', published=True, description="L'un\n\tet l'autre")
    busy.declares(BASSE_TERRE, title="Aux îles", territory="971", themes=("autre-numerique-scolaire",), published=True)
    written: list[Any] = []
    write = Writer.written

    def noted(*told: Any) -> Any:
        written.append(told)
        return write(*told)

    monkeypatch.setattr(Writer, "written", noted)
    asked: list[dict[str, Any]] = [{"first": 100}, {"first": 100}, {"last": 2}, {"first": 1, "with": False}]
    documents = [Drawn(_EVERYTHING, variables) for variables in asked]
    documents.append(Drawn("{ animations { nodes { id __typename ... on Node { id } } } }", {}))
    documents.append(Drawn('{ animations(where: {territory: ["18"]}) { nodes { id } } }', {}))
    answers = ask_both(busy, [(one, PUBLIC) for one in documents * 2])
    assert all(compiled == core and not failed for compiled, core, failed in answers)
    assert len(written) == len(answers)


def test_what_was_written_of_a_term_is_forgotten_when_it_is_renamed(busy: Town):
    asked = [(Drawn(_EVERYTHING, {"first": 100}), PUBLIC)] * 2

    async def asking() -> list[bytes | None]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both = Both(busy, pool)
            told: list[bytes | None] = []
            for label in ("Les écrans et nous", "Écrans"):
                busy.does(TermRename(kind=TermKind.THEME, code="temps-ecran", label=label), NATIONAL)
                _catch_up(busy)
                for one, actor in asked * 2:
                    compiled = await both.compiled(one, actor)
                    assert compiled == (await both.core(one, actor))[0]
                    assert label.encode() in (compiled or b"")
                    told.append(compiled)
        return told

    assert len(set(asyncio.run(asking()))) == 2


_TIMELINE = """
query ($id: ID!) {
  structure(id: $id) {
    id name siret conventions { version }
    timeline(first: 50) {
      totalCount
      nodes { id position type recordedAt subject subjectVersion actor role cause commandId data personalFields }
      pageInfo { hasNextPage endCursor }
    }
  }
}"""
_SHORT_TIMELINE = _TIMELINE.replace("conventions { version }", "")


def test_a_timeline_is_one_statement_once_its_structure_was_seen_and_nothing_moved(busy: Town, monkeypatch):
    asked, besides = (Drawn(one, {"id": str(structure_id(TILLEULS))}) for one in (_SHORT_TIMELINE, _TIMELINE))
    snapshots: list[int] = []
    read = Context.read
    opened = 0

    async def counted(self: Context) -> Any:
        nonlocal opened
        opened += 1
        return await read(self)

    monkeypatch.setattr(Context, "read", counted)

    async def asking() -> None:
        nonlocal opened
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=1, timeout=5, open=False) as pool:
            both = Both(busy, pool)
            for moved in (False, False, True, False):
                if moved:
                    busy.declares(title="Entre-temps")
                    _catch_up(busy)
                opened = 0
                compiled = await both.compiled(asked, AUDITOR)
                snapshots.append(opened)
                assert compiled == (await both.core(asked, AUDITOR))[0]
                assert compiled is not None
                # What reads more besides does so in one snapshot.
                assert await both.compiled(besides, AUDITOR) == (await both.core(besides, AUDITOR))[0]

    _catch_up(busy)
    asyncio.run(asking())
    first, again, after_a_move, at_last = snapshots
    assert (again, at_last) == (0, 0)
    assert min(first, after_a_move) > 0


@pytest.mark.parametrize("query", [_TIMELINE, _SHORT_TIMELINE])
def test_what_moved_while_an_answer_was_made_is_left_to_graphql_core(busy: Town, monkeypatch, query):
    """A structure is known from before, and its timeline is of after: they go into no answer together."""
    asked = Drawn(query, {"id": str(structure_id(TILLEULS))})
    relied = Context.relied_upon

    def moving(self: Context) -> Any:
        busy.declares(title="Entre-temps")
        _catch_up(busy)
        return relied(self)

    async def asking() -> tuple[bytes | None, bytes | None]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both = Both(busy, pool)
            before = await both.compiled(asked, AUDITOR)
            monkeypatch.setattr(Context, "relied_upon", moving)
            return before, await both.compiled(asked, AUDITOR)

    _catch_up(busy)
    before, then = asyncio.run(asking())
    assert before is not None
    assert then is None


def _catch_up(town: Town) -> None:
    with town.app.pool.connection() as conn:
        catch_up(conn, town.app.vault)
