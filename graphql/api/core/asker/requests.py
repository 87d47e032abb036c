"""The envelope of a request: who asks, the position to wait for, and the size of the body."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, TypeAlias

from starlette.datastructures import Headers
from starlette.types import Message, Receive

from api.core.answers import Refused, position_not_reached
from api.core.asker.mandates import account_of
from api.core.context import Services
from application.sign_in.accepting import BadToken, IssuerAway, SignedIn, token_digest
from domain.accounts.account import Mandate, in_force, known_as, widened
from domain.kernel.actors import IN_OFFICE, PUBLIC, Actor
from projections.engine.reading import Snapshot, snapshot
from projections.registry import relations

#: Documents and variables of people are some kilobytes; the largest attestation a few tens.
LARGEST_BODY = 1_000_000
#: Ten times what people and generated clients write; parsing a document blocks all other requests.
LONGEST_DOCUMENT = 100_000
#: Values of all variables together: each is checked individually.
MOST_VALUES = 5_000
_LARGEST_POSITION = 2**63 - 1
#: A token check is reused within this delay, by the same request.
_AT_ONCE_SECONDS = 1.0
#: RFC 6750, section 2.1: no issuer is asked about anything else.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_RELATIONS = relations()

#: Returns the snapshot of the answer.
Read: TypeAlias = Callable[[], Awaitable[Snapshot]]


@dataclass(frozen=True, slots=True)
class Admitted:
    """The asker, with the mandates of their account that are in force."""

    actor: Actor
    mandates: tuple[Mandate, ...] = ()
    #: How long the token remains valid, or None if it does not say.
    seconds_left: float | None = None


async def signed_in_by(authorization: str | None, services: Services) -> SignedIn | None:
    """Return the holder of the token, or None for the public, who has none.

    A bad token is refused (401), never treated as the public; 503 if it cannot be checked now.
    """
    if authorization is None:
        return None
    scheme, _, token = authorization.strip().partition(" ")
    if scheme.lower() != "bearer" or not _TOKEN.fullmatch(token := token.strip()):
        raise _unauthenticated("En-tête Authorization attendu sous la forme « Bearer <jeton> ».")
    try:
        signed_in = await services.sign_in.read(token)
    except BadToken as refused:
        raise _unauthenticated(str(refused)) from None
    except IssuerAway as away:
        raise Refused(503, "SIGN_IN_UNAVAILABLE", str(away), {"Retry-After": "10"}) from None
    return replace(signed_in, actor=replace(signed_in.actor, token=token_digest(token)))


async def admitted(signed_in: SignedIn, services: Services, read: Snapshot) -> Admitted:
    """Return the asker, with the rights of their account in the snapshot. Raises Refused (401) after an erasure."""
    subject = signed_in.actor.subject
    assert subject is not None, "a token speaks for somebody"
    keyed = services.application.bus.keyed
    account = await account_of(read, keyed.called(subject), signed_in.actor.structures)
    if account.erased_at is not None and (signed_in.issued_at is None or signed_in.issued_at <= account.erased_at):
        # RGPD, article 17: an erased person is signed out everywhere, also from tokens that do not tell their age.
        raise _unauthenticated("Vos données ont été effacées : cette connexion a pris fin.")
    actor = known_as(signed_in.actor, account.person_id, account.account_id)
    if account.moved:
        actor = replace(actor, structures=frozenset(account.moved.get(each, each) for each in actor.structures))
    await services.sign_ins_seen.note(actor, services)
    mandates = in_force(account.mandates, services.clock())
    actor = widened(actor, mandates)
    if actor.role in IN_OFFICE:
        actor = replace(actor, person=keyed.person(signed_in.issuer, subject))
    return Admitted(actor, tuple(mandates), signed_in.seconds_left)


def too_many_values(variables: Any) -> bool:
    """Whether variables hold too many values, in lists and objects at any depth."""
    waiting, count = [variables], 0
    while waiting and count <= MOST_VALUES:
        item = waiting.pop()
        if isinstance(item, dict | list):
            count += len(item)
            waiting.extend(item.values() if isinstance(item, dict) else item)
    return count > MOST_VALUES


class Admission:
    """Looks up the asker anew each time: requests that outlast a token or a mandate look again."""

    def __init__(self, authorization: str | None, services: Services) -> None:
        self.authorization = authorization
        self._services = services
        self._checked: tuple[SignedIn | None, float] | None = None
        self._last: Admitted | None = None
        self._looked_at = 0.0

    async def check_token(self) -> None:
        """Raise Refused for a bad token before anything is read. A `look` soon after reuses the result."""
        self._checked = await signed_in_by(self.authorization, self._services), monotonic()

    async def look(self, read: Read | None = None) -> Admitted:
        """Look up the asker, in the snapshot of `read` or in one of its own. Raises Refused for an invalid token."""
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
        """Whether the token or a mandate has expired since the last look, or that is too long ago. Needs no query."""
        if self._last is None:
            return True
        passed = monotonic() - self._looked_at
        seconds_left = self._last.seconds_left
        still = in_force(self._last.mandates, self._services.clock())
        is_over = seconds_left is not None and passed >= seconds_left
        return passed >= after_seconds or is_over or len(still) < len(self._last.mandates)


def _unauthenticated(message: str) -> Refused:
    return Refused(401, "UNAUTHENTICATED", message, {"WWW-Authenticate": 'Bearer error="invalid_token"'})


async def wait_for_position(headers: Headers, services: Services) -> int | None:
    """Wait until the read models reach `Min-Position`; refuse the request if they do not in time.

    Returns the position, if the request has one.
    """
    position = headers.get("min-position")
    if position is None:
        return None
    if not (position.isascii() and position.isdigit()) or len(position) > 19 or int(position) > _LARGEST_POSITION:
        raise Refused(400, "INVALID", "En-tête Min-Position : nombre entier positif attendu.")
    if not await services.waiter.wait(int(position), services.wait_seconds):
        raise position_not_reached(int(position), services.waiter.position)
    return int(position)


def within_limit(
    headers: Headers, receive: Receive, largest: int = LARGEST_BODY, refused: Refused | None = None
) -> Receive:
    """Wrap `receive` to refuse (413) too large a body, announced or not; `refused` replaces the usual refusal."""
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
