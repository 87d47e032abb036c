"""What the compiled executor leaves to graphql-core is counted by why, and a mutation is looked at once."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from typing import Any

import psycopg
import pytest
import strawberry.schema.schema as strawberry_schema
from psycopg_pool import AsyncConnectionPool

from api.animations import queries
from api.compiled import documents
from api.compiled.documents import Document
from api.core.context import Context
from api.schema import schema
from domain.kernel.actors import PUBLIC
from eventstore.unavailable import is_unavailable
from tests.support.api.asking import Town
from tests.support.api.both_executors import Both
from tests.support.api.documents import Drawn

LISTING = "{ animations(first: 1) { nodes { title } } }"


def _fallbacks(town: Town, *queries: str) -> Counter[str]:
    async def asking() -> Counter[str]:
        counts: Counter[str] = Counter()
        async with AsyncConnectionPool(town.url, min_size=1, max_size=2, open=False) as pool:
            services = Both(town, pool).services
            for text in queries:
                document = await schema.documents.prepared(text, None)
                assert isinstance(document, Document)
                assert document.query is not None
                context = Context(services, PUBLIC)
                await document.query.execute(context, {}, counts)
                await context.close()
        return counts

    return asyncio.run(asking())


def test_an_answer_that_goes_well_is_no_fallback(busy: Town):
    assert not _fallbacks(busy, LISTING)


def test_an_error_that_is_told_and_what_is_not_compiled_are_counted_under_fixed_names(busy: Town):
    forbidden, introspection = "{ auditTrail { totalCount } }", "{ __schema { types { name } } }"
    assert _fallbacks(busy, forbidden, forbidden, introspection) == {"expected error": 2, "not compilable": 1}


def test_a_fault_is_counted_by_its_class_and_logged_once(busy: Town, monkeypatch, caplog):
    async def fails(*_: Any) -> Any:
        raise FloatingPointError("camille@exemple.fr")

    monkeypatch.setattr(queries, "published_animations", fails)
    with caplog.at_level(logging.WARNING):
        assert _fallbacks(busy, LISTING, LISTING) == {"FloatingPointError": 2}
    (logged,) = [record for record in caplog.records if record.name == "api.compiled.query"]
    assert vars(logged)["reason"] == "FloatingPointError"
    assert "camille" not in caplog.text


@pytest.mark.parametrize(
    "others", ["", " b: animations(first: 2) { nodes { title } }"], ids=["alone", "beside another"]
)
def test_a_database_that_is_away_is_told_as_such(busy: Town, monkeypatch, others: str):
    async def fails(*_: Any) -> Any:
        raise psycopg.OperationalError("the connection is closed")

    monkeypatch.setattr(queries, "published_animations", fails)
    with pytest.raises(Exception) as raised:  # noqa: PT011
        _fallbacks(busy, LISTING.removesuffix("}") + others + " }")
    assert is_unavailable(raised.value)


@pytest.mark.parametrize("padding", ["", " " * 30_000], ids=["kept", "too long to be kept"])
def test_a_mutation_is_parsed_once_and_validated_once(busy: Town, monkeypatch, padding: str):
    mutation = 'mutation { planningSend(input: {structureId: "x"}) { position errors { code } } }' + padding
    calls: Counter[str] = Counter()

    def counting(module: Any, name: str) -> None:
        original = getattr(module, name)

        def counted(*args: Any, **kwargs: Any) -> Any:
            calls[name] += 1
            return original(*args, **kwargs)

        monkeypatch.setattr(module, name, counted)

    counting(documents, "parse")
    counting(documents, "validate")
    counting(strawberry_schema, "parse")
    counting(strawberry_schema, "validate_document")

    async def asking() -> None:
        async with AsyncConnectionPool(busy.url, min_size=1, max_size=2, open=False) as pool:
            _, failed = await Both(busy, pool).core(Drawn(mutation, {}), PUBLIC)
            assert not failed

    asyncio.run(asking())
    assert calls == {"parse": 1, "validate": 1}
