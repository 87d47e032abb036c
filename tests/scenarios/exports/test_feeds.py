"""The public listing as feeds, read by programs that are not ours: a calendar's, a feed reader's, a search engine's."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import feedparser  # type: ignore[import-untyped]
import pytest
from icalendar import Calendar

from api.animations import feeds
from domain.kernel.actors import Role
from domain.kernel.identifiers import structure_id
from tests.support.api.reading import executed
from tests.support.people import ANIMATION, CONVENTION, NATIONAL, STRUCTURE
from tests.support.server import Server, token

SITE = "https://parentalite.example.org"
FEEDS = ("/animations.ics", "/animations.atom", "/animations.jsonld")
BASSE_TERRE = "21971101700018"


@pytest.fixture
def season(people: Any) -> dict[str, str]:
    """One published, one cancelled after that, one cancelled that never was published, one that waits; by title."""
    people.sign()
    animations = {
        title: people.declare(title=title) for title in ("Publiée", "Annulée après", "Annulée avant", "En attente")
    }
    for title in ("Publiée", "Annulée après"):
        people.publish(animations[title])
    people.server.clock.now += timedelta(days=1)
    for title in ("Annulée après", "Annulée avant"):
        _cancel(people, animations[title])
    return animations


def _cancel(people: Any, animation: str, who: str = STRUCTURE) -> None:
    document = (
        'mutation($id: ID!) { animationCancel(input: {animationId: $id, reason: "Neige & verglas"}) { position } }'
    )
    assert people.server.ask(document, who, id=animation)["animationCancel"]["position"]


def _calendar(server: Server, **params: str) -> dict[str, Any]:
    calendar = Calendar.from_ical(server.http.get("/animations.ics", params=params).content)
    return {str(event["summary"]): event for event in calendar.walk("VEVENT")}


def _atom(server: Server, **params: str) -> Any:
    answer = server.http.get("/animations.atom", params=params)
    feed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not feed.bozo, feed
    return feed


def _events(server: Server, **params: str) -> dict[str, dict[str, Any]]:
    content = json.loads(server.http.get("/animations.jsonld", params=params).content)
    assert content["@context"] == "https://schema.org"
    return {event["name"]: event for event in content["@graph"]}


def _titles(server: Server, path: str, **params: str) -> set[str]:
    match path:
        case "/animations.ics":
            return set(_calendar(server, **params))
        case "/animations.atom":
            return {entry.title for entry in _atom(server, **params).entries}
    return set(_events(server, **params))


def test_a_calendar_program_takes_the_newer_version_and_sees_what_is_cancelled(season, people, server):
    events = _calendar(server)
    assert set(events) == {"Publiée", "Annulée : Annulée après"}
    published, cancelled = events["Publiée"], events["Annulée : Annulée après"]
    assert (published["status"], cancelled["status"]) == ("CONFIRMED", "CANCELLED")
    assert str(cancelled["description"]).startswith("Annulée : Neige & verglas\n")
    assert published["uid"] == season["Publiée"], "no name of a site, which may change"
    assert cancelled.decoded("last-modified") > published.decoded("last-modified")
    document = "mutation($id: ID!) { animationModify(input: {animationId: $id, venueName: %s}) { position } }"
    server.ask(document % '"Mairie"', STRUCTURE, id=season["Publiée"])
    again = _calendar(server)["Publiée"]
    assert again["uid"] == published["uid"]
    assert again.decoded("sequence") > published.decoded("sequence")
    assert str(again["location"]).startswith("Mairie, ")


def test_a_calendar_knows_the_clocks_of_guadeloupe_and_of_both_seasons_of_paris(people, server):
    people.sign()
    for day, offset in (("2027-03-15", "+01:00"), ("2027-06-15", "+02:00")):
        hours = {"startsAt": f"{day}T18:00:00{offset}", "endsAt": f"{day}T20:00:00{offset}"}
        people.publish(people.declare(title=day, **hours))
    there = {"territory": "971", "title": "Basse-Terre", "structureId": str(structure_id(BASSE_TERRE))}
    signed = CONVENTION | {"siret": BASSE_TERRE, "structureName": "Ville", "territory": "971"}
    people.does("01-sign-a-convention", NATIONAL, **signed)
    hours = {"startsAt": "2027-03-15T18:00:00-04:00", "endsAt": "2027-03-15T20:00:00-04:00"}
    town = token(Role.STRUCTURE, sirets=[BASSE_TERRE])
    declared = people.does("03-declare-an-animation", town, **ANIMATION | there | hours)
    people.publish(str(declared["animation"]["id"]))

    calendar: Any = Calendar.from_ical(server.http.get("/animations.ics").content)
    zones = {str(zone["tzid"]): zone.to_tz(lookup_tzid=False) for zone in calendar.walk("VTIMEZONE")}
    assert set(zones) == {"Europe/Paris", "America/Guadeloupe"}
    instants = {}
    for event in calendar.walk("VEVENT"):
        start = event["dtstart"]
        # By the definition that the file carries, as a program does that knows no zone by name.
        instants[str(event["summary"])] = start.dt.replace(tzinfo=zones[start.params["TZID"]]).astimezone(UTC)
        assert start.dt.replace(tzinfo=ZoneInfo(start.params["TZID"])).hour == 18
    assert instants == {
        "2027-03-15": datetime(2027, 3, 15, 17, tzinfo=UTC),
        "2027-06-15": datetime(2027, 6, 15, 16, tzinfo=UTC),
        "Basse-Terre": datetime(2027, 3, 15, 22, tzinfo=UTC),
    }


def test_calendars_are_told_when_to_ask_again(season, server):
    answer = server.http.get("/animations.ics", params={"territory": "34"})
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n" in answer.content
    assert b"\r\nX-PUBLISHED-TTL:PT1H\r\n" in answer.content
    assert str(Calendar.from_ical(answer.content)["source"]) == f"{SITE}/animations.ics?territory=34"


def test_a_feed_reader_is_told_what_changed_last_first(season, server):
    feed = _atom(server)
    assert feed.version == "atom10"
    assert [entry.title for entry in feed.entries] == ["Annulée : Annulée après", "Publiée"]
    assert feed.feed.links[0].href == f"{SITE}/animations.atom"
    assert feed.feed.id.startswith("urn:uuid:")
    assert feed.feed.id != _atom(server, territory="34").feed.id
    cancelled, published = feed.entries
    assert feed.feed.updated == cancelled.updated > cancelled.published
    assert published.id == UUID(season["Publiée"]).urn
    assert published.link == f"{SITE}/animations/{season['Publiée']}"
    assert published.author == "Centre social Les Tilleuls"
    assert published.summary.startswith("lundi 15 mars 2027, 18\u00a0h – 20\u00a0h, École Jean Jaurès, ")
    assert "Hérault" in {tag.term for tag in published.tags}


def test_marks_of_xml_in_a_title_stay_what_was_written_and_what_xml_cannot_hold_is_replaced(people, server):
    people.sign()
    people.publish(people.declare(title="<b>Écrans</b> & « jeux »\ufffe]]>"))
    (entry,) = _atom(server).entries
    assert entry.title_detail.type == "text/plain"
    assert entry.title == "<b>Écrans</b> & « jeux »\ufffd]]>"


def test_a_feed_without_entries_is_one_all_the_same(server):
    feed = _atom(server)
    assert (feed.version, feed.entries) == ("atom10", [])
    assert feed.feed.updated
    assert _calendar(server) == _events(server) == {}


def test_a_search_engine_is_told_the_event_its_place_and_its_organizer(season, server):
    answer = server.http.get("/animations.jsonld")
    assert answer.headers["content-type"] == "application/ld+json; charset=utf-8"
    events = _events(server)
    assert set(events) == {"Publiée", "Annulée après"}
    event = events["Publiée"]
    assert (event["@type"], event["@id"]) == ("Event", f"{SITE}/animations/{season['Publiée']}")
    assert event["startDate"] == "2027-03-15T18:00:00+01:00"
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert events["Annulée après"]["eventStatus"] == "https://schema.org/EventCancelled"
    assert event["eventAttendanceMode"] == "https://schema.org/OfflineEventAttendanceMode"
    assert event["location"] == {
        "@type": "Place",
        "name": "École Jean Jaurès",
        "address": {
            "@type": "PostalAddress",
            "addressCountry": "FR",
            "addressRegion": "Hérault",
            "streetAddress": "1 rue de l'École, Montpellier",
        },
    }
    assert event["organizer"]["name"] == "Centre social Les Tilleuls"
    assert event["organizer"]["identifier"] == {
        "@type": "PropertyValue",
        "propertyID": "SIRET",
        "value": "21020001000010",
    }
    assert event["isAccessibleForFree"] is True
    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (12, 12)


def test_what_is_online_has_no_place_on_a_map(people, server):
    people.sign()
    people.publish(people.declare(title="À distance", venueType="en-ligne", venueName="Visioconférence"))
    event = _events(server)["À distance"]
    assert event["eventAttendanceMode"] == "https://schema.org/OnlineEventAttendanceMode"
    assert event["location"]["@type"] == "VirtualLocation"


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_take_the_filters_of_the_listing(season, server, path):
    assert len(_titles(server, path, territory="34", text="publiee")) == 1
    assert _titles(server, path, theme="jeux-video") == set()
    refused = server.http.get(path, params={"territoire": "34"})
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"].startswith("territoire : ")


@pytest.mark.parametrize("path", FEEDS)
def test_feeds_tell_of_the_next_year_from_yesterday_on(season, server, path):
    assert len(_titles(server, path)) == 2
    server.clock.now = datetime(2027, 3, 16, 23, 0, tzinfo=UTC)
    assert len(_titles(server, path)) == 2
    server.clock.now = datetime(2027, 3, 17, 1, 0, tzinfo=UTC)
    assert _titles(server, path) == set()
    server.clock.now = datetime(2026, 3, 1, tzinfo=UTC)
    assert _titles(server, path) == set()


@pytest.mark.parametrize(("name", "path"), [("_CALENDAR", FEEDS[0]), ("_ATOM", FEEDS[1]), ("_JSON_LD", FEEDS[2])])
def test_feeds_are_bounded_and_what_is_cancelled_takes_its_turn(people, server, monkeypatch, name, path):
    people.sign()
    monkeypatch.setattr(feeds, name, replace(getattr(feeds, name), most=3))
    for number in range(6):
        day = f"2027-03-{10 + number}"
        hours = {"startsAt": f"{day}T18:00:00+01:00", "endsAt": f"{day}T19:00:00+01:00"}
        people.server.clock.now += timedelta(minutes=1)
        animation = people.declare(title=f"Café {number}", **hours)
        people.publish(animation)
        if number in (1, 4):
            _cancel(people, animation)
    titles = {title.removeprefix("Annulée : ") for title in _titles(server, path)}
    latest = path == "/animations.atom"
    first = {"Café 3", "Café 4", "Café 5"} if latest else {"Café 0", "Café 1", "Café 2"}
    assert titles == first | {"Suite : 3 autres animations"}, "what is left out is told where it would stand"
    assert "Suite" not in "".join(_titles(server, path, startsBefore="2027-03-12"))


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_costs_the_same_few_statements_however_long_it_is(people, server, path):
    people.sign()
    people.publish(people.declare())
    server.http.get(path)
    with executed() as few:
        server.http.get(path)
    for number in range(5):
        people.publish(people.declare(title=f"Café {number}"))
    server.http.get(path)
    with executed() as more:
        server.http.get(path)
    # When the read models moved, what is published, what is cancelled.
    assert len(few) == len(more) == 3
