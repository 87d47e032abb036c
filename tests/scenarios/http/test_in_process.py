"""Queries of this process's own pages: with the cache, the refusals and the bounds of the endpoint."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from math import inf
from typing import Any

import orjson
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from api.core.answers import Refused
from api.core.asker.requests import MOST_VALUES
from api.core.context import Context
from api.core.negotiation import Accepted
from api.core.reading.own_writes import OWN_WRITE, OwnWrite
from api.http.answer_cache import LASTING, READ_AT, KeptAnswers
from api.http.in_process import InProcess
from domain.kernel.actors import Role
from tests.support.server import Server, expired_token, token

QUERY = "query Hello { __typename }"
PAGE: Scope = {"type": "http", "client": ("127.0.0.1", 1), "headers": []}


@dataclass
class _Standing:
    """A waiter that tests move."""

    standing: int | None = 1
    position: int = 5


@dataclass
class _View:
    """Answers with the number of the answer, or fails."""

    fault: Exception | None = None
    contexts: list[Context] = field(default_factory=list)

    async def respond(self, request: Request, context: Context, accepted: Accepted) -> Response:
        self.contexts.append(context)
        if self.fault is not None:
            raise self.fault
        request.scope[LASTING], request.scope[READ_AT] = inf, {"animations": (1, 5)}
        return Response(orjson.dumps({"data": {"number": len(self.contexts)}}))


@dataclass
class _Pages:
    """What pages ask, with the view behind it."""

    server: Server
    view: _View = field(default_factory=_View)
    waiter: _Standing = field(default_factory=_Standing)

    def __post_init__(self) -> None:
        kept = KeptAnswers(self.waiter)  # type: ignore[arg-type]
        self.endpoint = InProcess(self.server.services, _nowhere, self.view, kept)  # type: ignore[arg-type]

    def read(self, variables: Any = None, authorization: str | None = None, own: OwnWrite | None = None) -> Any:
        page = {**PAGE, OWN_WRITE: own}
        answer = asyncio.run(self.endpoint.read(page, QUERY, variables or {}, authorization))
        return None if answer is None else orjson.loads(answer)


async def _nowhere(*_: Any) -> None:
    raise AssertionError("a query of a page is no request of its own")


@pytest.fixture
def pages(server: Server) -> _Pages:
    return _Pages(server)


def number(answer: Any) -> Any:
    return answer["data"]["number"]


def test_the_public_is_given_the_same_answer_until_the_read_models_move(pages: _Pages):
    assert [number(pages.read()), number(pages.read()), number(pages.read({"a": 1}))] == [1, 1, 2]
    pages.waiter.standing = 2
    assert number(pages.read()) == 3


def test_nothing_is_kept_for_pages_while_notices_cannot_be_heard(pages: _Pages):
    pages.waiter.standing = None
    assert [number(pages.read()), number(pages.read())] == [1, 2]


def test_the_answer_of_a_person_signed_in_is_theirs_alone(pages: _Pages):
    authorization = f"Bearer {token(Role.NATIONAL)}"
    assert [number(pages.read(authorization=authorization)) for _ in range(2)] == [1, 2]
    assert number(pages.read()) == 3


def test_who_has_just_recorded_something_is_given_no_older_answer(pages: _Pages):
    assert number(pages.read()) == 1
    assert number(pages.read(own=OwnWrite(5))) == 1
    assert number(pages.read(own=OwnWrite(6))) == 2


def test_a_refusal_is_answered_with_its_code(pages: _Pages):
    pages.view.fault = Refused(503, "UNAVAILABLE", "Revenez dans un instant.")
    (error,) = pages.read()["errors"]
    assert error == {"message": "Revenez dans un instant.", "extensions": {"code": "UNAVAILABLE"}}


def test_an_unforeseen_fault_is_answered_by_the_number_of_its_incident_alone(pages: _Pages):
    pages.view.fault = ValueError("a detail of ours")
    (error,) = pages.read()["errors"]
    assert error["extensions"]["code"] == "INTERNAL"
    assert "detail" not in error["message"]


def test_a_token_that_has_ended_is_refused_before_anything_is_read(pages: _Pages):
    (error,) = pages.read(authorization=f"Bearer {expired_token(Role.NATIONAL)}")["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert pages.view.contexts == []


def test_variables_that_may_be_too_many_are_left_to_a_request_of_their_own(pages: _Pages):
    assert pages.read({"text": "a" * MOST_VALUES}) is None


def test_what_was_opened_for_an_answer_is_let_go_of_when_it_fails(pages: _Pages):
    closed: list[Context] = []
    close = Context.close

    async def noted(context: Context) -> None:
        closed.append(context)
        await close(context)

    pages.view.fault = ValueError("a detail of ours")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Context, "close", noted)
        pages.read()
    assert closed == pages.view.contexts
