"""Security headers of every answer, and the sites whose pages may call this API (CORS)."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.datastructures import MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
#: Headers that pages of other sites may send: ours, and those that usual clients add by themselves.
_ALLOWED = [
    *("authorization", "content-type", "min-position", "x-request-id", "if-none-match"),
    *("idempotency-key", "last-event-id"),
    *("graphql-require-preflight", "apollo-require-preflight", "x-graphql-event-stream-token"),
    "x-apollo-operation-name",
    *("apollographql-client-name", "apollographql-client-version", "traceparent", "tracestate", "baggage"),
]
#: A year (RFC 6797, section 6.1); only sent if the site itself is served over https.
_HSTS = "max-age=31536000"


class SecurityHeaders:
    """ASGI middleware. A page that needs another policy sets its own header."""

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        headers = dict(_ALWAYS)
        if public_url.startswith("https://"):
            headers["strict-transport-security"] = _HSTS
        self._app, self._headers = app, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, sending)


def with_cors(app: ASGIApp, origins: Sequence[str]) -> ASGIApp:
    """Allow these origins. Tokens travel in a header that pages set themselves, so no credentials are allowed."""
    if not origins:
        return app
    return CORSMiddleware(
        app,
        allow_origins=list(origins),
        allow_methods=["GET", "POST"],
        allow_headers=_ALLOWED,
        expose_headers=["position", "retry-after", "x-request-id", "etag"],
        max_age=600,
    )
