"""Server-sent events: https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md"""

from __future__ import annotations

from strawberry.http.streaming import SSETransport

from api.core.negotiation import accepted_by


class EventStream(SSETransport):
    """Strawberry's transport with lines that end in LF, which urql splits at; for clients that want no JSON instead."""

    def accepts(self, accept: str) -> bool:
        return accepted_by(accept).only_stream

    def encode_event(self, event: str, data: str | None = None) -> str:
        return super().encode_event(event, data).replace("\r\n", "\n")

    def encode_comment(self, comment: str) -> str:
        return super().encode_comment(comment).replace("\r\n", "\n")
