"""The public listing: who stands in it, how it is filtered, sorted and paged."""

from __future__ import annotations

import base64
from datetime import UTC, datetime

import pytest

from application.animations.commands import AnimationPublish
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import (
    AUDITOR,
    BASSE_TERRE,
    LISTING,
    NATIONAL,
    TILLEULS,
    Town,
    coordonnateur,
    order,
    structure,
    titles,
    walk,
)

OCTOBER, NOVEMBER = datetime(2026, 10, 5, 16, 0, tzinfo=UTC), datetime(2026, 11, 9, 17, 0, tzinfo=UTC)


@pytest.fixture
def town(town: Town) -> Town:
    town.signs()
    town.signs(BASSE_TERRE, "Ville de Basse-Terre", "971")
    return town


def test_the_listing_holds_published_animations_only_whoever_asks(town: Town):
    town.declares(title="Soumise")
    town.refuses(town.declares(title="Refusée"))
    town.cancels(town.declares(title="Annulée", published=True))
    town.declares(title="Publiée", published=True)
    for actor in (NATIONAL, structure(TILLEULS)):
        assert town.listing(actor) == ["Publiée"]
    assert town.listing() == ["Publiée"]


def test_each_filter_narrows_the_listing_and_all_of_them_hold_together(town: Town):
    town.declares(title="Œuvres à l'école", themes=("temps-ecran", "educonnect"), published=True)
    town.declares(
        BASSE_TERRE,
        territory="971",
        title="Séminaire",
        type="seminaire",
        audience="mediateurs",
        venue_type="mairie",
        starts_at=NOVEMBER,
        published=True,
    )
    first, second = ["Œuvres à l'école"], ["Séminaire"]
    for where, expected in [
        ({"territory": ["34"]}, first),
        ({"territory": ["34", "971"]}, first + second),
        ({"theme": ["educonnect"]}, first),
        ({"theme": ["ent-pronote", "jeux-video"]}, second),
        ({"type": ["seminaire"]}, second),
        ({"venueType": ["mairie"]}, second),
        ({"audience": ["parents"]}, first),
        ({"structureId": str(structure_id(TILLEULS))}, first),
        ({"startsFrom": "2026-11-09T18:00:00+01:00"}, second),
        ({"startsFrom": "2026-11-09T18:00:01+01:00"}, []),
        ({"startsBefore": "2026-10-05T18:00:00+02:00"}, []),
        ({"startsBefore": "2026-10-05T18:00:01+02:00"}, first),
        ({"startsFrom": "2026-11-09T13:00:00"}, second),
        ({"startsFrom": "2026-11-09T13:00:01"}, []),
        ({"startsFrom": "2026-11-09T00:00:00", "startsBefore": "2026-11-10T00:00:00"}, second),
        ({"territory": ["971"], "startsFrom": "2026-11-10T00:00:00"}, []),
        ({"territory": ["34"], "startsBefore": "2026-10-06T00:00:00"}, first),
        ({"seatsLeft": True}, first + second),
        ({"seatsLeft": False}, []),
        ({"text": "OEUVRE ecol"}, first),
        ({"text": "œuvre"}, first),
        ({"text": "jaures"}, first + second),
        ({"text": "seminaires"}, second),
        ({"text": "seminariste"}, []),
        ({"text": "« & ! ' \\ :* »"}, []),
        ({"theme": [], "territory": []}, first + second),
        ({"territory": ["34"], "type": ["seminaire"]}, []),
    ]:
        assert town.listing(where=where) == expected, where


def test_the_listing_is_sorted_by_every_field_in_both_directions(town: Town):
    b = town.declares(title="beta", starts_at=NOVEMBER, type="seminaire", audience="mediateurs", published=True)
    a = town.declares(title="Alpha", starts_at=OCTOBER, published=True)
    town.now = datetime(2026, 10, 6, tzinfo=UTC)
    c = town.declares(title="État", starts_at=datetime(2026, 12, 1, tzinfo=UTC), published=True)
    town.attests(a, parents=3)
    by_id = {str(b): "b", str(a): "a", str(c): "c"}
    for fields, expected in [
        # What is to come leads.
        ([], "bca"),
        (["STARTS_AT"], "abc"),
        (["-STARTS_AT"], "cba"),
        (["TITLE"], "abc"),
        (["-TITLE"], "cba"),
        (["TYPE", "TITLE"], "acb"),
        (["-TYPE", "TITLE"], "bac"),
        (["AUDIENCE", "-TITLE"], "bca"),
        (["-AUDIENCE", "TITLE"], "acb"),
        (["STATUS", "-STARTS_AT"], "cba"),
        (["-PUBLISHED_AT", "TITLE"], "cab"),
    ]:
        page = town.asks(LISTING, orderBy=order(*fields)).data["animations"]
        assert "".join(by_id[node["id"]] for node in page["nodes"]) == expected, fields
        walked = walk(town, LISTING, ["animations"], 1, NATIONAL, orderBy=order(*fields))
        assert "".join(by_id[key] for key in walked) == expected, fields


def test_pages_go_forwards_and_backwards_over_the_same_list(town: Town):
    for title in "abcdefg":
        town.declares(title=title, published=True)
    by_title = order("TITLE")
    first = town.asks(LISTING, orderBy=by_title, first=3).data["animations"]
    assert (titles(first), first["totalCount"]) == (["a", "b", "c"], 7)
    assert first["pageInfo"]["hasNextPage"]
    assert not first["pageInfo"]["hasPreviousPage"]
    second = town.asks(LISTING, orderBy=by_title, first=3, after=first["pageInfo"]["endCursor"]).data["animations"]
    assert titles(second) == ["d", "e", "f"]
    assert second["pageInfo"]["hasNextPage"]
    assert second["pageInfo"]["hasPreviousPage"]
    end = town.asks(LISTING, orderBy=by_title, last=2).data["animations"]
    assert titles(end) == ["f", "g"]
    assert end["pageInfo"]["hasPreviousPage"]
    assert not end["pageInfo"]["hasNextPage"]
    back = town.asks(LISTING, orderBy=by_title, last=4, before=second["pageInfo"]["endCursor"]).data["animations"]
    assert titles(back) == ["b", "c", "d", "e"]
    assert back["pageInfo"] == {
        "hasNextPage": True,
        "hasPreviousPage": True,
        "startCursor": back["edges"][0]["cursor"],
        "endCursor": back["edges"][-1]["cursor"],
    }
    begin = town.asks(LISTING, orderBy=by_title, last=9, before=back["edges"][1]["cursor"]).data["animations"]
    assert titles(begin) == ["a", "b"]
    assert not begin["pageInfo"]["hasPreviousPage"]


def test_a_cursor_survives_what_is_published_before_and_after_it(town: Town):
    for title in ("b", "d", "f"):
        town.declares(title=title, published=True)
    cursor = town.asks(LISTING, orderBy=order("TITLE"), first=2).data["animations"]["pageInfo"]["endCursor"]
    for title in ("a", "c", "e"):
        town.declares(title=title, published=True)
    assert town.listing(orderBy=order("TITLE"), after=cursor) == ["e", "f"]


def test_a_page_without_anybody_has_no_cursors(town: Town):
    page = town.asks(LISTING).data["animations"]
    assert page == {
        "nodes": [],
        "edges": [],
        "totalCount": 0,
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None},
    }


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "arguments",
    [
        {"first": 101},
        {"first": -1},
        {"last": -1},
        {"last": 101},
        {"first": 2, "last": 2},
        {"after": ""},
        {"after": "n'importe quoi"},
        {"after": "\x00"},
        {"after": "é"},
        {"after": _cursor("[]")},
        {"after": _cursor('["STARTS_AT,id"]')},
        {"after": _cursor('["STARTS_AT,id","hier","00000000-0000-0000-0000-000000000000"]')},
        {"after": _cursor('["STARTS_AT,id","2026-10-05","pas un uuid"]')},
        {"after": _cursor('["STARTS_AT,id",1,2]')},
        {"after": _cursor('{"STARTS_AT,id":1}')},
        {"before": _cursor("null")},
        {"where": {"structureId": "abc"}},
        {"where": {"text": "a\x00b"}},
        {"where": {"territory": ["3\x004"]}},
        {"where": {"theme": ["\ud800"]}},
        {"where": {"startsFrom": "demain"}},
        {"where": {"startsBefore": "2026-10"}},
        {"where": {"territory": ["99"]}},
    ],
    ids=str,
)
def test_arguments_that_cannot_be_used_are_named_in_french(town: Town, arguments):
    town.declares(published=True)
    answer = town.asks(LISTING, **arguments)
    assert answer.codes == ["INVALID"], answer.messages


def test_a_cursor_of_another_order_is_refused(town: Town):
    town.declares(published=True)
    cursor = town.asks(LISTING, orderBy=order("TITLE")).data["animations"]["pageInfo"]["endCursor"]
    assert town.asks(LISTING, orderBy=order("-TITLE"), after=cursor).codes == ["INVALID"]
    assert town.asks(LISTING, after=cursor).codes == ["INVALID"]


@pytest.mark.parametrize(
    "instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "0001-01-01", "9999-12-31"]
)
def test_instants_at_the_ends_of_the_calendar_are_only_instants(town: Town, instant: str):
    town.declares(published=True)
    for name in ("startsFrom", "startsBefore"):
        answer = town.asks(LISTING, where={name: instant})
        assert answer.result.errors is None or answer.codes == ["INVALID"], answer.messages


def test_how_many_there_are_is_counted_only_when_asked_for(town: Town):
    town.declares(published=True)
    without = town.asks("{ animations { nodes { id } } }").statements
    assert town.asks("{ animations { nodes { id } totalCount } }").statements == without + 1


def test_a_page_costs_the_same_few_statements_however_long_and_deep_it_is(town: Town):
    document = """query ($first: Int) { animations(first: $first) { totalCount nodes {
      title structure { siret name } territory { code name } venueType { label } audience { label } type { label }
      themes { label description } clonedFrom { title structure { name } clonedFrom { id } }
      attestation { total } allowedActions { action allowed reason } } } position }"""
    source = town.declares(published=True)
    for _ in range(24):
        source = town.clones(source)
        town.does(AnimationPublish(animation_id=source), NATIONAL)
    few = town.asks(document, NATIONAL, first=2)
    many = town.asks(document, NATIONAL, first=100)
    assert len(many.data["animations"]["nodes"]) == 25
    # Which sources a page of two clones has is one statement a level, as for twenty-five.
    assert many.statements <= few.statements + 1
    assert many.statements <= 8


TO_PUBLISH = "{ animationsToPublish(first: 10) { totalCount nodes { title structure { name } } } }"


def test_the_national_team_finds_what_waits_for_publication_of_every_structure_and_nobody_else_does(town: Town):
    town.declares(title="Première")
    town.declares(title="Publiée", published=True)
    town.declares(BASSE_TERRE, territory="971", title="Seconde")
    waiting = town.asks(TO_PUBLISH, NATIONAL).data["animationsToPublish"]
    assert {(node["title"], node["structure"]["name"]) for node in waiting["nodes"]} == {
        ("Première", "Centre social Les Tilleuls"),
        ("Seconde", "Ville de Basse-Terre"),
    }
    assert waiting["totalCount"] == 2
    for actor in (structure(TILLEULS), coordonnateur("34"), AUDITOR):
        assert town.asks(TO_PUBLISH, actor).codes == ["FORBIDDEN"]
    assert town.asks(TO_PUBLISH).codes == ["UNAUTHENTICATED"]
