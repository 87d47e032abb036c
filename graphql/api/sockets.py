"""Operations over WebSocket (graphql-transport-ws): one asker for the connection, one context for each operation."""

from __future__ import annotations

import copy
from typing import Any

from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler, Operation

from api.answers import Refused
from api.context import Context, Services
from api.incidents import report
from api.requests import LONGEST_DOCUMENT, admission
from domain.actors import PUBLIC, Actor


class Connection:
    """What the operations of one WebSocket have in common. Strawberry sets `connection_params`."""

    def __init__(self, services: Services, authorization: str | None, client: str) -> None:
        self.services = services
        self.client = client
        self.actor: Actor = PUBLIC
        self.connection_params: dict[str, Any] = {}
        self._admit = admission(authorization, services)

    async def authenticate(self) -> None:
        """Reads the token from `connection_init`, where browsers can say it, or else from the handshake's headers."""
        said = {name.lower(): value for name, value in self.connection_params.items()}
        if "authorization" in said:
            if not isinstance(said["authorization"], str | None):
                raise ConnectionRejectionError
            self._admit = admission(said["authorization"], self.services)
        try:
            self.actor = await self._admit()
        except Refused:
            raise ConnectionRejectionError from None

    def context(self) -> Context:
        return Context(self.services, self.actor, self.client, self._admit)


class SocketHandler(BaseGraphQLTransportWSHandler[Any, None]):
    """Strawberry's handler, with a context for each operation, and proof against messages of any form."""

    async def handle_message(self, message: Any) -> None:
        if not _well_formed(message):
            await self.handle_invalid_message("Invalid message")
        elif message.get("type") != "subscribe":
            await super().handle_message(message)
        else:
            await self._subscribe(message)

    async def _subscribe(self, message: Any) -> None:
        try:
            payload = self.context.services.documents.completed(message["payload"])
        except Refused as refused:
            told: Any = {"type": "error", "id": message["id"], "payload": [refused.error]}
            await self.send_message(told)
            return
        message["payload"] = payload
        await super().handle_message(message)

    async def handle_task_exception(self, error: Exception) -> None:
        report(error)

    async def run_operation(self, operation: Operation[Any, None]) -> None:
        # Operations run at the same time, and each lets go of its own snapshot: they cannot share a context.
        own = copy.copy(self)
        own.context = self.context.context()
        try:
            await super(SocketHandler, own).run_operation(operation)
        finally:
            await own.context.close()


def _well_formed(message: Any) -> bool:
    if not isinstance(message, dict) or not isinstance(message.get("id", ""), str):
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
    )
