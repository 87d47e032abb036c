"""A schema is built with its table of reading rights: what has no entry does not start, what has one is enforced."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry

from api.core import permissions
from api.core.context import Info
from api.core.permissions import WrongTable, enforce
from api.core.reading_rights import EVERYBODY
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.rights import Action, Belongings

OURS, THEIRS = (frozenset([code]) for code in ("34", "971"))
COORDONNATEUR = Actor(Role.COORDONNATEUR, "coordo", territories=OURS)
ELSEWHERE = Actor(Role.COORDONNATEUR, "coordo", territories=THEIRS)
PARENT = Actor(Role.PARENT, "parent")
#: Roots, a thing's fields, what it takes to be shown a thing, parts: of the schema below.
ROOTS = {EVERYBODY: "place", Action.TERRITORY_READ: "figures notes"}
FIELDS = {"Place": {EVERYBODY: "name size", Action.TERRITORY_READ: "note budget letters"}}
PARTS = {"Letter": "words"}


@strawberry.type
class Letter:
    words: str


@strawberry.type
class Place:
    name: str

    @property
    def belongings(self) -> Belongings:
        return Belongings(territories=OURS)

    @strawberry.field
    def note(self, info: Info) -> str | None:
        return "a note"

    @strawberry.field
    async def letters(self, info: Info) -> list[Letter] | None:
        return [Letter(words="a word")]

    @strawberry.field
    def size(self, info: Info) -> int:
        return 34

    @strawberry.field
    async def budget(self, info: Info) -> int | None:
        return 12


@strawberry.type
class Query:
    @strawberry.field
    def place(self) -> Place:
        return Place(name="Montpellier")

    @strawberry.field
    def figures(self, info: Info) -> int | None:
        return 3


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def notes(self, info: Info) -> AsyncGenerator[str, None]:
        yield "first"
        info.context.permit()
        yield "second"


SCHEMA = strawberry.Schema(Query, subscription=Subscription)


def _use(
    patch: pytest.MonkeyPatch, roots: Any = ROOTS, fields: Any = FIELDS, parts: Any = PARTS, refused: str = "budget"
) -> None:
    tables = {"ROOTS": roots, "FIELDS": fields, "PARTS": parts, "ROWS": {"Place": EVERYBODY}}
    for name, table in (tables | {"REFUSED": {"Place": refused}}).items():
        patch.setattr(permissions, name, table)


@pytest.fixture(scope="module")
def enforced() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        _use(patch)
        enforce(SCHEMA._schema)
    return SCHEMA


def _asks(schema: Any, document: str, actor: Actor) -> tuple[Any, list[Any]]:
    result = asyncio.run(schema.execute(document, context_value=SimpleNamespace(actor=actor)))
    return result.data, [(error.extensions or {}).get("code") for error in result.errors or ()]


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"roots": {EVERYBODY: "place", Action.TERRITORY_READ: "notes"}}, "figures has no entry"),
        (
            {"fields": {"Place": {EVERYBODY: "name size", Action.TERRITORY_READ: "note budget"}}},
            "Place.letters has no entry",
        ),
        ({"parts": {}}, "Letter.words has no entry"),
        ({"parts": {"Letter": "words stamp"}}, "Letter.stamp is no field of the schema"),
        ({"parts": {"Letter": "words words"}}, "Letter.words has several entries"),
        (
            {"fields": {"Place": {Action.TERRITORY_READ: "name size note budget letters"}}},
            "Place.name is not for everybody",
        ),
        ({"roots": {Action.TERRITORY_READ: "place figures notes"}}, "place is not for everybody"),
        ({"refused": "budget name"}, "Place.name is refused, but for everybody"),
        (
            {"fields": {"Place": {EVERYBODY: "name note", Action.TERRITORY_READ: "budget letters size"}}},
            "Place.size is not for everybody: it must be nullable",
        ),
    ],
)
def test_a_schema_that_does_not_fit_its_table_does_not_start(monkeypatch, changed, problem):
    _use(monkeypatch, **changed)
    with pytest.raises(WrongTable, match=problem):
        enforce(SCHEMA._schema)


def test_a_root_answers_the_roles_of_its_entry_and_refuses_others(enforced):
    assert _asks(enforced, "{ figures }", ELSEWHERE) == ({"figures": 3}, [])
    assert _asks(enforced, "{ figures }", PARENT) == ({"figures": None}, ["FORBIDDEN"])
    assert _asks(enforced, "{ figures }", PUBLIC) == ({"figures": None}, ["UNAUTHENTICATED"])


def test_a_field_is_null_for_who_may_not_and_refused_in_words_where_the_table_says_so(enforced):
    document = "{ place { name note letters { words } } }"
    assert _asks(enforced, document, COORDONNATEUR)[0]["place"]["letters"] == [{"words": "a word"}]
    assert _asks(enforced, document, ELSEWHERE) == (
        {"place": {"name": "Montpellier", "note": None, "letters": None}},
        [],
    )
    document = "{ place { name budget } }"
    assert _asks(enforced, document, COORDONNATEUR) == ({"place": {"name": "Montpellier", "budget": 12}}, [])
    assert _asks(enforced, document, ELSEWHERE) == ({"place": {"name": "Montpellier", "budget": None}}, ["FORBIDDEN"])


def test_what_is_for_everybody_is_left_as_it_is(enforced):
    definition = enforced._schema.type_map["Query"].fields["place"].extensions["strawberry-definition"]
    assert not hasattr(definition.base_resolver.wrapped_func, "__wrapped__")


def test_a_subscription_is_refused_at_first_and_once_the_right_has_ended(enforced):
    async def follow(actor: Actor) -> list[Any]:
        context = SimpleNamespace(actor=actor)
        answers = []
        async for answer in await enforced.subscribe("subscription { notes }", context_value=context):
            answers.append(answer.data or answer.errors[0].extensions["code"])
            context.actor = PARENT
        return answers

    assert asyncio.run(follow(COORDONNATEUR)) == [{"notes": "first"}, "FORBIDDEN"]
