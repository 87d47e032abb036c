"""What a request says before its document is read: who asks, what it must wait for, and how large it may be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from time import monotonic
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.core.answers import Refused, position_not_reached
from api.core.context import Services
from api.core.last_seen import Held
from api.core.mandates import held_by, remembered
from application.sign_in.accepting import BadToken, IssuerAway
from domain.accounts.account import Mandate, in_force, known_as, widened
from domain.kernel.actors import PUBLIC, Actor

#: Documents and variables of people are some kilobytes; the largest attestation of all, a few tens.
LARGEST_BODY = 1_000_000
#: What people and generated clients write is a tenth of it; reading a document keeps all other requests waiting.
LONGEST_DOCUMENT = 100_000
#: Of all variables together: each is looked at one by one.
MOST_VALUES = 5_000
_LARGEST_POSITION = 2**63 - 1
#: RFC 6750, section 2.1: anything else is nothing to ask an issuer about.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


async def authenticated(authorization: str | None, services: Services) -> Actor:
    """Who asks, with what their account gives them. No token is the public; a bad one is refused (401), never taken for
    the public; 503 where it cannot be told now.
    """
    return (await admitted(authorization, services)).actor


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks. `held` is what their account was found to give them, where it was looked for; where it is `assumed`, it
    was found before, and has to be confirmed before anything is answered (`Context.confirm`).
    """

    actor: Actor
    held: Held | None = None
    assumed: bool = False
    #: The mandates of their account that are in force.
    mandates: tuple[Mandate, ...] = ()
    #: How long their token holds from now on; None where it does not say.
    seconds_left: float | None = None


async def admitted(authorization: str | None, services: Services, may_assume: bool = False) -> Admitted:
    """As `authenticated`; with `may_assume`, by what is remembered of the account, if anything."""
    if authorization is None:
        return Admitted(PUBLIC)
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token := token.strip()):
        raise _unauthenticated("En-tête Authorization attendu sous la forme « Bearer <jeton> ».")
    try:
        signed_in = await services.sign_in.read(token)
    except BadToken as refused:
        raise _unauthenticated(str(refused)) from None
    except IssuerAway as away:
        raise Refused(503, "SIGN_IN_UNAVAILABLE", str(away), {"Retry-After": "10"}) from None
    known = remembered(signed_in.actor, services) if may_assume else None
    held = known or await held_by(signed_in.actor, services)
    if held.erased_at is not None and (signed_in.issued_at is None or signed_in.issued_at <= held.erased_at):
        # RGPD, article 17: who was erased is signed in nowhere any more, nor by what does not tell how old it is.
        raise _unauthenticated("Vos données ont été effacées : cette connexion a pris fin.")
    assert held.person_id is not None
    assert held.account_id is not None
    own = known_as(signed_in.actor, held.person_id, held.account_id)
    await services.sign_ins_seen.note(own, services)
    mandates = in_force(held.mandates, services.clock())
    actor = widened(own, mandates)
    return Admitted(actor, held, known is not None, tuple(mandates), signed_in.seconds_left)


def too_many_values(variables: Any) -> bool:
    """Whether variables hold more values than may be given, in lists and objects at any depth."""
    waiting, count = [variables], 0
    while waiting and count <= MOST_VALUES:
        one = waiting.pop()
        if isinstance(one, dict | list):
            count += len(one)
            waiting.extend(one.values() if isinstance(one, dict) else one)
    return count > MOST_VALUES


class Admission:
    """Who asks, asked again each time it is called: what lasts longer than a token or a mandate calls it again."""

    def __init__(self, authorization: str | None, services: Services) -> None:
        self.authorization = authorization
        self._services = services
        self._last: Admitted | None = None
        self._looked_at = 0.0

    async def __call__(self) -> Actor:
        return (await self.look()).actor

    async def look(self) -> Admitted:
        """Raises Refused when their token does not hold any more."""
        looked_at = monotonic()
        self._last = await admitted(self.authorization, self._services)
        self._looked_at = looked_at
        return self._last

    def may_have_ended(self, after_seconds: float) -> bool:
        """Whether the token, or a mandate, has come to its end since the last look, or that is longer ago than so many
        seconds. Asks nobody.
        """
        if self._last is None:
            return True
        passed = monotonic() - self._looked_at
        left = self._last.seconds_left
        still = in_force(self._last.mandates, self._services.clock())
        return passed >= after_seconds or (left is not None and passed >= left) or len(still) < len(self._last.mandates)


def _unauthenticated(message: str) -> Refused:
    return Refused(401, "UNAUTHENTICATED", message, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


async def wait_for_position(headers: Headers, services: Services) -> int | None:
    """Holds a request with `Min-Position` until the read models have got there; refuses it when they do not in time.

    Returns the position that the answer has to stand at, if any: who asks is to be asked again then.
    """
    said = headers.get("min-position")
    if said is None:
        return None
    if not (said.isascii() and said.isdigit()) or len(said) > 19 or int(said) > _LARGEST_POSITION:
        raise Refused(400, "INVALID", "En-tête Min-Position : nombre entier positif attendu.")
    if not await services.waiter.wait(int(said), services.wait_seconds):
        raise position_not_reached(int(said), services.waiter.position)
    return int(said)


def within_limit(
    headers: Headers, receive: Receive, largest: int = LARGEST_BODY, refused: Refused | None = None
) -> Receive:
    """`receive`, refusing (413) a body that is larger than allowed, said so or not; `refused` says it otherwise."""
    announced = headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > largest:
        raise refused or _too_large()
    received = 0

    async def limited() -> Message:
        nonlocal received
        message = await receive()
        received += len(message.get("body", b""))
        if received > largest:
            raise refused or _too_large()
        return message

    return limited


def _too_large() -> Refused:
    return Refused(413, "TOO_LARGE", f"Requête trop volumineuse : {LARGEST_BODY // 1000} ko au plus.")
