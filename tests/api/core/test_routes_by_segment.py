"""An address leads where it would if it were compared with every route."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import BaseRoute, Route, Router, WebSocketRoute
from starlette.types import Message, Scope
from starlette.websockets import WebSocket

from api.http.routes_by_segment import RoutesBySegment, WholeRoute, with_pages


def page(path: str, *methods: str) -> Route:
    async def answer(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{path} {dict(request.path_params)}")

    return Route(path, answer, methods=methods or ("GET",))


async def greeted(socket: WebSocket) -> None:
    raise AssertionError("nobody opens it here")


ROUTES = [
    page("/"),
    *(page("/animations"), page("/animations", "POST"), page("/animations.csv")),
    *(page("/animations/new"), page("/animations/{id}"), page("/animations/{id}/rows/{row:int}", "POST")),
    page("/files/{path:path}"),
    WebSocketRoute("/graphql", greeted),
]
ADDRESSES = (
    *("/", "//", "/animations", "/animations/", "/animations.csv", "/animations/new", "/animations/7"),
    *("/animations/7/rows/3", "/animations/7/rows/x", "/files/a/b", "/files", "/graphql", "/other", "/%61nimations"),
)


async def answers(routes: list[Any], method: str) -> dict[str, tuple[int, str, str | None, str | None]]:
    """Return the answer at each address: status, text, methods that it allows, and where it leads."""
    answered = {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(Router(routes))) as client:
        for address in ADDRESSES:
            answer = await client.request(method, f"http://site{address}")
            headers = answer.headers
            answered[address] = answer.status_code, answer.text, headers.get("allow"), headers.get("location")
    return answered


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT"])
def test_an_address_leads_where_it_would_among_all_routes(method: str):
    expected = asyncio.run(answers(ROUTES, method))
    assert asyncio.run(answers([RoutesBySegment(ROUTES)], method)) == expected
    assert len({status for status, *_ in expected.values()}) > 1


def test_routes_that_could_begin_with_anything_are_none_of_these():
    with pytest.raises(AssertionError):
        RoutesBySegment([page("/{anything}")])


def whole(path: str, *methods: str) -> WholeRoute:
    return WholeRoute(path, page(path).endpoint, methods or ("GET",))


async def sent(routes: Sequence[BaseRoute], method: str, path: str) -> tuple[bool, bytes]:
    """Return whether a whole route answers, and what is sent."""
    content = b""

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        nonlocal content
        content += message.get("body", b"")

    scope: Scope = {"type": "http", "method": method, "path": path, "headers": [], "path_params": {}}
    return await RoutesBySegment(routes).handle_whole(scope, receive, send), content


def test_only_a_route_that_answers_every_failure_itself_is_answered_without_the_layers_around():
    routes = [page("/animations.csv"), page("/animations/new"), whole("/animations/{id}"), whole("/letters", "POST")]
    assert asyncio.run(sent(routes, "GET", "/animations/7")) == (True, b"/animations/{id} {'id': '7'}")
    for method, path in (("GET", "/animations/new"), ("POST", "/animations/7"), ("GET", "/letters"), ("GET", "/no")):
        assert asyncio.run(sent(routes, method, path)) == (False, b"")


def test_a_page_takes_an_address_for_the_methods_that_it_has():
    read, sent, socket = page("/letters"), page("/letters", "POST"), WebSocketRoute("/letters", greeted)
    form, page_read = page("/letters", "POST"), page("/letters")
    assert with_pages([read, sent, socket], [form]) == [read, socket, form]
    assert with_pages([read, sent, socket], [form, page_read]) == [socket, form, page_read]
    with pytest.raises(AssertionError, match="PUT"):
        with_pages([page("/letters", "POST", "PUT")], [form])
