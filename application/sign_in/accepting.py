"""The interface of every way of signing in, and its refusals."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from domain.kernel.actors import Actor

#: Longer texts are no tokens, and reading them would delay others.
LONGEST_TOKEN = 16_000


class BadToken(Exception):
    """The token is forged, expired, or not for us; the message (French) says which."""


class IssuerAway(Exception):
    """The issuer's keys are needed and unavailable; the message (French) is for the person who signs in."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The actor of a token, its time of issue, and the seconds for which it stays valid (None: an opaque token).

    `issuer` is who vouches for the subject.
    """

    actor: Actor
    issued_at: datetime | None
    seconds_left: float | None = None
    issuer: str = ""


class SignIn(Protocol):
    """Reads bearer tokens."""

    @property
    def vouched_by(self) -> str:
        """The name that vouches for the subjects of its tokens, as `SignedIn.issuer`."""
        ...

    async def read(self, token: str) -> SignedIn:
        """Return the actor of a token. Raise BadToken, or IssuerAway if the issuer is needed and does not answer."""
        ...


def token_digest(token: str) -> str:
    """Return what history keeps of a token: 16 bytes of its SHA-256 in base64url, which give no access."""
    return urlsafe_b64encode(sha256(token.encode()).digest()[:16]).decode().rstrip("=")
