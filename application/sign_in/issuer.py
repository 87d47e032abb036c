"""An OpenID Connect issuer: its endpoints, and its keys, which change.

OpenID Connect Discovery 1.0, section 4; JSON Web Key Sets (RFC 7517). Keys are fetched when a token names an unknown
one, at most once in `KEYS_APART`, and again when they are old. While the issuer is away the fetched keys stay in use.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock, Thread
from time import monotonic
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from application.sign_in.accepting import IssuerAway
from application.sign_in.addresses import is_confidential

log = logging.getLogger(__name__)

#: Seconds between two requests for keys, however many unknown keys tokens name.
KEYS_APART = 10.0
#: Seconds after which keys are fetched again, even if no token names an unknown one.
KEYS_KEPT = 3600.0
_TIMEOUT = httpx.Timeout(5.0)
#: An issuer's documents have a few kilobytes.
_LARGEST_ANSWER = 1_000_000
#: The errors of an issuer that does not answer, or answers something else.
_FAULTS = (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError)
_ABOUT_THE_WAY = ("content-encoding", "content-length", "transfer-encoding")
AWAY = "Le service de connexion ne répond pas : réessayez dans quelques instants."


@dataclass(slots=True)
class Issuer:
    """An issuer at an address. Thread-safe; network requests block, so run them in a thread."""

    address: str
    clock: Callable[[], float] = monotonic
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    _userinfo: str | None = None
    _document: tuple[float, dict[str, Any]] | None = None
    _asked_at: float | None = None
    _had_at: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def knows(self, key_id: str | None) -> bool:
        """Return whether a token that names this key can be checked without asking the issuer."""
        return bool(self.keys.keys) and (key_id is None or any(key.kid == key_id for key in self.keys.keys))

    @property
    def away(self) -> bool:
        """Return whether the last request for keys failed."""
        return self._asked_at is not None and self._asked_at != self._had_at

    def refresh(self) -> None:
        """Fetch old keys again in a thread; meanwhile they stay in use."""
        if self._had_at is not None and self.clock() - self._had_at >= KEYS_KEPT and self._may_ask():
            Thread(target=self.ask_for_keys, name="issuer's keys", daemon=True).start()

    def ask_for_keys(self) -> None:
        """Fetch the keys, unless that was done a moment ago. Log a failure, which `away` then reports."""
        with self._lock:
            if not self._may_ask():
                return
            self._asked_at = self.clock()
            try:
                self.keys = self._current_keys()
                self._had_at = self._asked_at
            except _FAULTS as error:
                log.warning("issuer's keys cannot be had", extra={"reason": f"{type(error).__name__}: {error}"})

    def userinfo(self, access_token: str) -> httpx.Response:
        """Return the userinfo endpoint's answer (OpenID Connect Core, section 5.3). Raise IssuerAway."""
        try:
            if self._userinfo is None:
                self._discover()
            if self._userinfo is None:
                raise ValueError("no userinfo_endpoint")
            answer = _get(self._userinfo, {"Authorization": f"Bearer {access_token}"})
            if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                answer.raise_for_status()
            return answer
        except _FAULTS as error:
            log.warning("userinfo cannot be had", extra={"reason": f"{type(error).__name__}: {error}"})
            raise IssuerAway(AWAY) from error

    def document(self) -> dict[str, Any]:
        """Return what the issuer publishes about itself, asked for again after an hour. Raise IssuerAway."""
        cached = self._document
        if cached is not None and self.clock() - cached[0] < KEYS_KEPT:
            return cached[1]
        try:
            document = self._discover()
        except _FAULTS as error:
            log.warning("issuer's document cannot be had", extra={"reason": f"{type(error).__name__}: {error}"})
            raise IssuerAway(AWAY) from error
        self._document = (self.clock(), document)
        return document

    def exchange(self, form: Mapping[str, str], credentials: tuple[str, str] | None) -> httpx.Response:
        """Return the token endpoint's answer (RFC 6749, section 3.2). Raise IssuerAway."""
        try:
            answer = _ask("POST", endpoint(self.document(), "token_endpoint"), data=form, auth=credentials)
            if answer.is_server_error or answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
                answer.raise_for_status()
            return answer
        except _FAULTS as error:
            log.warning("tokens cannot be had", extra={"reason": f"{type(error).__name__}: {error}"})
            raise IssuerAway(AWAY) from error

    def _may_ask(self) -> bool:
        return self._asked_at is None or self.clock() - self._asked_at >= KEYS_APART

    def _current_keys(self) -> KeySet:
        answer = _get(endpoint(self._discover(), "jwks_uri"))
        answer.raise_for_status()
        signing = [key for jwk in answer.json()["keys"] if (key := _signing_key(jwk)) is not None]
        if not signing:
            raise ValueError("no key that signs")
        return KeySet(signing)

    def _discover(self) -> dict[str, Any]:
        answer = _get(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
        answer.raise_for_status()
        document: dict[str, Any] = answer.json()
        if document["issuer"] != self.address:
            raise ValueError(f"the document is that of {document['issuer']!r}")
        self._userinfo = endpoint(document, "userinfo_endpoint") if "userinfo_endpoint" in document else None
        return document


def endpoint(document: dict[str, Any], name: str) -> str:
    """Return the address of an endpoint, which must be confidential: tokens are sent there, or keys trusted."""
    address = document[name]
    if not isinstance(address, str) or not is_confidential(address):
        raise ValueError(f"{name}: an https address is needed, not {address!r}")
    return address


def _signing_key(jwk: Any) -> Key | None:
    """Return the key, or None if it is malformed, of another use or of an unknown type (RFC 7517, section 5)."""
    if not isinstance(jwk, dict) or jwk.get("use", "sig") != "sig" or jwk.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        return JWKRegistry.import_key(jwk)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("a key of the issuer's is passed over", extra={"reason": f"{type(error).__name__}: {error}"})
        return None


def _get(address: str, headers: dict[str, str] | None = None) -> httpx.Response:
    return _ask("GET", address, headers=headers)


def _ask(method: str, address: str, **request: Any) -> httpx.Response:
    """Ask the address without following redirects, which could leak a token."""
    with httpx.Client(timeout=_TIMEOUT) as client, client.stream(method, address, **request) as answer:
        content = b""
        for part in answer.iter_bytes():
            content += part
            if len(content) > _LARGEST_ANSWER:
                raise ValueError(f"more than {_LARGEST_ANSWER} bytes")
        return httpx.Response(
            answer.status_code, headers=_without_encoding(answer.headers), content=content, request=answer.request
        )


def _without_encoding(headers: httpx.Headers) -> list[tuple[str, str]]:
    """Return the headers without those on the encoding: the content is already decoded."""
    return [(name, value) for name, value in headers.items() if name not in _ABOUT_THE_WAY]
