"""Sign-in of a person with a browser: the authorization code flow (OpenID Connect Core, section 3.1) with PKCE.

Nothing is kept here between the steps: `Begun` goes with the browser, which must bring the same one back.
"""

from __future__ import annotations

import hmac
import logging
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import httpx
from anyio import to_thread
from joserfc import jwt
from joserfc.errors import JoseError

from application.sign_in.accepting import BadToken, IssuerAway, SignIn
from application.sign_in.claim_values import UNREADABLE
from application.sign_in.issuer import AWAY, Issuer, endpoint
from application.sign_in.oidc import ALGORITHMS, SKEW
from application.sign_in.places import Places

log = logging.getLogger(__name__)

#: Seconds within which a person signs in at the issuer.
LONGEST_SIGN_IN = 600
NOT_BEGUN = "Cette connexion n'a pas commencé ici, elle a déjà servi ou elle a duré trop longtemps. Recommencez."
_DECLINED = "Vous n'avez pas terminé la connexion, ou elle vous a été refusée. Vous pouvez recommencer."
_UNUSABLE = "Le service de connexion a donné une réponse que nous ne pouvons pas accepter. Recommencez."


@dataclass(frozen=True, slots=True)
class Begun:
    """The values that bind a sign-in to the browser that began it."""

    state: str
    nonce: str
    verifier: str
    at: float
    #: The page to come back to.
    towards: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a sign-in: tokens, or why there are none (French). `away`: it is worth trying again later."""

    access_token: str = ""
    id_token: str = ""
    refusal: str = ""
    away: bool = False


@dataclass(slots=True)
class CodeFlow:
    """Signs people in at an issuer. `back` is the address that it leads them back to, `out` the one after signing out.

    Without a secret the client is a public one.
    """

    issuer: Issuer
    sign_in: SignIn
    client_id: str
    back: str
    out: str
    clock: Callable[[], datetime]
    client_secret: str | None = field(default=None, repr=False)
    scope: str = "openid"
    _places: Places = field(default_factory=lambda: Places(waiting=200, patience=10.0))

    async def begin(self, towards: str, *, anew: bool = False) -> tuple[str, Begun] | Outcome:
        """Return the issuer's page to lead the browser to, and what that browser keeps meanwhile.

        `anew`: to choose the account again, even where the issuer still knows who it was.
        """
        begun = Begun(token_urlsafe(32), token_urlsafe(32), token_urlsafe(48), self.clock().timestamp(), towards)
        question = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.back,
            "scope": self.scope,
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": _base64url(sha256(begun.verifier.encode()).digest()),
            "code_challenge_method": "S256",
        }
        if anew:
            question["prompt"] = "login"
        try:
            return _with_query(await self._endpoint("authorization_endpoint"), question), begun
        except IssuerAway as away:
            return Outcome(refusal=str(away), away=True)

    def resumed(self, cookie: Mapping[str, Any]) -> Begun | None:
        """Return what `begin` gave to the browser, as it brought it back; None where it brought nothing."""
        return Begun(**cookie) if cookie else None

    async def finish(self, answer: Mapping[str, str], begun: Begun | None) -> Outcome:
        """Take the issuer's answer, in the address that it led the browser to; redeem its code."""
        if begun is None or not hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode()):
            return Outcome(refusal=NOT_BEGUN)
        if not 0 <= self.clock().timestamp() - begun.at <= LONGEST_SIGN_IN:
            return Outcome(refusal=NOT_BEGUN)
        try:
            await self._check_issuer(answer)
            if "error" in answer or not answer.get("code"):
                log.info("sign-in declined by the issuer", extra={"reason": answer.get("error", "no code")[:100]})
                return Outcome(refusal=_DECLINED)
            access_token, id_token = await self._redeem(answer["code"], begun)
            # Refuse people without a right now, rather than on every page.
            await self.sign_in.read(access_token)
        except IssuerAway as away:
            return Outcome(refusal=str(away), away=True)
        except BadToken as refusal:
            return Outcome(refusal=str(refusal))
        return Outcome(access_token, id_token)

    async def sign_out(self, id_token: str | None) -> str | None:
        """Return the issuer's page that ends its session too (RP-Initiated Logout 1.0), or None without one."""
        question = {"client_id": self.client_id, "post_logout_redirect_uri": self.out, "state": token_urlsafe(16)}
        if id_token:
            question["id_token_hint"] = id_token
        try:
            return _with_query(await self._endpoint("end_session_endpoint"), question)
        except IssuerAway:
            return None

    async def _endpoint(self, name: str) -> str:
        """Raises IssuerAway, also where the issuer has none."""
        document = await self._document()
        try:
            return endpoint(document, name)
        except (KeyError, ValueError) as error:
            raise IssuerAway(AWAY) from error

    async def _document(self) -> dict[str, Any]:
        return await self._places.run(self.issuer.document)

    async def _check_issuer(self, answer: Mapping[str, str]) -> None:
        """Refuse an answer of another issuer (RFC 9207). Raises BadToken, IssuerAway."""
        named = answer.get("iss")
        promised = (await self._document()).get("authorization_response_iss_parameter_supported") is True
        if (named is None and promised) or (named is not None and named != self.issuer.address):
            raise _unusable("another issuer's answer")

    async def _redeem(self, code: str, begun: Begun) -> tuple[str, str]:
        """Return the access token and the ID token. Raises BadToken, IssuerAway."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back}
        form |= {"code_verifier": begun.verifier}
        credentials, further = self._credentials(await self._document())
        answer = await self._places.run(lambda: self.issuer.exchange(form | further, credentials))
        try:
            tokens = answer.json()
        except UNREADABLE as error:
            raise _unusable("no JSON") from error
        if answer.status_code != httpx.codes.OK or not isinstance(tokens, dict):
            raise _unusable(str(tokens.get("error") if isinstance(tokens, dict) else "no tokens")[:100])
        access_token, id_token = tokens.get("access_token"), tokens.get("id_token")
        if not isinstance(access_token, str) or not isinstance(id_token, str):
            raise _unusable("no access token, or no ID token")
        if str(tokens.get("token_type", "")).lower() != "bearer":
            raise _unusable("no bearer token")
        await self._check_id_token(id_token, begun)
        return access_token, id_token

    def _credentials(self, document: Mapping[str, Any]) -> tuple[tuple[str, str] | None, dict[str, str]]:
        """Return who we are for the token endpoint: in the header, or in the form where it takes only that."""
        if self.client_secret is None:
            return None, {"client_id": self.client_id}
        methods = document.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if "client_secret_basic" in methods or "client_secret_post" not in methods:
            # Each is encoded before they are joined (RFC 6749, section 2.3.1).
            return (quote(self.client_id, safe=""), quote(self.client_secret, safe="")), {}
        return None, {"client_id": self.client_id, "client_secret": self.client_secret}

    async def _check_id_token(self, id_token: str, begun: Begun) -> None:
        """Check that the issuer made it for these pages and this very sign-in (OpenID Connect Core, 3.1.3.7)."""
        registry = jwt.JWTClaimsRegistry(
            now=lambda: int(self.clock().timestamp()),
            leeway=SKEW,
            iss={"essential": True, "value": self.issuer.address},
            aud={"essential": True, "value": self.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": begun.nonce},
        )
        try:
            claims = (await self._decoded(id_token)).claims
            registry.validate(dict(claims))
        except (JoseError, *UNREADABLE) as error:
            raise _unusable(type(error).__name__) from error
        if claims.get("azp", self.client_id) != self.client_id:
            raise _unusable("made for another client")

    async def _decoded(self, id_token: str) -> jwt.Token:
        """Check with the keys that are here; with the newest where those do not fit. Raises JoseError."""
        try:
            return jwt.decode(id_token, self.issuer.keys, algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            await to_thread.run_sync(self.issuer.ask_for_keys)
            return jwt.decode(id_token, self.issuer.keys, algorithms=list(ALGORITHMS))


def _unusable(reason: str) -> BadToken:
    """Log the reason and return a refusal that does not reveal it."""
    log.info("sign-in refused", extra={"reason": reason})
    return BadToken(_UNUSABLE)


def _with_query(address: str, question: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(question)}"


def _base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")
