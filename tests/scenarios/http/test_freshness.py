"""Files beside GraphQL are read and sent again when they are others, and then only."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import httpx
import pytest

from api.downloads import freshness
from domain.kernel.actors import Actor, Role
from projections.engine.rebuild import rebuild
from tests.support.api.reading import executed
from tests.support.people import NATIONAL, STRUCTURE, STRUCTURE_ID
from tests.support.server import MASTER_KEY, Server

OWN = f"/structures/{STRUCTURE_ID}/animations"
PUBLIC = tuple(f"/animations.{form}" for form in ("csv", "xlsx", "ics", "atom", "jsonld"))
ALL = (*PUBLIC, f"{OWN}.csv", f"{OWN}.xlsx")
FEEDS = PUBLIC[2:]


@pytest.fixture
def season(people: Any) -> None:
    people.sign()
    people.publish(people.declare())


def _get(server: Server, path: str, who: str = STRUCTURE, **headers: str) -> httpx.Response:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    answer: httpx.Response = server.http.get(path, headers={"authorization": f"Bearer {who}"} | sent)
    return answer


def _stand_still(server: Server, seconds: int) -> None:
    """As if the read models had moved so long ago for the last time."""
    with server.application.pool.connection() as conn:
        conn.execute("UPDATE read_models.generations SET updated_at = now() - %s", (timedelta(seconds=seconds),))


@pytest.mark.parametrize("path", ALL)
def test_as_long_as_nothing_moves_no_row_is_read(season, people, server, path):
    first = _get(server, path)
    with executed() as statements:
        again = _get(server, path, if_none_match=f'"other", {first.headers["etag"]}')
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert not any("cursor_values" in query.as_string(None) for query, _ in statements)
    # The asker, and the last move of the read models; a structure's row is cached.
    assert len(statements) == 2
    assert _get(server, path, NATIONAL, if_none_match=first.headers["etag"]).status_code == 200, "another asker"
    people.declare(title="Encore une")
    assert _get(server, path, if_none_match=first.headers["etag"]).status_code == 200


@pytest.mark.parametrize("path", ALL)
def test_who_knows_the_date_alone_is_answered_as_well(season, people, server, path):
    _stand_still(server, 600)
    server.clock.now -= timedelta(days=365)
    first = _get(server, path)
    since = first.headers["last-modified"]
    assert _get(server, path, if_modified_since=since).status_code == 304
    earlier = format_datetime(parsedate_to_datetime(since) - timedelta(seconds=1), usegmt=True)
    assert _get(server, path, if_modified_since=earlier).status_code == 200
    assert _get(server, path, if_modified_since="hier").status_code == 200
    assert _get(server, path, if_none_match='"other"', if_modified_since=since).status_code == 200
    server.clock.now += timedelta(days=365)
    people.declare(title="Encore une")
    moved = _get(server, path, if_modified_since=since)
    assert moved.status_code == 200
    assert "last-modified" not in moved.headers, "the second is not over"


@pytest.mark.parametrize("path", FEEDS)
def test_a_feed_of_a_new_day_may_be_another(season, server, path):
    first = _get(server, path)
    server.clock.now += timedelta(days=1)
    assert _get(server, path, if_none_match=first.headers["etag"]).status_code == 200


def test_other_filters_are_another_file(season, server):
    first = _get(server, "/animations.csv?territory=34")
    assert _get(server, "/animations.csv?territory=02", if_none_match=first.headers["etag"]).status_code == 200


def test_a_rebuild_may_tell_things_otherwise_at_the_same_position(season, server, founded_url):
    first = _get(server, "/animations.csv")
    head = server.log_head()
    rebuild(founded_url, MASTER_KEY, ["animations"])
    assert server.log_head() == head
    assert _get(server, "/animations.csv", if_none_match=first.headers["etag"]).status_code == 200


def test_the_same_asker_is_known_whatever_the_order_of_what_they_speak_for():
    def asker(*territories: str) -> Any:
        return freshness._of_asker(Actor(Role.COORDONNATEUR, "c", territories=frozenset(territories)))

    assert asker("34", "02", "971") == asker("971", "34", "02") != asker("34")
