"""Where tokens are shown, at a clock that the test moves."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from application.sign_in.accepting import BadToken, SignedIn
from application.sign_in.claims import ClaimsMapping
from application.sign_in.issuer import Issuer
from application.sign_in.oidc import OidcSignIn
from domain.kernel.actors import Actor
from tests.support.sign_in.issuing import AUDIENCE, NOW, FakeIssuer


@dataclass
class Door:
    issuer: FakeIssuer
    sign_in: OidcSignIn
    now: datetime = NOW
    seconds: float = 0.0

    def reads(self, token: str) -> SignedIn:
        return asyncio.run(self.sign_in.read(token))

    def admits(self, token: str) -> Actor:
        return self.reads(token).actor

    def refuses(self, token: str) -> str:
        with pytest.raises(BadToken) as refusal:
            self.admits(token)
        return str(refusal.value)

    def later(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.seconds += seconds


def door_of(issuer: FakeIssuer, **mapping: Any) -> Door:
    known = Issuer(issuer.address)
    door = Door(issuer, OidcSignIn(known, AUDIENCE, ClaimsMapping(**mapping), lambda: door.now))
    known.clock = lambda: door.seconds
    return door
