"""Walking the pages of a list gives the list: whatever the order, the size and the direction, while others write."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from operator import itemgetter
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.rows import dict_row

from application.animations.commands import AnimationPublish
from domain.kernel.actors import PUBLIC, Actor
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import structure_id
from tests.support.api.asking import NATIONAL, TILLEULS, Town, structure
from tests.support.api.reading import Reader, opened_town, reading, refusals

PAGE = """pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } }"""
ARGUMENTS = "orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before"
VARIABLES = "$orderBy: [AnimationOrder!], $first: Int, $after: String, $last: Int, $before: String"
LISTING = f"query ({VARIABLES}) {{ list: animations({ARGUMENTS}) {{ {PAGE} }} }}"
OWN = f'query ({VARIABLES}) {{ structure(siret: "{TILLEULS}") {{ list: animations({ARGUMENTS}) {{ {PAGE} }} }} }}'
FIELDS = ("STARTS_AT", "TITLE", "PUBLISHED_AT", "TYPE", "AUDIENCE", "STATUS", "ATTESTED")
_LATER = datetime(2026, 10, 20, tzinfo=UTC)

Orders = list[dict[str, str]]


@dataclass
class Listed:
    """A list under test: the public listing, or a structure's own animations."""

    reader: Reader
    public: bool

    @property
    def actor(self) -> Actor:
        return PUBLIC if self.public else structure(TILLEULS)

    def page(self, orders: Orders, **arguments: Any) -> dict[str, Any]:
        document = LISTING if self.public else OWN
        data = self.reader.asks(document, self.actor, orderBy=orders, **arguments).data
        page: dict[str, Any] = data["list"] if self.public else data["structure"]["list"]
        return page

    def members(self) -> dict[str, dict[str, Any]]:
        """Everything that the list holds, by id, from the table itself."""
        with self.reader.town.app.pool.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
            rows = cursor.execute("SELECT * FROM read_models.animations_g1").fetchall()
        return {str(row["animation_id"]): row for row in rows if row["status"] == "PUBLISHED" or not self.public}


@pytest.fixture(scope="module")
def busy(server_url: str, worker_id: str, founded_name: str) -> Iterator[Reader]:
    """A structure with animations in every status, many of them equal in what they are sorted by."""
    with opened_town(server_url, f"api_walks_{worker_id}", founded_name) as town:
        town.signs()
        random = Random(5)
        declared = [_declare(town, random) for _ in range(26)]
        for animation in declared[:6]:
            town.refuses(animation)
        for animation in declared[6:20]:
            town.does(AnimationPublish(animation_id=animation), NATIONAL)
            town.now += timedelta(minutes=random.choice((0, 0, 1)))
        town.cancels(declared[6])
        town.cancels(declared[21])
        before, town.now = town.now, _LATER
        for animation in declared[8:13]:
            try:
                town.attests(animation, parents=random.randint(0, 9))
            except DomainError:
                continue
        town.now = before
        with reading(town) as reader:
            yield reader


def _declare(town: Town, random: Random) -> Any:
    starts_at = datetime(2026, 10, random.choice((5, 6, 30)), 16, 0, 0, random.choice((0, 0, 120_000)), tzinfo=UTC)
    return town.declares(
        title=random.choice(("Café", "cafe", "Œuvre", "zèle")),
        starts_at=starts_at,
        type=random.choice(("cafe-des-parents", "seminaire")),
        audience=random.choice(("parents", "mediateurs")),
    )


def _key(name: str, row: dict[str, Any]) -> Any:
    column = {"TITLE": "title_key"}.get(name, name.lower())
    value = row[column]
    return datetime.fromtimestamp(0, UTC) if value is None else value


def _is_sorted(listed: Listed, orders: Orders, rows: list[dict[str, Any]]) -> bool:
    # Of what is published, status and attestation are the same for whoever asks.
    sorted_by = [order for order in orders if not (listed.public and order["field"] in ("STATUS", "ATTESTED"))]
    for row, other in pairwise(rows):
        for order in sorted_by:
            here, there = _key(order["field"], row), _key(order["field"], other)
            if here != there:
                if (here < there) != (order["direction"] == "ASC"):
                    return False
                break
    return True


def _walk(listed: Listed, orders: Orders, size: int, backwards: bool, between: Any = lambda: None) -> list[str]:
    """The ids of the whole list, first to last, read page by page from one end or the other."""
    walked: list[str] = []
    cursor = None
    while True:
        arguments = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
        page = listed.page(orders, **arguments)
        ids = [edge["node"]["id"] for edge in page["edges"]]
        cursors = [edge["cursor"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
        assert info["hasNextPage" if backwards else "hasPreviousPage"] == (cursor is not None)
        assert not {*ids} & {*walked}, "it walks in circles"
        walked = ids + walked if backwards else walked + ids
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            return walked
        assert len(ids) == size
        cursor = info["startCursor" if backwards else "endCursor"]
        between()


_ORDERS = st.lists(
    st.fixed_dictionaries({"field": st.sampled_from(FIELDS), "direction": st.sampled_from(("ASC", "DESC"))}),
    max_size=3,
    unique_by=itemgetter("field"),
)
_SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@pytest.mark.parametrize("public", [True, False], ids=["listing", "own animations"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("field", FIELDS)
def test_every_order_gives_the_whole_list_sorted_forwards_and_backwards(busy: Reader, field, direction, public):
    listed, orders = Listed(busy, public), [{"field": field, "direction": direction}]
    members = listed.members()
    forwards = _walk(listed, orders, 5, backwards=False)
    assert sorted(forwards) == sorted(members)
    assert _is_sorted(listed, orders, [members[key] for key in forwards])
    assert _walk(listed, orders, 4, backwards=True) == forwards


@settings(max_examples=25, deadline=None, suppress_health_check=_SLOW)
@given(orders=_ORDERS, size=st.sampled_from((1, 2, 3, 8, 13, 100)), backwards=st.booleans(), public=st.booleans())
def test_walking_the_pages_gives_exactly_the_sorted_list(busy: Reader, orders, size, backwards, public):
    listed = Listed(busy, public)
    members = listed.members()
    walked = _walk(listed, orders, size, backwards)
    assert sorted(walked) == sorted(members)
    assert _is_sorted(listed, orders, [members[key] for key in walked])
    assert walked == [edge["node"]["id"] for edge in listed.page(orders, first=100)["edges"]]


@settings(max_examples=10, deadline=None, suppress_health_check=_SLOW)
@given(
    orders=_ORDERS,
    size=st.sampled_from((3, 8)),
    backwards=st.booleans(),
    public=st.booleans(),
    random=st.randoms(use_true_random=False),
)
def test_what_is_written_between_pages_neither_repeats_nor_hides_a_row(
    busy: Reader, orders, size, backwards, public, random
):
    listed = Listed(busy, public)
    before = set(listed.members())
    written = 0

    def write() -> None:
        nonlocal written
        if written < 2:
            town, written = busy.town, written + 1
            town.does(AnimationPublish(animation_id=_declare(town, random)), NATIONAL)
            busy.catches_up()

    walked = _walk(listed, orders, size, backwards, write)
    members = listed.members()
    assert len(walked) == len(set(walked))
    assert before <= set(walked) <= set(members)
    assert _is_sorted(listed, orders, [members[key] for key in walked])


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": -5}, "first"),
        ({"first": 101}, "first"),
        ({"last": -1}, "last"),
        ({"last": 101}, "last"),
        ({"first": 2, "last": 2}, "last"),
        ({"first": 2, "before": "x"}, "before"),
        ({"last": 2, "after": "x"}, "after"),
        ({"after": "x", "before": "x"}, "after"),
        ({"first": 2, "after": "x"}, "after"),
        ({"last": 2, "before": "x"}, "before"),
    ],
    ids=str,
)
@pytest.mark.parametrize("public", [True, False], ids=["listing", "own animations"])
def test_an_argument_of_a_page_that_cannot_be_used_is_named(busy: Reader, public, arguments, field):
    listed = Listed(busy, public)
    answer = busy.asks(LISTING if public else OWN, listed.actor, **arguments)
    assert refusals(answer) == [{"code": "INVALID", "field": [field]}]


def _cut(edges: list[Any], after: int | None, before: int | None, first: int | None, last: int | None) -> list[Any]:
    """Return the slice as the specification of connections has it."""
    within = edges[0 if after is None else after + 1 : before]
    within = within[: 20 if first is None and last is None else first]
    return within if last is None else within[len(within) - min(last, len(within)) :]


@pytest.mark.parametrize("orders", [None, [], [{"field": "TITLE", "direction": "DESC"}]], ids=str)
def test_after_and_before_both_bound_a_page_from_either_end(busy: Reader, orders: Any):
    def page(**arguments: Any) -> Any:
        answer = busy.asks(LISTING, PUBLIC, None, orderBy=orders, **arguments)
        assert refusals(answer) == []
        return answer.data["list"]

    edges = page(first=9)["edges"]
    for after, before in ((None, 6), (1, 6), (0, 1), (6, 1), (3, 3)):
        for size in ({"first": 2}, {"last": 2}, {"first": 0}, {"last": 0}, {}):
            if after is None and not size:
                continue
            cursors = {"after": after, "before": before}
            named = {name: edges[place]["cursor"] for name, place in cursors.items() if place is not None}
            bounded = page(**size, **named)
            expected = _cut(edges, after, before, size.get("first"), size.get("last"))
            assert bounded["edges"] == expected, (after, before, size)
            ends = [edge["cursor"] for edge in (expected[:1] + expected[-1:])]
            info = bounded["pageInfo"]
            assert [info["startCursor"], info["endCursor"]] == (ends or [None, None])
            assert info["hasNextPage"], "what `before` names follows"
            assert info["hasPreviousPage"] or after is None, "what `after` names precedes"
    empty = page(first=0)
    assert (empty["edges"], empty["pageInfo"]["hasNextPage"]) == ([], True)


_PASSING = ("2026-10-05 16:00:00+00", "0001-01-01T00:00:00+23:59", "ﬁn")


@pytest.mark.parametrize(
    "values",
    [
        ["STARTS_AT,id", "2026-W41-1", "STRUCTURE"],
        ["STARTS_AT,id", "2026-10-05T16:00", "STRUCTURE"],
        ["STARTS_AT,id", "infinity", "STRUCTURE"],
        ["STARTS_AT,id", "2026-10-05 16:00:00+00", "urn:uuid:{STRUCTURE}"],
        ["STARTS_AT,id", "0001-01-01T00:00:00+23:59", "STRUCTURE"],
        ["TITLE,id", "a\x00b", "STRUCTURE"],
        ["TITLE,id", "ﬁn", "STRUCTURE"],
        ["ATTESTED,id", "maybe", "STRUCTURE"],
    ],
    ids=str,
)
def test_a_forged_cursor_is_at_worst_an_unusable_argument(busy: Reader, values):
    from base64 import urlsafe_b64encode

    import orjson

    signed = [value.replace("STRUCTURE", str(structure_id(TILLEULS))) for value in values]
    cursor = urlsafe_b64encode(orjson.dumps(signed)).decode()
    orders = [{"field": values[0].split(",")[0], "direction": "ASC"}]
    for public in (True, False):
        listed = Listed(busy, public)
        answer = busy.asks(LISTING if public else OWN, listed.actor, orderBy=orders, after=cursor)
        # Only what is well made passes, and is then a place like any other.
        assert answer.codes == ([] if values[1] in _PASSING else ["INVALID"]), answer.messages


def test_an_order_given_twice_counts_as_it_was_given_first(busy: Reader):
    listed = Listed(busy, public=False)
    title, start = {"field": "TITLE", "direction": "DESC"}, {"field": "STARTS_AT", "direction": "ASC"}
    twice = [title, start, {"field": "TITLE", "direction": "ASC"}]
    assert _walk(listed, twice, 9, backwards=False) == _walk(listed, [title, start], 9, backwards=False)
