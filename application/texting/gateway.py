"""Hand one text message to the gateway, by HTTP (docs/operations.md, "Text messages")."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import httpx

TIMEOUT_SECONDS = 10.0
#: The message or its number is refused for good; whatever else is not accepted is tried again.
_FOR_GOOD = frozenset({400, 410, 413, 422})


class NotAccepted(Exception):
    """Raised when the gateway does not accept a message. `reason` never holds a number or the answer's words."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


@dataclass(frozen=True, slots=True)
class Gateway:
    url: str = field(repr=False)
    secret: str = field(repr=False)

    def send(self, sms_id: UUID, number: str, text: str) -> None:
        """Return once the gateway has accepted the message. Raises NotAccepted.

        `sms_id` is the same in each attempt.
        """
        headers = {"Authorization": f"Bearer {self.secret}", "Idempotency-Key": str(sms_id)}
        body = {"id": str(sms_id), "to": number, "text": text}
        try:
            answer = httpx.post(self.url, json=body, headers=headers, timeout=TIMEOUT_SECONDS, follow_redirects=False)
        except httpx.HTTPError as error:
            raise NotAccepted(type(error).__name__, for_good=False) from None
        if not answer.is_success:
            raise NotAccepted(f"refused: {answer.status_code}", for_good=answer.status_code in _FOR_GOOD)
