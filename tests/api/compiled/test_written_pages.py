"""Pages written from the bytes of their rows say what graphql-core would, and what is kept of them is found again."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from typing import Any

from psycopg_pool import AsyncConnectionPool

from api.compiled import writing
from api.compiled.writing import Writer
from application.typology import TermRename
from domain.kernel.actors import PUBLIC
from domain.typology.typology import TermKind
from tests.support.api.asking import BASSE_TERRE, NATIONAL, Town
from tests.support.api.both_executors import Both, ask_both, catch_up_with
from tests.support.api.documents import Drawn

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
    pages: list[Any] = []
    write = Writer.items

    def record(*arguments: Any) -> Any:
        pages.append(arguments)
        return write(*arguments)

    monkeypatch.setattr(Writer, "items", record)
    variables_of_each: list[dict[str, Any]] = [{"first": 100}, {"first": 100}, {"last": 2}, {"first": 1, "with": False}]
    documents = [Drawn(_EVERYTHING, variables) for variables in variables_of_each]
    documents.append(Drawn("{ animations { nodes { id __typename ... on Node { id } } } }", {}))
    documents.append(Drawn('{ animations(where: {territory: ["18"]}) { nodes { id } } }', {}))
    answers = ask_both(busy, [(document, PUBLIC) for document in documents * 2])
    assert all(compiled == core and not failed for compiled, core, failed in answers)
    assert len(pages) == len(answers)


def test_what_was_written_of_a_field_is_written_again_by_every_document_that_shows_the_same_of_it(busy: Town):
    page = "{ animations { nodes { startsAt %s: territory { %s } themes { label } } } }"
    shown = ["code name", "code name", "name code", "code: name name", "code kind: __typename", "code kind: name"]
    documents = [page % (f"at{number}", selection) for number, selection in enumerate(shown)]
    catch_up_with(busy)

    async def asking() -> list[int]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both, kept = Both(busy, pool), []
            for document in documents:
                drawn = Drawn(document, {})
                assert await both.compiled(drawn, PUBLIC) == (await both.core(drawn, PUBLIC))[0], document
                kept.append(len(writing._fragments.by_key))
            return kept

    kept = asyncio.run(asking())
    added = [after - before for before, after in pairwise(kept)]
    # Under another name it is the same; other fields of it, in another order or under other names, are not.
    assert added[0] == 0
    assert min(added[1:]) > 0


def test_what_was_written_of_a_term_is_forgotten_when_it_is_renamed(busy: Town):
    requests = [(Drawn(_EVERYTHING, {"first": 100}), PUBLIC)] * 2

    async def asking() -> list[bytes | None]:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            both = Both(busy, pool)
            answers: list[bytes | None] = []
            for label in ("Les écrans et nous", "Écrans"):
                busy.does(TermRename(kind=TermKind.THEME, code="temps-ecran", label=label), NATIONAL)
                catch_up_with(busy)
                for document, actor in requests * 2:
                    compiled = await both.compiled(document, actor)
                    assert compiled == (await both.core(document, actor))[0]
                    assert label.encode() in (compiled or b"")
                    answers.append(compiled)
        return answers

    assert len(set(asyncio.run(asking()))) == 2
