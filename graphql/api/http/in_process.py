"""Answer the pages of this process: the same schema, limits, rights and cache as for everybody.

A query needs no request of its own: no headers are written that would be read again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.core.answers import Refused, refusal, unexpected
from api.core.asker.clients import Client, client_of
from api.core.asker.requests import MOST_VALUES, Admission
from api.core.context import Context, Services
from api.core.negotiation import JSON, accepted_by
from api.core.reading.own_writes import OWN_WRITE
from api.http.answer_cache import KeptAnswers, kept_answer, own_position
from api.http.questions import Question
from api.http.view import QUESTION, GraphQLView
from domain.kernel.actors import PUBLIC

_HEADERS = [(b"accept", JSON.encode()), (b"content-type", JSON.encode())]
_JSON_ALONE = accepted_by(JSON)


class InProcess:
    """The GraphQL endpoint for pages: an ASGI app for whatever they send, and `read` for their queries."""

    def __init__(self, services: Services, endpoint: ASGIApp, view: GraphQLView, kept: KeptAnswers) -> None:
        self._services, self._endpoint, self._view, self._kept = services, endpoint, view, kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._endpoint(scope, receive, send)

    async def read(
        self, page: Scope, query: str, variables: Mapping[str, Any], authorization: str | None
    ) -> bytes | None:
        """Return the JSON answer to a query for the client of the request `page`.

        None where the variables are so long that only a request of its own tells whether they are too many. Without
        `authorization` the answer is the public's, whoever asks.
        """
        sent = orjson.dumps(variables)
        if len(sent) > MOST_VALUES:
            return None
        question, standing = (query, sent), self._kept.standing
        is_public = authorization is None and standing is not None
        if is_public and (kept := self._kept.find(question, own_position(page))) is not None:
            return kept.body
        scope = _scope(page, Question(query, None, orjson.loads(sent)))
        body = await self._answered(scope, client_of(page, self._services.web), authorization)
        if is_public and (answer := kept_answer(body, len(query) + len(sent), scope)) is not None:
            self._kept.keep(question, answer, standing)
        return body

    async def _answered(self, scope: Scope, client: Client, authorization: str | None) -> bytes:
        admission = Admission(authorization, self._services)
        context = Context(self._services, PUBLIC, client.address, admission, own_write=scope.get(OWN_WRITE))
        try:
            await admission.check_token()
            response = await self._view.respond(Request(scope, _no_body), context, _JSON_ALONE)
        except Refused as refused:
            response = refusal(refused, JSON)
        except Exception as error:
            response = refusal(unexpected(error), JSON)
        finally:
            await context.close()
        return bytes(response.body)


def _scope(page: Scope, question: Question) -> Scope:
    """Return the scope of a request that only graphql-core's own way looks at, where no plan can answer."""
    own = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": _HEADERS}
    kept = {name: page[name] for name in ("client", OWN_WRITE) if name in page}
    return {**own, **kept, QUESTION: question}


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
