"""Let people who signed in on the pages download files for which the API wants a token: a link sends none."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from web.core.cookies.sessions import Sessions

#: Downloads that pages link to. Pages and GraphQL know who asks in ways of their own.
_FILES = re.compile(
    r"/(?:service-dossiers/[^/]+/.+|structures/[^/]+/(?:animations\.(?:csv|xlsx)|contacts\.csv|planning\.pdf)|audit-trail\.csv"
    r"|animations/import-template\.(?:csv|xlsx)|animations/[^/]+/to-call\.(?:csv|pdf)"
    r"|animations/[^/]+/(?:attendance-sheet.*|(?:ticket|poster|flyer|slide)\.pdf|kit\.zip)|strategies/[^/]+/documents/[^/]+"
    r"|publications/[^/]+/files/[^/]+|candidatures/[^/]+/certificate\.pdf)"
)


class Downloads:
    """Adds the token of a session to what is downloaded. Only reading: nothing can be changed by such a link."""

    def __init__(self, app: ASGIApp, sessions: Sessions) -> None:
        self._app, self._sessions = app, sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD") and _FILES.fullmatch(scope["path"]):
            request = Request(scope)
            if "authorization" not in request.headers and (token := self._sessions.token(request)) is not None:
                headers = [*scope["headers"], (b"authorization", f"Bearer {token}".encode())]
                scope = {**scope, "headers": headers}
        await self._app(scope, receive, send)
