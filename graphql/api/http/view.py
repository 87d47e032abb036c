"""The GraphQL endpoint over HTTP and WebSocket: Strawberry's bare ASGI view, twice as fast as its router.

Every failure is answered as a GraphQL error with a code. A `Min-Position` that is not reached in time answers 503 as
`application/graphql-response+json`, but 200 as plain JSON, whose status only reports the form of the request.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any, cast

import orjson
from cross_web import AsyncHTTPRequestAdapter, HTTPException, StarletteRequestAdapter
from graphql import GraphQLError, OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse, GraphQLRequestData, GraphQLRequestProtocol
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError

from api.compiled.documents import Document, Invalid
from api.core.answers import NOT_REACHED, VARY, Refused, answer, headers_of, refusal, status_of, unexpected
from api.core.asker.clients import client_of
from api.core.asker.requests import (
    LONGEST_DOCUMENT,
    MOST_VALUES,
    Admission,
    too_many_values,
    wait_for_position,
    within_limit,
)
from api.core.coded_errors import coded
from api.core.context import Context, Services
from api.core.errors import ApiError
from api.core.negotiation import GRAPHQL_JSON, JSON, Accepted, accepted_by
from api.core.reading.own_writes import OWN_WRITE
from api.core.strawberry_internals import starlette_request
from api.http import graphiql as ide
from api.http.answer_cache import LASTING, OF_READ_MODELS, READ_AT
from api.http.event_stream import EventStream
from api.http.executable_schema import Schema
from api.http.persisted import persisted_documents
from api.http.questions import Question, question_of
from api.http.request_forms import as_refusal, check_form, content_type, names_no_document
from api.http.sockets import MOST_OPERATIONS_AT_ONCE, Connection, SocketHandler
from api.http.uploads import MULTIPART, form_of, largest_body, operations_of
from api.limits.cost import MOST_COST
from api.limits.cost_limit import cost_extension
from api.limits.rate_limits import begin_stream
from domain.kernel.actors import PUBLIC, Role

#: Key of the request's scope for its question, which pages of this process set beforehand.
QUESTION = "parentalite.question"
#: Key of the request's scope that is true where a stream of events answers it.
_STREAM = "parentalite.stream"


class _Headers(Response):
    """The response that Strawberry offers to resolvers; here it carries the media type of the answer."""

    def __init__(self, media_type: str) -> None:
        super().__init__()
        del self.headers["content-length"]
        self.answered_as = media_type


class GraphQLView(GraphQL[Any, None]):
    """Serve the schema to the clients of one process."""

    graphql_transport_ws_handler_class = SocketHandler
    stream_transport_classes_by_protocol = {GRAPHQL_SSE_PROTOCOL: EventStream}  # noqa: RUF012

    def __init__(self, services: Services, schema: Schema) -> None:
        super().__init__(
            schema,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL),
            max_subscriptions_per_connection=MOST_OPERATIONS_AT_ONCE,
            multipart_uploads_enabled=True,
            # Pages of this very site may open WebSockets besides.
            allowed_origins=services.web.cors_origins,
        )
        self._services = services
        self._documents = schema.documents

    def prepare_trusted(self) -> None:
        """Prepare the trusted documents before anybody asks for them."""
        self._documents.prepare_ahead((self._services.trusted_documents or {}).values())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await super().__call__(scope, receive, send)
            return
        request = Request(scope)
        accepted = accepted_by(request.headers.get("accept", ""))
        media_type = accepted.media_type
        context: Context | None = None
        try:
            if accepted.page and names_no_document(request):
                response: Response = ide.page()
            else:
                check_form(request)
                context = await self._context(request)
                request = await self._bounded(request, context, receive)
                response = await self.respond(request, context, accepted)
        except ClientDisconnect:
            # Nobody is left to answer.
            response = Response()
        except Refused as refused:
            if refused.extensions["code"] == NOT_REACHED and media_type == JSON and not accepted.only_stream:
                refused.status = 200
            response = refusal(refused, media_type)
        except HTTPException as refused:
            response = refusal(as_refusal(refused), media_type)
        except Exception as error:
            response = refusal(unexpected(error), media_type)
        try:
            if isinstance(response, StreamingResponse):
                response.headers["Vary"] = VARY
            elif context is not None:
                # Release the database connection before sending: the client may read slowly.
                await context.close()
            await response(scope, receive, send)
        finally:
            await request.close()
            if isinstance(response, StreamingResponse):
                # In this order: closing the body first stops it from asking `answers` for more.
                await cast("AsyncGenerator[str]", response.body_iterator).aclose()
                if context is not None and context.answers is not None:
                    await context.answers.aclose()
            if context is not None:
                await context.close()

    async def _context(self, request: Request) -> Context:
        """Return the context once the token is checked and `Min-Position` is reached.

        The asker is looked up later, in the snapshot of the answer, once the whole request has been received.
        """
        admission = Admission(request.headers.get("authorization"), self._services)
        await admission.check_token()
        at_least = await wait_for_position(request.headers, self._services)
        client = client_of(request.scope, self._services.web).address
        return Context(self._services, PUBLIC, client, admission, at_least or 0, own_write=request.scope.get(OWN_WRITE))

    async def _bounded(self, request: Request, context: Context, receive: Receive) -> Request:
        """Return the request with a bound on its body: the largest file depends on who sends it."""
        media_type = content_type(request)
        if media_type == MULTIPART:
            await context.admit_again()
        largest, too_large = largest_body(context.actor, media_type)
        return Request(request.scope, within_limit(request.headers, receive, largest, too_large))

    async def respond(self, request: Request, context: Context, accepted: Accepted) -> Response:
        """Answer an operation of the asker of `context`. Raises what `__call__` answers with a refusal."""
        media_type = accepted.media_type
        unknown_status = 400 if media_type == GRAPHQL_JSON else 200
        question = request.scope.get(QUESTION) or await question_of(
            request, lambda parameters: persisted_documents(self._services).completed(parameters, unknown_status)
        )
        if question is None or len(question.query) > LONGEST_DOCUMENT:
            if accepted.only_stream:
                begin_stream(request.scope)
            return await self._run(request, context)
        request.scope[QUESTION] = question
        document = context.document = await self._documents.prepared(question.query, question.operation_name)
        kind = document.kind if isinstance(document, Document) else None
        if kind is OperationType.MUTATION and request.method == "GET":
            raise Refused(405, "METHOD_NOT_ALLOWED", "Une mutation s'envoie par POST.", {"Allow": "POST"})
        if accepted.only_stream or (accepted.stream and kind is OperationType.SUBSCRIPTION):
            begin_stream(request.scope)
            request.scope[_STREAM] = True
            return await self._run(request, context)
        if kind in (OperationType.MUTATION, OperationType.SUBSCRIPTION):
            return await self._run(request, context)
        context.allow_replicas()
        return await context.again_if_lost(lambda: self._read(document, question, request, context, media_type))

    async def _read(
        self, document: Document | Invalid, question: Question, request: Request, context: Context, media_type: str
    ) -> Response:
        """Answer a query. Raises ReplicaLost if a replica failed in the middle of it."""
        await context.admit()
        if isinstance(document, Invalid):
            return self._errors_response(coded(document.errors), media_type)
        response = await self._compiled(document, question, request, context, media_type)
        if response is None:
            response = await self._run(request, context)
            context.snapshots.check()
        return response

    async def _compiled(
        self, document: Document, question: Question, request: Request, context: Context, media_type: str
    ) -> Response | None:
        """Return the answer of a compiled query, or None to let graphql-core answer from the beginning."""
        try:
            document.check(question.variables)
        except ApiError as refused:
            return self._errors_response([refused], media_type)
        cost = document.cost(question.variables)
        if cost > MOST_COST or document.query is None:
            return None
        data = await document.query.execute(context, question.variables, self._services.compiled_fallbacks)
        if data is None:
            return None
        if context.actor.role is Role.PUBLIC and document.root_fields <= OF_READ_MODELS:
            request.scope[LASTING], request.scope[READ_AT] = context.holds_seconds, context.snapshots.read_at
        return answer({"data": data, "extensions": cost_extension(cost)}, 200, media_type)

    def _errors_response(self, errors: Sequence[GraphQLError], media_type: str) -> Response:
        """Answer with errors alone: nothing was executed."""
        content = {"errors": [error.formatted for error in errors]}
        return answer(content, status_of(content, media_type), media_type)

    async def _run(self, request: Request, context: Context) -> Response:
        # Receive the whole body, however long it takes, before the asker is looked up.
        if content_type(request) == MULTIPART:
            await form_of(request)
        else:
            await request.body()
        if not context.admitted:
            await context.admit()
        # Hold no connection while a command is carried out or a subscription waits.
        await context.refresh()
        response: Response = await self.run(request, context=context)
        return response

    def should_render_graphql_ide(self, request: object) -> bool:
        # `api.http.graphiql` is the page here: Strawberry's own needs the internet.
        return False

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        """Return the state shared by the operations of a WebSocket; over HTTP, `__call__` creates the context."""
        client = client_of(request.scope, self._services.web)
        return Connection(self._services, request.headers.get("authorization"), client)

    async def on_ws_connect(self, context: Any) -> Any:
        await context.authenticate()
        return await super().on_ws_connect(context)

    async def get_sub_response(self, request: Request | WebSocket) -> Response:
        return _Headers(accepted_by(request.headers.get("accept", "")).media_type)

    async def parse_http_body(self, request: AsyncHTTPRequestAdapter) -> GraphQLRequestData | list[GraphQLRequestData]:
        scope = starlette_request(request).scope if isinstance(request, StarletteRequestAdapter) else {}
        question = scope.get(QUESTION)
        if isinstance(question, Question):
            protocol: GraphQLRequestProtocol = "sse" if scope.get(_STREAM) else "http"
            return GraphQLRequestData(question.query, question.variables, question.operation_name, None, protocol)
        data = await super().parse_http_body(request)
        if isinstance(data, GraphQLRequestData) and len(data.query or "") > LONGEST_DOCUMENT:
            raise HTTPException(413, f"The document is longer than {LONGEST_DOCUMENT} characters")
        if isinstance(data, GraphQLRequestData) and not isinstance(data.operation_name, str | None):
            raise HTTPException(400, "The GraphQL operation's `operationName` must be a string or null, if provided.")
        if isinstance(data, GraphQLRequestData) and too_many_values(data.variables):
            raise HTTPException(413, f"The variables hold more than {MOST_VALUES} values")
        return data

    async def parse_multipart(self, request: AsyncHTTPRequestAdapter) -> dict[str, Any]:
        assert isinstance(request, StarletteRequestAdapter)
        operations: dict[str, Any] = await operations_of(starlette_request(request), self.parse_json)
        completed: dict[str, Any] = persisted_documents(self._services).completed(operations)
        return completed

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        content = await super().process_result(request, result)
        if isinstance(result, PreExecutionError) or (
            result.data is None and result.errors and all(error.path is None for error in result.errors)
        ):
            # Nothing was executed: the specification wants no `data` rather than null.
            del content["data"]
        return content

    def create_response(
        self, response_data: GraphQLHTTPResponse | list[GraphQLHTTPResponse], sub_response: Response
    ) -> Response:
        assert isinstance(response_data, dict), "batches are refused before"
        assert isinstance(sub_response, _Headers)
        media_type = sub_response.answered_as
        status = status_of(response_data, media_type)
        return answer(response_data, status, media_type, headers_of(status))

    def parse_json(self, data: str | bytes) -> Any:
        value = super().parse_json(data)
        is_body = isinstance(data, bytes)
        if is_body and not isinstance(value, dict | list):
            raise HTTPException(400, "The request body must be a JSON object")
        return persisted_documents(self._services).completed(value) if is_body else value

    def parse_query_params(self, params: Any) -> dict[str, Any]:
        return dict(persisted_documents(self._services).completed(super().parse_query_params(params)))

    def decode_json(self, data: str | bytes) -> object:
        # orjson refuses what PostgreSQL could not store: invalid UTF-8, lone surrogates, endless nesting.
        return orjson.loads(data)

    def encode_json(self, data: object) -> str:
        return orjson.dumps(data).decode()
