"""Kept answers: given again while nothing moves, never after, and never to anybody whose answer is their own."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import inf
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from api.http.answer_cache import LASTING, AnswerCache, KeptAnswers
from domain.kernel.actors import Role
from tests.support.people import People
from tests.support.server import Clock, Server, token

LISTING = "{ position animations(first: 100) { totalCount nodes { id title } } }"


@pytest.fixture
def statements(server: Server, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each snapshot that an answer opens."""
    opened: list[str] = []
    pool = server.services.pool
    connection = pool.connection

    def counted(*args: Any, **kwargs: Any) -> Any:
        opened.append("snapshot")
        return connection(*args, **kwargs)

    monkeypatch.setattr(pool, "connection", counted)
    return opened


def settled(server: Server) -> str:
    """Waits until the read models have all that happened."""
    return str(server.log_head())


def test_the_public_is_given_the_same_bytes_without_a_look_into_the_database(server: Server, statements: list[str]):
    body = {"query": LISTING}
    first = server.post(body, min_position=settled(server))
    after = len(statements)
    again = [server.post(body) for _ in range(3)]
    assert len(statements) == after
    assert {answer.content for answer in again} == {first.content}
    assert {answer.headers["etag"] for answer in again} == {first.headers["etag"]}
    assert first.headers["cache-control"] == "no-cache"


def test_a_published_animation_stands_in_the_next_answer_that_waits_for_it(server: Server, people: People):
    body = {"query": LISTING}
    people.sign()
    titles = []
    for number in range(3):
        people.publish(people.declare(title=f"Atelier {number}"))
        answer = server.post(body, min_position=settled(server)).json()["data"]
        titles.append([node["title"] for node in answer["animations"]["nodes"]])
        assert answer["position"] == server.log_head()
        assert server.post(body).json()["data"]["animations"] == answer["animations"]
    assert [len(page) for page in titles] == [1, 2, 3]


def test_a_browser_that_has_the_answer_is_told_so(server: Server):
    first = server.http.get("/graphql", params={"query": LISTING})
    etag = first.headers["etag"]
    again = server.http.get("/graphql", params={"query": LISTING}, headers={"If-None-Match": etag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    other = server.http.get("/graphql", params={"query": LISTING}, headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_answers_of_those_who_have_signed_in_are_not_kept(server: Server, statements: list[str]):
    body = {"query": "{ viewer { role } animations { totalCount } }"}
    national, auditor = token(Role.NATIONAL), token(Role.AUDITOR)
    for _ in range(2):
        before = len(statements)
        answers = [server.post(body, who) for who in (national, auditor, None)]
        assert [answer.json()["data"]["viewer"]["role"] for answer in answers] == ["NATIONAL", "AUDITOR", "PUBLIC"]
        assert all("etag" not in answer.headers for answer in answers)
        assert len(statements) >= before + len(answers)


def test_what_hangs_on_the_time_is_not_kept(server: Server, people: People, clock: Clock):
    people.sign()
    animation = people.declare()
    people.publish(animation)
    body = {
        "query": "query ($id: ID!) { animation(id: $id) { title allowedActions { action allowed reason } } }",
        "variables": {"id": animation},
    }
    first = server.post(body, min_position=settled(server))
    assert "etag" not in first.headers
    clock.now += timedelta(days=400)
    assert "etag" not in server.post(body).headers


def test_the_list_of_what_is_to_come_is_kept_within_its_minute(
    server: Server, people: People, clock: Clock, statements: list[str]
):
    people.sign()
    people.publish(people.declare(startsAt="2027-01-15T18:00:00+01:00", endsAt="2027-01-15T20:00:00+01:00"))
    body = {"query": "{ animations(where: {upcoming: true}) { totalCount } }"}
    for moment, total in ((16, 59, 30), 1), ((17, 0, 20), 1), ((17, 1, 0), 0):
        clock.now = datetime(2027, 1, 15, *moment, tzinfo=UTC)
        # What was kept in another minute of this clock is not looked at: here no such minute ends.
        other = {**body, "query": body["query"] + f" # {moment}"}
        first = server.post(other, min_position=settled(server))
        assert first.json()["data"] == {"animations": {"totalCount": total}}
        looked = len(statements)
        assert (server.post(other).content, len(statements)) == (first.content, looked)


def test_errors_are_not_kept(server: Server):
    for query in ("{ nonsense }", "{ animations(first: -1) { totalCount } }", "{ auditTrail { totalCount } }"):
        for _ in range(2):
            answer = server.post({"query": query})
            assert "etag" not in answer.headers
            assert answer.headers["cache-control"] == "no-store"
            assert "errors" in answer.json()


@dataclass
class _Standing:
    """A waiter that tests move."""

    standing: int | None = 1
    position: int = 1


@dataclass
class _View:
    """Answers each question with its length and the number of the answer."""

    waiter: _Standing
    answered: int = 0
    move_meanwhile: bool = False
    seconds: float = inf
    sizes: list[int] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = (await receive())["body"]
        self.answered += 1
        if self.move_meanwhile:
            self.waiter.standing = (self.waiter.standing or 0) + 1
        scope[LASTING] = self.seconds
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"%d of %s" % (self.answered, body)})


async def _posted(cache: AnswerCache, body: bytes) -> bytes:
    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    await cache({"type": "http", "method": "POST", "headers": [], "query_string": b""}, receive, send)
    content: bytes = messages[1]["body"]
    return content


def _post(cache: AnswerCache, body: bytes) -> bytes:
    return asyncio.run(_posted(cache, body))


def test_nothing_is_kept_while_notices_cannot_be_heard():
    waiter = _Standing(standing=None)
    cache = AnswerCache(_View(waiter), KeptAnswers(waiter))  # type: ignore[arg-type]
    assert [_post(cache, b"a"), _post(cache, b"a")] == [b"1 of a", b"2 of a"]


def test_every_notice_discards_what_was_kept():
    waiter = _Standing()
    cache = AnswerCache(_View(waiter), KeptAnswers(waiter))  # type: ignore[arg-type]
    assert [_post(cache, b"a"), _post(cache, b"a")] == [b"1 of a", b"1 of a"]
    waiter.standing = 2
    assert _post(cache, b"a") == b"2 of a"


def test_an_answer_during_which_the_read_models_moved_is_given_but_not_kept():
    waiter = _Standing()
    cache = AnswerCache(_View(waiter, move_meanwhile=True), KeptAnswers(waiter))  # type: ignore[arg-type]
    assert [_post(cache, b"a"), _post(cache, b"a")] == [b"1 of a", b"2 of a"]


def test_what_was_asked_for_longest_ago_gives_way_when_the_bytes_are_full():
    waiter = _Standing()
    view = _View(waiter)
    cache = AnswerCache(view, KeptAnswers(waiter, most_bytes=5_000))  # type: ignore[arg-type]
    for body in (b"a", b"b", b"a", b"c"):
        _post(cache, body)
    assert view.answered == 3
    assert [_post(cache, b"a"), _post(cache, b"b")] == [b"1 of a", b"4 of b"]


def test_an_answer_that_follows_the_clock_is_kept_until_its_minute_ends(monkeypatch):
    waiter = _Standing()
    cache = AnswerCache(_View(waiter, seconds=20.0), KeptAnswers(waiter))  # type: ignore[arg-type]
    clock = 100.0
    monkeypatch.setattr("api.http.answer_cache.monotonic", lambda: clock)
    assert [_post(cache, b"a"), _post(cache, b"a")] == [b"1 of a", b"1 of a"]
    clock = 119.9
    assert _post(cache, b"a") == b"1 of a"
    clock = 120.0
    assert _post(cache, b"a") == b"2 of a"
