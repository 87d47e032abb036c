"""What any way of signing in offers, and how it refuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.kernel.actors import Actor

#: Longer ones are no tokens; reading them would cost others' time.
LONGEST_TOKEN = 16_000


class BadToken(Exception):
    """The token is forged, expired, or not for us; the message (French) says which."""


class IssuerAway(Exception):
    """The issuer's keys are needed and cannot be had; the message (French) is for who signs in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a token speaks for, when it was made out, and for how many seconds it holds from now on (None: it is opaque,
    and does not say).
    """

    actor: Actor
    issued_at: datetime | None
    seconds_left: float | None = None


class SignIn(Protocol):
    """Tells who a bearer token speaks for."""

    async def read(self, token: str) -> SignedIn:
        """Raises BadToken, or IssuerAway when it cannot be told now."""
        ...
