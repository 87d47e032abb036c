"""What any way of signing in offers, and how it refuses."""

from __future__ import annotations

from typing import Protocol

from domain.actors import Actor


class BadToken(Exception):
    """The token is forged, expired, or not for us; the message (French) says which."""


class IssuerAway(Exception):
    """The issuer's keys are needed and cannot be had; the message (French) is for who signs in."""


class SignIn(Protocol):
    """Tells who a bearer token speaks for."""

    async def actor(self, token: str) -> Actor:
        """Raises BadToken, or IssuerAway when it cannot be told now."""
        ...
