"""Access tokens of an OpenID Connect issuer (RFC 9068), and its userinfo, signed or not.

A token is believed when a key of the issuer's has signed it, with a public-key algorithm, for our audience, and now is
within its time. What it then says of a person is read as configured (`application.sign_in.claims`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx
from anyio import to_thread
from cachetools import LRUCache
from joserfc import jws, jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from application.sign_in.accepting import LONGEST_TOKEN, BadToken, IssuerAway, SignedIn
from application.sign_in.claim_values import UNREADABLE, instant
from application.sign_in.claims import ClaimsMapping
from application.sign_in.issuer import AWAY, Issuer
from application.sign_in.places import Places

Told = Mapping[str, Any]

log = logging.getLogger(__name__)

#: Signatures only: nothing that a public key could be taken for the secret of.
ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
#: Seconds that our clock and the issuer's may differ by.
SKEW = 60
#: Seconds that a userinfo is believed for, the token's own end permitting.
USERINFO_KEPT = 60
_MOST_KEPT = 10_000
#: Seconds that a refused token is remembered for: the issuer is not asked about it again at once.
REFUSAL_KEPT = 10
_ACCESS = ("at+jwt", "application/at+jwt")
#: What a JWT of no particular type says if it gives access (RFC 9068, section 2.2; RFC 8693, section 4.2).
_OF_ACCESS = ("client_id", "scope", "scp")

_REFUSED = "Jeton refusé : signature ou contenu invalide."
_EXPIRED = "Jeton expiré : reconnectez-vous."


@dataclass(slots=True)
class OidcSignIn:
    """`clock` tells the time (aware). `audience` is what the issuer calls this API."""

    issuer: Issuer
    audience: str
    mapping: ClaimsMapping
    clock: Callable[[], datetime]
    #: Userinfo by the token's digest, with the second until which it is believed.
    _kept: LRUCache[bytes, tuple[float, Mapping[str, Any]]] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    #: Claims by the token's digest, with the keys that its signature was checked by.
    _signed: LRUCache[bytes, tuple[KeySet, dict[str, Any]]] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    #: Tokens that the issuer's userinfo refused, until which second that is remembered, and what was answered.
    _refusals: LRUCache[bytes, tuple[float, str]] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    _asking_keys: asyncio.Task[None] | None = None
    #: Whoever sends forged tokens must not keep the places that others need: each kind of question has its own.
    _opaque_places: Places = field(default_factory=Places)
    _known_places: Places = field(default_factory=lambda: Places(waiting=200, patience=10.0))
    #: By the token's digest: what the issuer is being asked about. Several requests of one person are one question.
    _asking: dict[bytes, asyncio.Task[Told]] = field(default_factory=dict)

    async def read(self, token: str) -> SignedIn:
        """See `SignIn.read`. Asks the issuer, in a thread, only for what is not known yet."""
        if len(token) > LONGEST_TOKEN:
            raise BadToken("Jeton refusé : trop long.")
        opaque = token.count(".") != 2
        if opaque and not self.mapping.takes_opaque:
            raise BadToken(_REFUSED)
        self.issuer.refresh()
        claims = {} if opaque else await self._access(token)
        if self.mapping.userinfo:
            claims = await self._with_userinfo(token, claims)
        return self.mapping.signed_in(claims, self.clock() - timedelta(seconds=SKEW))

    async def _access(self, token: str) -> dict[str, Any]:
        """The claims of an access token, whose signature is checked once: the same token comes with every request."""
        digest = sha256(token.encode()).digest()
        keys, claims = self._signed.get(digest, (None, {}))
        if keys is not self.issuer.keys:
            keys, header, claims = await self._decoded(token)
            if not _gives_access(header, claims):
                raise BadToken(_REFUSED)
            self._signed[digest] = (keys, claims)
        self._check(claims, access=True)
        return claims

    async def _decoded(self, token: str) -> tuple[KeySet, Mapping[str, Any], dict[str, Any]]:
        """Header and claims of a JWT that the issuer has signed, and the keys that tell so."""
        await self._know_key(_header(token).get("kid"))
        keys = self.issuer.keys
        try:
            found = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except (JoseError, *UNREADABLE) as error:
            raise _refused(error) from error
        return keys, found.header, dict(found.claims)

    async def _know_key(self, key_id: str | None) -> None:
        if self.issuer.knows(key_id):
            return
        if self._asking_keys is None or self._asking_keys.done():
            # One question for all who wait for its answer.
            self._asking_keys = asyncio.create_task(to_thread.run_sync(self.issuer.ask_for_keys))
        await asyncio.shield(self._asking_keys)
        if not self.issuer.knows(key_id) and self.issuer.away:
            raise IssuerAway(AWAY)

    def _check(self, claims: Mapping[str, Any], *, access: bool) -> None:
        """An access token tells when it begins and ends; a signed userinfo need not (OpenID Connect Core, 5.3.2)."""
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self.clock().timestamp()),
            leeway=SKEW,
            iss={"essential": True, "value": self.issuer.address},
            aud={"essential": True, "value": self.audience},
            exp={"essential": access},
            iat={"essential": access},
        )
        try:
            registry.validate(dict(claims))
        except ExpiredTokenError as error:
            raise BadToken(_EXPIRED) from error
        except (JoseError, *UNREADABLE) as error:
            raise _refused(error) from error

    async def _with_userinfo(self, token: str, claims: dict[str, Any]) -> dict[str, Any]:
        digest = sha256(token.encode()).digest()
        now = self.clock().timestamp()
        until, told = self._kept.get(digest, (0.0, {}))
        if until <= now:
            # Who was told of before is no stranger.
            known = bool(claims or told)
            told = await self._once(digest, lambda: self._ask_userinfo(token, bool(claims), known))
            until = min(now + USERINFO_KEPT, instant(claims.get("exp")) or now + USERINFO_KEPT)
            self._kept[digest] = (until, told)
        # Another's answer in the place of this one's (OpenID Connect Core, section 5.3.2).
        if claims and (not isinstance(told.get("sub"), str) or told["sub"] != claims.get("sub")):
            raise BadToken(_REFUSED)
        # When the userinfo was made out says nothing of the sign-in.
        return {**claims, **told, "iat": claims.get("iat"), "exp": claims.get("exp")}

    async def _once(
        self, digest: bytes, ask: Callable[[], Coroutine[Any, Any, Mapping[str, Any]]]
    ) -> Mapping[str, Any]:
        """What `ask` answers, or what another request is asking already. A refusal is remembered for a while."""
        now = self.clock().timestamp()
        until, reason = self._refusals.get(digest, (0.0, ""))
        if now < until:
            raise BadToken(reason)
        asking = self._asking.get(digest)
        if asking is None:
            asking = self._asking[digest] = asyncio.create_task(ask())
            asking.add_done_callback(lambda done: self._answered(digest, done))
        try:
            return await asyncio.shield(asking)
        except BadToken as refused:
            self._kept.pop(digest, None)
            self._refusals[digest] = (now + REFUSAL_KEPT, str(refused))
            raise

    def _answered(self, digest: bytes, done: asyncio.Task[Told]) -> None:
        self._asking.pop(digest, None)
        if not done.cancelled():
            # Looked at, should all who waited for it have gone.
            done.exception()

    async def _ask_userinfo(self, token: str, believed: bool, known: bool) -> Mapping[str, Any]:
        """`believed`: the token was for us. Else only a signed answer tells whether it is."""
        places = self._known_places if known else self._opaque_places
        answer = await places.run(lambda: self.issuer.userinfo(token))
        if answer.status_code != httpx.codes.OK:
            raise BadToken(_EXPIRED if answer.status_code == httpx.codes.UNAUTHORIZED else _REFUSED)
        if answer.headers.get("content-type", "").startswith("application/jwt"):
            _, _, told = await self._decoded(answer.text.strip())
            self._check(told, access=False)
            return told
        if not believed:
            raise BadToken(_REFUSED)
        try:
            told = answer.json()
        except UNREADABLE:
            raise BadToken(_REFUSED) from None
        if not isinstance(told, dict):
            raise BadToken(_REFUSED)
        return told


def _refused(error: Exception) -> BadToken:
    """The reason is for us: who forges learns nothing."""
    log.info("token refused", extra={"reason": type(error).__name__})
    return BadToken(_REFUSED)


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jws.extract_compact(token.encode()).headers()
    except (JoseError, *UNREADABLE) as error:
        raise BadToken(_REFUSED) from error


def _gives_access(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Whether it was made to be shown here: ID tokens and logout tokens are the same issuer's, and may name us, too."""
    typ = str(header.get("typ", "JWT")).lower()
    return typ in _ACCESS or (typ == "jwt" and any(name in claims for name in _OF_ACCESS))
