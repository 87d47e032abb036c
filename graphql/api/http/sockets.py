"""Operations over WebSocket (graphql-transport-ws): each is a request with a context of its own.

A connection stores its token, not the rights that it gives: every operation looks them up again. It ends with the
token, with any mandate that it was opened with, and after a day at the latest.
"""

from __future__ import annotations

import asyncio
import copy
import logging
from typing import Any

from starlette.websockets import WebSocketState
from strawberry.exceptions import ConnectionRejectionError
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from api.core.answers import Refused, unexpected
from api.core.asker.clients import Client
from api.core.asker.requests import LONGEST_DOCUMENT, Admission, Admitted, too_many_values
from api.core.context import Context, Services
from api.core.incidents import report
from api.http.persisted import persisted_documents
from api.limits.rate_limits import RateLimiter, too_often
from domain.accounts.account import Mandate

#: Delay that lets subscriptions report the end of their right before the socket closes.
_GRACE_SECONDS = 3.0
_FORBIDDEN, _GOING_AWAY, _INTERNAL, _LATER, _TOO_MANY = 4403, 1001, 1011, 1013, 4429
MOST_OPERATIONS_AT_ONCE = 20
#: Longer connections must be opened again, by the public too.
LONGEST_LIFE = 24 * 3600.0
#: Ids are UUIDs or numbers.
_LONGEST_ID = 200
_ENDED = "Cette connexion a pris fin : reconnectez-vous."


# Strawberry's logger quotes messages of pages that anybody can write.
logging.getLogger("strawberry.ws").setLevel(logging.ERROR)


class Connection:
    """State shared by the operations of one WebSocket. Strawberry sets `connection_params`."""

    def __init__(self, services: Services, authorization: str | None, client: Client) -> None:
        self.services = services
        self.client = client
        self.connection_params: dict[str, Any] = {}
        self._admit = Admission(authorization, services)
        self._mandates: frozenset[Mandate] = frozenset()
        #: Time that the connection may last from its start.
        self.seconds_left = LONGEST_LIFE

    async def authenticate(self) -> None:
        """Read the token from `connection_init` (browsers), or else from the headers of the handshake."""
        parameters = {name.lower(): value for name, value in self.connection_params.items()}
        if "authorization" in parameters:
            if not isinstance(parameters["authorization"], str | None):
                raise ConnectionRejectionError
            self._admit = Admission(parameters["authorization"], self.services)
        try:
            seconds_left = (await self._look()).seconds_left
        except Refused as refused:
            if refused.status == 401:
                raise ConnectionRejectionError from None
            raise
        self.seconds_left = LONGEST_LIFE if seconds_left is None else min(seconds_left, LONGEST_LIFE)

    def wait(self) -> float:
        """Take one request from the limits of this client and token; return the seconds to wait if there is none."""
        web, limiter = self.services.web, self.services.shared(RateLimiter)
        return limiter.take_request(web, self.client, self._admit.authorization)

    async def context(self) -> Context:
        """Return the context of one operation. Raises Refused if the asker has lost the right that admitted them."""
        asker = await self._look()
        admit = copy.copy(self._admit)
        return Context(self.services, asker.actor, self.client.address, admit)

    async def _look(self) -> Admitted:
        asker = await self._admit.look()
        mandates = frozenset(asker.mandates)
        if not self._mandates <= mandates:
            raise Refused(401, "UNAUTHENTICATED", _ENDED)
        self._mandates = mandates
        return asker


class SocketHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's handler with a context for each operation, robust to malformed messages."""

    _end: asyncio.TimerHandle | None = None
    _ending: asyncio.Task[None] | None = None

    async def handle(self) -> None:
        try:
            await super().handle()
        finally:
            if self._end is not None:
                self._end.cancel()

    async def handle_connection_init(self, message: Any) -> None:
        try:
            await super().handle_connection_init(message)
        except Refused as refused:
            await self.close(_LATER, refused.message)
        except Exception as error:
            refusal = unexpected(error)
            await self.close(_LATER if refusal.status == 503 else _INTERNAL, refusal.message)
        if self.connection_acknowledged and self._end is None:
            seconds, loop = self.context.seconds_left, asyncio.get_running_loop()
            code = _GOING_AWAY if seconds >= LONGEST_LIFE else _FORBIDDEN
            self._end = loop.call_later(seconds + _GRACE_SECONDS, self._come_to_an_end, code)

    def _come_to_an_end(self, code: int) -> None:
        self._ending = asyncio.create_task(self.close(code, _ENDED))

    async def handle_message(self, message: Any) -> None:
        if not _well_formed(message):
            await self.handle_invalid_message("Invalid message")
        elif message.get("type") != "subscribe" or not self.connection_acknowledged:
            if self._is_idle_talk(message) and self.context.wait():
                await self.close(_TOO_MANY, "Trop de messages.")
                return
            await super().handle_message(message)
        else:
            await self._subscribe(message)

    def _is_idle_talk(self, message: Any) -> bool:
        """Whether the message starts no operation and ends none: such messages count as operations."""
        kind = message.get("type")
        return kind != "connection_init" and not (kind == "complete" and message.get("id") in self.operations)

    async def _subscribe(self, message: Any) -> None:
        try:
            if wait := self.context.wait():
                raise too_often(wait)
            if (
                len(self.operations) >= (self.max_subscriptions_per_connection or 0)
                and message["id"] not in self.operations
            ):
                raise too_often(1)
            message["payload"] = persisted_documents(self.context.services).completed(message["payload"])
        except Refused as refused:
            await self.send_message(_refusal(message["id"], refused))
            return
        await super().handle_message(message)

    async def handle_invalid_message(self, error_message: str) -> None:
        self.context.services.client_faults["malformed message"] += 1
        await self.close(4400, error_message)

    async def handle_task_exception(self, error: Exception) -> None:
        if isinstance(error, WebSocketDisconnected):
            # The client has disconnected while something was sent: no fault of ours.
            self.context.services.client_faults["left while being told"] += 1
        else:
            report(error)

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        # Operations run concurrently and each releases its own snapshot, so they cannot share a context.
        handler = copy.copy(self)
        try:
            handler.context = await self.context.context()
        except Exception as error:
            await self._refuse(operation, error if isinstance(error, Refused) else unexpected(error))
            return
        try:
            await super(SocketHandler, handler).run_operation(operation)
        finally:
            await handler.context.close()
            if handler.context.ended:
                await self.close(_FORBIDDEN, _ENDED)

    async def _refuse(self, operation: Operation[Any, None], refused: Refused) -> None:
        """Refuse the operation, or close the connection if it has lost the right that it was opened with."""
        if refused.status == 401:
            await self.close(_FORBIDDEN, refused.message)
        else:
            await operation.send_operation_message(_refusal(operation.id, refused))

    async def send_message(self, message: Any) -> None:
        if self._is_over():
            raise WebSocketDisconnected
        await super().send_message(message)

    async def close(self, code: int, reason: str) -> None:
        if not self._is_over():
            # A control frame holds 125 bytes, two of them the code (RFC 6455, section 5.5).
            await self.websocket.close(code, reason.encode()[:123].decode(errors="ignore"))

    def _is_over(self) -> bool:
        state: WebSocketState = self.websocket.ws.application_state  # type: ignore[attr-defined]
        return state is WebSocketState.DISCONNECTED


def _refusal(operation_id: str, refused: Refused) -> Any:
    return {"type": "error", "id": operation_id, "payload": [refused.error]}


def _well_formed(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
        return False
    if len(message.get("id", "")) > _LONGEST_ID:
        return False
    if message.get("type") != "subscribe":
        return True
    payload = message.get("payload")
    return (
        "id" in message
        and isinstance(payload, dict)
        and isinstance(payload.get("query", ""), str)
        and len(payload.get("query", "")) <= LONGEST_DOCUMENT
        and isinstance(payload.get("variables"), dict | None)
        and isinstance(payload.get("operationName"), str | None)
        and not too_many_values(payload.get("variables"))
    )
