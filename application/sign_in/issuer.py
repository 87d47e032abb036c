"""What is known of an OpenID Connect issuer: where its endpoints are, and its keys, which change.

OpenID Connect Discovery 1.0, section 4; JSON Web Key Sets (RFC 7517). Keys are asked for when a token names one that is
not known, at most once in `KEYS_APART`, and again when they grow old; while the issuer is away those known go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
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

#: Seconds between two requests for keys, however many unknown ones are named.
KEYS_APART = 10.0
#: Seconds after which keys are asked for again, though all that are named are known.
KEYS_KEPT = 3600.0
_TIMEOUT = httpx.Timeout(5.0)
#: An issuer's documents have a few kilobytes.
_LARGEST_ANSWER = 1_000_000
#: What an issuer can do wrong: not answer, or answer something else.
_FAULTS = (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, KeyError, TypeError)
_ABOUT_THE_WAY = ("content-encoding", "content-length", "transfer-encoding")
AWAY = "Le service de connexion ne répond pas : réessayez dans quelques instants."


@dataclass(slots=True)
class Issuer:
    """One issuer, known by its address. Thread-safe; what asks the network blocks, and is for a thread."""

    address: str
    clock: Callable[[], float] = monotonic
    keys: KeySet = field(default_factory=lambda: KeySet([]))
    _userinfo: str | None = None
    _asked_at: float | None = None
    _had_at: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def knows(self, key_id: str | None) -> bool:
        """Whether a token that names this key can be judged without asking the issuer."""
        return bool(self.keys.keys) and (key_id is None or any(key.kid == key_id for key in self.keys.keys))

    @property
    def away(self) -> bool:
        """Whether the last request for keys failed."""
        return self._asked_at is not None and self._asked_at != self._had_at

    def refresh(self) -> None:
        """Lets keys that have grown old be asked for again, in a thread: meanwhile they go on."""
        if self._had_at is not None and self.clock() - self._had_at >= KEYS_KEPT and self._may_ask():
            Thread(target=self.ask_for_keys, name="issuer's keys", daemon=True).start()

    def ask_for_keys(self) -> None:
        """Asks for the keys, unless that was done a moment ago. What goes wrong is logged, and told by `away`."""
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
        """The userinfo endpoint's answer (OpenID Connect Core, section 5.3). Raises IssuerAway."""
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

    def _may_ask(self) -> bool:
        return self._asked_at is None or self.clock() - self._asked_at >= KEYS_APART

    def _current_keys(self) -> KeySet:
        answer = _get(_endpoint(self._discover(), "jwks_uri"))
        answer.raise_for_status()
        signing = [key for told in answer.json()["keys"] if (key := _signing_key(told)) is not None]
        if not signing:
            raise ValueError("no key that signs")
        return KeySet(signing)

    def _discover(self) -> dict[str, Any]:
        answer = _get(f"{self.address.rstrip('/')}/.well-known/openid-configuration")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        if found["issuer"] != self.address:
            raise ValueError(f"the document is that of {found['issuer']!r}")
        self._userinfo = _endpoint(found, "userinfo_endpoint") if "userinfo_endpoint" in found else None
        return found


def _endpoint(document: dict[str, Any], name: str) -> str:
    """Tokens are sent there, or keys believed: nobody on the way may read or change them."""
    address = document[name]
    if not isinstance(address, str) or not is_confidential(address):
        raise ValueError(f"{name}: an https address is needed, not {address!r}")
    return address


def _signing_key(told: Any) -> Key | None:
    """None for a key of another use, of a kind that is not known, or malformed: RFC 7517, section 5, passes it over."""
    if not isinstance(told, dict) or told.get("use", "sig") != "sig" or told.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    try:
        return JWKRegistry.import_key(told)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        log.warning("a key of the issuer's is passed over", extra={"reason": f"{type(error).__name__}: {error}"})
        return None


def _get(address: str, headers: dict[str, str] | None = None) -> httpx.Response:
    """Never follows a redirect: a token must not wander."""
    with httpx.Client(timeout=_TIMEOUT) as client, client.stream("GET", address, headers=headers) as answer:
        content = b""
        for part in answer.iter_bytes():
            content += part
            if len(content) > _LARGEST_ANSWER:
                raise ValueError(f"more than {_LARGEST_ANSWER} bytes")
        return httpx.Response(
            answer.status_code, headers=_without_encoding(answer.headers), content=content, request=answer.request
        )


def _without_encoding(headers: httpx.Headers) -> list[tuple[str, str]]:
    """The content has been decoded already."""
    return [(name, value) for name, value in headers.items() if name not in _ABOUT_THE_WAY]
