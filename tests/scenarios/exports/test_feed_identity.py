"""What identifies an animation is never made of the site's name, and what a site writes anew is sent anew."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from api.downloads import freshness
from tests.support.server import Server

FEEDS = ("/animations.ics", "/animations.atom", "/animations.jsonld")
ALL = (*FEEDS, "/animations.csv", "/animations.xlsx")
OTHER_SITE = "https://autre.example.org"


@pytest.fixture
def season(people: Any) -> str:
    people.sign()
    animation: str = people.declare(title="Café </script> des parents", address="1 rue de l'École, 34000 Montpellier")
    people.publish(animation)
    return animation


def _rename(server: Server) -> None:
    # Frozen: a running site keeps its name.
    object.__setattr__(server.services, "public_url", OTHER_SITE)


def _ids(server: Server) -> dict[str, list[str]]:
    calendar, atom = (server.http.get(path).text for path in FEEDS[:2])
    uids = [str(event["uid"]) for event in Calendar.from_ical(calendar).walk("VEVENT")]
    return {"uid": uids, "atom": re.findall("<id>(.*?)</id>", atom)}


def test_under_another_name_of_the_site_everything_keeps_its_identity(season, server):
    before = _ids(server)
    assert before["uid"] == [season]
    _rename(server)
    assert _ids(server) == before
    assert OTHER_SITE in server.http.get("/animations.ics").text


@pytest.mark.parametrize("path", ALL)
def test_another_release_or_name_of_the_site_is_another_file(season, server, monkeypatch, path):
    first = server.http.get(path)
    condition = {"if-none-match": first.headers["etag"]}
    assert server.http.get(path, headers=condition).status_code == 304
    _rename(server)
    renamed = server.http.get(path, headers=condition)
    assert renamed.status_code == 200
    monkeypatch.setattr(freshness, "RELEASE", "99.0")
    assert server.http.get(path, headers={"if-none-match": renamed.headers["etag"]}).status_code == 200


def test_who_knows_a_date_from_before_this_process_reads_the_file_again(season, server, monkeypatch):
    with server.application.pool.connection() as conn:
        conn.execute("UPDATE read_models.generations SET updated_at = now() - interval '1 hour'")
    server.clock.now -= timedelta(days=365)
    dated = server.http.get("/animations.csv").headers["last-modified"]
    assert server.http.get("/animations.csv", headers={"if-modified-since": dated}).status_code == 304
    monkeypatch.setattr(freshness, "_STARTED", freshness._STARTED + timedelta(seconds=2))
    assert server.http.get("/animations.csv", headers={"if-modified-since": dated}).status_code == 200


def test_events_stand_in_the_default_graph_with_their_address_in_parts(season, server):
    content = server.http.get("/animations.jsonld").text
    assert "</script>" not in content
    document = json.loads(content)
    assert "@id" not in document, "beside @graph it would name another graph than the default one"
    (event,) = document["@graph"]
    assert event["name"] == "Café </script> des parents"
    address = {
        name: event["location"]["address"].get(name) for name in ("streetAddress", "postalCode", "addressLocality")
    }
    assert list(address.values()) == ["1 rue de l'École", "34000", "Montpellier"]


@pytest.mark.parametrize(
    "name", ["utm_source", "utm_campaign", "mtm_kwd", "fbclid", "gclid", "mc_cid", "at_medium", "xtor", "_", "_ga"]
)
def test_what_a_newsletter_appends_to_a_link_is_passed_over(season, server, name):
    for path in ALL:
        assert server.http.get(path, params={name: "lettre", "territory": "34"}).status_code == 200, path
    feed = server.http.get("/animations.atom", params={name: "lettre"}).text
    assert _ids(server)["atom"][0] in feed
    assert "lettre" not in feed
    assert server.http.get("/animations.ics", params={"utm": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"startsFrom": "2027-03-15"}, True),
        ({"startsFrom": "2027-03-16"}, False),
        ({"startsBefore": "2027-03-15"}, False),
        ({"startsBefore": "2027-03-16"}, True),
        ({"startsFrom": "2027-03-15T18:00"}, True),
        ({"startsFrom": "2027-03-15T18:01"}, False),
        ({"startsBefore": "2027-03-15T18:00"}, False),
        ({"startsFrom": "2027-03-15T18:00:00+01:00"}, True),
        ({"startsFrom": "2027-03-15T18:00:01 01:00"}, False),
        ({"startsBefore": "2027-03-15T17:00:01Z"}, True),
    ],
)
def test_a_start_is_an_instant_a_local_time_or_a_day(season, people, server, params, found):
    titles = ["Café </script> des parents"] if found else []
    assert people.listing(**{name: value.replace(" ", "+") for name, value in params.items()}) == titles
    for path in ALL[:1] + ALL[3:4]:
        answer = server.http.get(path, params=params)
        assert ("script" in answer.text) is found, (path, answer.text)


@pytest.mark.parametrize("wrong", ["demain", "15/03/2027", "2027-13-01", "18:00"])
def test_what_is_no_start_is_refused_in_words(server, wrong):
    answer = server.http.get("/animations.ics", params={"startsFrom": wrong})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"].startswith("startsFrom : date et heure attendues, par exemple")


def test_an_animation_of_several_days_is_told_with_both(people, server):
    people.sign()
    hours = {"startsAt": "2027-03-15T22:00:00+01:00", "endsAt": "2027-03-16T00:00:00+01:00"}
    people.publish(people.declare(title="Nuit", **hours))
    feed = server.http.get("/animations.atom").text.replace("\u00a0", " ")
    assert "lundi 15 mars 2027, 22 h – mardi 16 mars 2027, 0 h" in feed
    calendar: Any = Calendar.from_ical(server.http.get("/animations.ics").text)
    (event,) = calendar.walk("VEVENT")
    assert event["dtend"].dt.replace(tzinfo=None) == datetime(2027, 3, 16)
