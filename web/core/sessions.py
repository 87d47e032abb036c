"""Who is signed in: the token that the API takes, encrypted in a cookie of this site."""

from __future__ import annotations

from hashlib import sha256

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

_COOKIE = "parentalite-session"
_HEADER = {"alg": "dir", "enc": "A256GCM"}


class Sessions:
    """Sessions end with the browser, or with the token. No script and no other site's form can use them."""

    def __init__(self, secret: bytes, secure: bool) -> None:
        self._key = OctKey.import_key(sha256(b"session " + secret).digest())
        self._secure = secure
        # A name that browsers accept from this very host by TLS alone.
        self._cookie = f"__Host-{_COOKIE}" if secure else _COOKIE

    def begin(self, response: Response, token: str) -> None:
        sealed = jwe.encrypt_compact(_HEADER, token.encode(), self._key)
        response.set_cookie(self._cookie, sealed, secure=self._secure, httponly=True, samesite="lax")

    def end(self, response: Response) -> None:
        response.delete_cookie(self._cookie, secure=self._secure, httponly=True, samesite="lax")

    def token(self, request: Request) -> str | None:
        """Return the token of who is signed in, or None."""
        sealed = request.cookies.get(self._cookie)
        if sealed is None:
            return None
        try:
            content = jwe.decrypt_compact(sealed, self._key).plaintext
        except (JoseError, ValueError):
            return None
        return None if content is None else content.decode()
