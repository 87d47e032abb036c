"""A cookie of some seconds that carries the position of what a browser's user recorded last, for the next process.

Replicas that have not come so far do not answer then. Nothing else follows from it: who makes one up is answered by the
primary, as everybody would be without replicas.
"""

from __future__ import annotations

from math import ceil

from starlette.datastructures import MutableHeaders
from starlette.requests import cookie_parser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.reading.own_writes import OWN_WRITE, OwnWrite

NAME = "parentalite-position"
_LONGEST = 19


class OwnWriteCookie:
    """ASGI middleware. Past `seconds`, no replica that answers is older than the write."""

    def __init__(self, app: ASGIApp, seconds: float, secure: bool) -> None:
        self._app = app
        self._attributes = f"; Max-Age={ceil(seconds) + 1}; Path=/; HttpOnly; SameSite=Lax" + "; Secure" * secure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        before = _position_in(scope)
        own = scope[OWN_WRITE] = OwnWrite(before)

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and own.position > before:
                MutableHeaders(scope=message).append("set-cookie", f"{NAME}={own.position}{self._attributes}")
            await send(message)

        await self._app(scope, receive, sending)


def _position_in(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"cookie" and NAME.encode() in value:
            text = cookie_parser(value.decode("latin-1")).get(NAME, "")
            return int(text) if text.isascii() and text.isdigit() and len(text) < _LONGEST else 0
    return 0
