"""What is asked of the past is read once for an answer, folded once a moment, and beside the event loop."""

from __future__ import annotations

from threading import current_thread
from typing import Any
from uuid import UUID

import pytest

from eventstore.log import decode_rows, read_stream
from projections.engine import past
from tests.support.people import NATIONAL, SIRET, STRUCTURE, People
from tests.support.server import Server


@pytest.fixture
def animation(people: People) -> str:
    people.sign()
    declared = people.declare()
    people.publish(declared)
    return declared


def _document(animation: str, positions: list[int]) -> str:
    fields = (
        f'a{place}: animation(id: "{animation}", at: {{ position: {position} }}) {{ status seatsLeft }}'
        for place, position in enumerate(positions)
    )
    return f"{{ {' '.join(fields)} }}"


@pytest.fixture
def folded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The threads in which moments were folded."""
    threads: list[str] = []
    fold = past.past_snapshot

    def noted(*args: Any) -> Any:
        threads.append(current_thread().name)
        return fold(*args)

    monkeypatch.setattr("api.core.past.past_snapshot", noted)
    return threads


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    threads: list[str] = []

    def noted(rows: Any) -> Any:
        threads.append(current_thread().name)
        return decode_rows(rows)

    monkeypatch.setattr(past, "decode_rows", noted)
    return threads


def test_fifty_moments_in_one_document_cost_too_much(server: Server, animation: str):
    head = server.log_head()
    (error,) = server.errors(_document(animation, [head] * 50))
    assert error["extensions"]["code"] == "TOO_COSTLY"
    cost = server.post({"query": _document(animation, [head])}).json()["extensions"]["cost"]["requested"]
    assert 2_500 <= cost <= 2_510


def test_a_history_is_read_once_and_each_moment_folded_once_beside_the_event_loop(
    server: Server, animation: str, folded: list[str], decoded: list[str]
):
    with server.application.pool.connection() as conn:
        created, published = (event.position for event in read_stream(conn, UUID(animation)))
    answer = server.ask(_document(animation, [published, created] * 3), NATIONAL)
    assert [state["status"] for state in answer.values()] == ["PUBLISHED", "SUBMITTED"] * 3
    assert len(folded) == 2
    # Its own streams, and the lists that all moments show.
    assert len(decoded) == 2
    assert all("worker" in name for name in folded + decoded)


def test_a_history_that_is_too_long_is_refused_before_it_is_read(
    server: Server, people: People, animation: str, decoded: list[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(past, "MOST_EVENTS", 20)
    for number in range(12):
        people.declare(title=f"Atelier {number}")
    decoded.clear()
    query = "query ($s: String!, $p: Int!) { structure(siret: $s, at: { position: $p }) { dashboard { animations } } }"
    (error,) = server.errors(query, STRUCTURE, s=SIRET, p=server.log_head())
    assert error["extensions"] == {"code": "INVALID", "field": ["at"]}
    assert "trop longue" in error["message"]
