"""Access tokens of an OpenID Connect issuer (RFC 9068), and its userinfo, signed or not.

A token is valid if a key of the issuer signed it with a public-key algorithm, for our audience, and it has not
expired. `application.sign_in.claims` maps its claims to an actor.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
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

#: Public-key signatures only: with an HMAC, a public key could pass for the secret.
ALGORITHMS = ("RS256", "ES256", "EdDSA", "Ed25519")
#: Seconds by which our clock and the issuer's may differ.
SKEW = 60
#: Seconds for which a userinfo is cached, at most until the token's own end.
USERINFO_KEPT = 60
_MOST_KEPT = 10_000
#: Seconds for which a refused token is cached, so that the issuer is not asked about it again at once.
REFUSAL_KEPT = 10
_ACCESS = ("at+jwt", "application/at+jwt")
#: The claims that mark a JWT without a type as an access token (RFC 9068, section 2.2; RFC 8693, section 4.2).
_OF_ACCESS = ("client_id", "scope", "scp")

_REFUSED = "Jeton refusé : signature ou contenu invalide."
_EXPIRED = "Jeton expiré : reconnectez-vous."


@dataclass(slots=True)
class OidcSignIn:
    """Reads tokens of an issuer. `clock` returns aware times. `audience` is the issuer's name for this API."""

    issuer: Issuer
    audience: str
    mapping: ClaimsMapping
    clock: Callable[[], datetime]
    #: Userinfo by the token's digest, with the second at which it expires.
    _userinfo: LRUCache[bytes, tuple[float, Mapping[str, Any]]] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    #: Claims by the token's digest, with the keys that checked its signature.
    _signed: LRUCache[bytes, tuple[KeySet, dict[str, Any]]] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    #: Refusals of the userinfo endpoint by the token's digest: the second at which each expires, and its reason.
    _refusals: LRUCache[bytes, tuple[float, str]] = field(default_factory=lambda: LRUCache(_MOST_KEPT))
    _asking_keys: asyncio.Task[None] | None = None
    #: Forged tokens must not take the places of real people: each kind of request has its own.
    _opaque_places: Places = field(default_factory=Places)
    _known_places: Places = field(default_factory=lambda: Places(waiting=200, patience=10.0))
    #: Pending requests to the issuer by the token's digest: simultaneous requests of a person share one.
    _asking: dict[bytes, asyncio.Task[Told]] = field(default_factory=dict)

    @property
    def vouched_by(self) -> str:
        return self.issuer.address

    async def read(self, token: str) -> SignedIn:
        """See `SignIn.read`. Asks the issuer, in a thread, only if its caches do not answer."""
        if len(token) > LONGEST_TOKEN:
            raise BadToken("Jeton refusé : trop long.")
        opaque = token.count(".") != 2
        if opaque and not self.mapping.takes_opaque:
            raise BadToken(_REFUSED)
        self.issuer.refresh()
        claims = {} if opaque else await self._access(token)
        if self.mapping.userinfo:
            claims = await self._with_userinfo(token, claims)
        signed_in = self.mapping.signed_in(claims, self.clock() - timedelta(seconds=SKEW))
        return replace(signed_in, issuer=self.issuer.address)

    async def _access(self, token: str) -> dict[str, Any]:
        """Return the claims of an access token. Check its signature once: the same token comes with every request."""
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
        """Return the keys that checked a JWT's signature, its header and its claims."""
        await self._know_key(_header(token).get("kid"))
        keys = self.issuer.keys
        try:
            decoded = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        except (JoseError, *UNREADABLE) as error:
            raise _refused(error) from error
        return keys, decoded.header, dict(decoded.claims)

    async def _know_key(self, key_id: str | None) -> None:
        if self.issuer.knows(key_id):
            return
        if self._asking_keys is None or self._asking_keys.done():
            # All waiting requests share one request for keys.
            self._asking_keys = asyncio.create_task(to_thread.run_sync(self.issuer.ask_for_keys))
        await asyncio.shield(self._asking_keys)
        if not self.issuer.knows(key_id) and self.issuer.away:
            raise IssuerAway(AWAY)

    def _check(self, claims: Mapping[str, Any], *, access: bool) -> None:
        """Check claims. Access tokens must have times; signed userinfo need not (OpenID Connect Core, 5.3.2)."""
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
        until, userinfo = self._userinfo.get(digest, (0.0, {}))
        if until <= now:
            # An earlier userinfo also shows that the person is known.
            is_known = bool(claims or userinfo)
            userinfo = await self._once(digest, lambda: self._ask_userinfo(token, bool(claims), is_known))
            until = min(now + USERINFO_KEPT, instant(claims.get("exp")) or now + USERINFO_KEPT)
            self._userinfo[digest] = (until, userinfo)
        # Refuse a userinfo about another subject (OpenID Connect Core, section 5.3.2).
        if claims and (not isinstance(userinfo.get("sub"), str) or userinfo["sub"] != claims.get("sub")):
            raise BadToken(_REFUSED)
        # The times of the sign-in are the token's, not the userinfo's.
        return {**claims, **userinfo, "iat": claims.get("iat"), "exp": claims.get("exp")}

    async def _once(
        self, digest: bytes, ask: Callable[[], Coroutine[Any, Any, Mapping[str, Any]]]
    ) -> Mapping[str, Any]:
        """Return the answer of `ask`, or of the same pending request. Cache a refusal for a while."""
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
            self._userinfo.pop(digest, None)
            self._refusals[digest] = (now + REFUSAL_KEPT, str(refused))
            raise

    def _answered(self, digest: bytes, task: asyncio.Task[Told]) -> None:
        self._asking.pop(digest, None)
        if not task.cancelled():
            # Retrieve the exception even if all waiting requests are gone, or asyncio logs it.
            task.exception()

    async def _ask_userinfo(self, token: str, believed: bool, is_known: bool) -> Mapping[str, Any]:
        """Ask for the userinfo. `believed`: the token is for us; otherwise only a signed answer proves that."""
        places = self._known_places if is_known else self._opaque_places
        answer = await places.run(lambda: self.issuer.userinfo(token))
        if answer.status_code != httpx.codes.OK:
            raise BadToken(_EXPIRED if answer.status_code == httpx.codes.UNAUTHORIZED else _REFUSED)
        if answer.headers.get("content-type", "").startswith("application/jwt"):
            _, _, userinfo = await self._decoded(answer.text.strip())
            self._check(userinfo, access=False)
            return userinfo
        if not believed:
            raise BadToken(_REFUSED)
        try:
            userinfo = answer.json()
        except UNREADABLE:
            raise BadToken(_REFUSED) from None
        if not isinstance(userinfo, dict):
            raise BadToken(_REFUSED)
        return userinfo


def _refused(error: Exception) -> BadToken:
    """Log the reason and return a refusal that does not reveal it."""
    log.info("token refused", extra={"reason": type(error).__name__})
    return BadToken(_REFUSED)


def _header(token: str) -> Mapping[str, Any]:
    try:
        return jws.extract_compact(token.encode()).headers()
    except (JoseError, *UNREADABLE) as error:
        raise BadToken(_REFUSED) from error


def _gives_access(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Return whether it is an access token: the issuer's ID tokens and logout tokens may also name our audience."""
    typ = str(header.get("typ", "JWT")).lower()
    return typ in _ACCESS or (typ == "jwt" and any(name in claims for name in _OF_ACCESS))
