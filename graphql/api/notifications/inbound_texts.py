"""`POST /sms/inbound`: what people answer to text messages, passed on by the gateway. STOP ends them, START resumes."""

from __future__ import annotations

import hmac
import unicodedata
from typing import Annotated

from anyio import to_thread
from pydantic import BaseModel, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from api.core.answers import Refused, refusal
from api.core.context import Services
from api.core.negotiation import JSON
from application.followers.texting import number_digest
from application.texting import outbox
from eventstore.unavailable import is_unavailable

_STOP, _START = frozenset({"STOP", "ARRET", "ARRETER", "DESABONNER", "UNSUBSCRIBE"}), frozenset({"START", "REPRENDRE"})
_LARGEST = 4_096


class InboundText(BaseModel):
    """A message that the gateway passes on; it may hold more."""

    sender: Annotated[str, Field(alias="from", min_length=3, max_length=30)]
    text: Annotated[str, Field(max_length=2_000)]


class InboundTexts:
    """The endpoint of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def take(self, request: Request) -> Response:
        """Answer 204: a text that asks for nothing we know changes nothing."""
        services = self._services
        if services.sms_secret is None:
            return refusal(Refused(404, "NOT_FOUND", "Ce site n'envoie pas de SMS."), JSON)
        authorization = request.headers.get("authorization", "")
        if not hmac.compare_digest(authorization.encode(), f"Bearer {services.sms_secret}".encode()):
            return refusal(Refused(401, "UNAUTHENTICATED", "Le jeton de la passerelle est attendu."), JSON)
        try:
            body = b""
            async for chunk in request.stream():
                body += chunk
                if len(body) > _LARGEST:
                    return refusal(Refused(413, "INVALID", f"{_LARGEST} octets au plus."), JSON)
            inbound = InboundText.model_validate_json(body)
        except ValidationError:
            return refusal(
                Refused(400, "INVALID", 'Un objet JSON est attendu : {"from": "+33…", "text": "STOP"}.'), JSON
            )
        try:
            await to_thread.run_sync(self._record, inbound)
        except Exception as error:
            if not is_unavailable(error):
                raise
            return refusal(Refused(503, "UNAVAILABLE", "Réessayez plus tard."), JSON)
        return Response(status_code=204)

    def _record(self, inbound: InboundText) -> None:
        application, word = self._services.application, _first_word(inbound.text)
        if word not in _STOP | _START:
            return
        recipient = number_digest(application.bus.keyed, inbound.sender)
        with application.pool.connection() as conn:
            (outbox.stop if word in _STOP else outbox.start)(conn, recipient)


def _first_word(text: str) -> str:
    """Return the first word in capitals, without accents or punctuation."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    words = "".join(letter if letter.isalnum() else " " for letter in plain).upper().split()
    return words[0] if words else ""
