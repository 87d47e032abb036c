"""What a request says before its document is read: who asks, what it must wait for, and how large it may be."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import Any, TypeAlias

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.core.answers import Refused, position_not_reached
from api.core.context import Services
from api.core.mandates import account_of
from application.sign_in.accepting import BadToken, IssuerAway, SignedIn
from domain.accounts.account import Mandate, in_force, known_as, widened
from domain.kernel.actors import PUBLIC, Actor
from projections.engine.reading import Snapshot, snapshot
from projections.registry import relations

#: Documents and variables of people are some kilobytes; the largest attestation of all, a few tens.
LARGEST_BODY = 1_000_000
#: What people and generated clients write is a tenth of it; reading a document keeps all other requests waiting.
LONGEST_DOCUMENT = 100_000
#: Of all variables together: each is looked at one by one.
MOST_VALUES = 5_000
_LARGEST_POSITION = 2**63 - 1
#: Whatever comes later after its token was checked is not the request that was admitted.
_AT_ONCE_SECONDS = 1.0
#: RFC 6750, section 2.1: anything else is nothing to ask an issuer about.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_RELATIONS = relations()

#: Gives the snapshot that an answer is read in.
Read: TypeAlias = Callable[[], Awaitable[Snapshot]]


@dataclass(frozen=True, slots=True)
class Admitted:
    """Who asks, with the mandates of their account that are in force."""

    actor: Actor
    mandates: tuple[Mandate, ...] = ()
    #: How long their token holds from now on; None where it does not say.
    seconds_left: float | None = None


async def signed_in_by(authorization: str | None, services: Services) -> SignedIn | None:
    """Who the token speaks for; None without one, for the public. A bad token is refused (401), never taken for the
    public; 503 where it cannot be told now.
    """
    if authorization is None:
        return None
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token := token.strip()):
        raise _unauthenticated("En-tête Authorization attendu sous la forme « Bearer <jeton> ».")
    try:
        return await services.sign_in.read(token)
    except BadToken as refused:
        raise _unauthenticated(str(refused)) from None
    except IssuerAway as away:
        raise Refused(503, "SIGN_IN_UNAVAILABLE", str(away), {"Retry-After": "10"}) from None


async def admitted(signed_in: SignedIn, services: Services, read: Snapshot) -> Admitted:
    """Who asks, with what their account gives them in the snapshot. Raises Refused (401) for who was erased since."""
    subject = signed_in.actor.subject
    assert subject is not None, "a token speaks for somebody"
    account = await account_of(read, services.application.bus.keyed.called(subject))
    if account.erased_at is not None and (signed_in.issued_at is None or signed_in.issued_at <= account.erased_at):
        # RGPD, article 17: who was erased is signed in nowhere any more, nor by what does not tell how old it is.
        raise _unauthenticated("Vos données ont été effacées : cette connexion a pris fin.")
    own = known_as(signed_in.actor, account.person_id, account.account_id)
    await services.sign_ins_seen.note(own, services)
    mandates = in_force(account.mandates, services.clock())
    return Admitted(widened(own, mandates), tuple(mandates), signed_in.seconds_left)


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
    """Who asks, looked up anew each time: what lasts longer than a token or a mandate looks again."""

    def __init__(self, authorization: str | None, services: Services) -> None:
        self.authorization = authorization
        self._services = services
        self._checked: tuple[SignedIn | None, float] | None = None
        self._last: Admitted | None = None
        self._looked_at = 0.0

    async def check_token(self) -> None:
        """Raises Refused for a bad token, before anything is read for it. A look soon after takes it as it was read."""
        self._checked = await signed_in_by(self.authorization, self._services), monotonic()

    async def look(self, read: Read | None = None) -> Admitted:
        """By the snapshot that `read` gives, or by one of its own. Raises Refused when their token does not hold."""
        looked_at = monotonic()
        signed_in, checked_at = self._checked or (None, 0.0)
        self._checked = None
        if looked_at - checked_at > _AT_ONCE_SECONDS:
            signed_in = await signed_in_by(self.authorization, self._services)
        if signed_in is None:
            self._last = Admitted(PUBLIC)
        elif read is not None:
            self._last = await admitted(signed_in, self._services, await read())
        else:
            async with snapshot(self._services.pool, _RELATIONS) as own:
                self._last = await admitted(signed_in, self._services, own)
        self._looked_at = looked_at
        return self._last

    async def actor(self, read: Read | None = None) -> Actor:
        return (await self.look(read)).actor

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

    Returns the position that the answer has to stand at, if any.
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
