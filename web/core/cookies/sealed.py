"""Cookies that only this site reads: encrypted (JWE, A256GCM) with a key for each purpose, in pieces where long."""

from __future__ import annotations

from hashlib import sha256

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey
from starlette.requests import Request
from starlette.responses import Response

_HEADER = {"alg": "dir", "enc": "A256GCM"}
#: Browsers keep 4,096 bytes a cookie, its name and attributes included.
_PIECE, _MOST_PIECES = 3_700, 4


class SealedCookie:
    """A text in a cookie. No script and no other site's form can use it; it ends with the browser at the latest."""

    def __init__(self, name: str, purpose: str, secret: bytes, secure: bool) -> None:
        self._key = OctKey.import_key(sha256(purpose.encode() + b" " + secret).digest())
        self._secure = secure
        # A name that browsers accept from this very host by TLS alone.
        self._name = f"__Host-{name}" if secure else name

    def put(self, request: Request, response: Response, text: str, seconds: int | None = None) -> bool:
        """Give the browser the text, for so many seconds at most. Return whether it is short enough to be kept."""
        sealed = jwe.encrypt_compact(_HEADER, text.encode(), self._key)
        pieces = [sealed[start : start + _PIECE] for start in range(0, len(sealed), _PIECE)]
        if len(pieces) > _MOST_PIECES:
            return False
        for name, piece in zip(self._names(), pieces, strict=False):
            response.set_cookie(name, piece, seconds, secure=self._secure, httponly=True, samesite="lax")
        for name in self._names()[len(pieces) :]:
            # Pieces left of a longer one would be taken for its continuation.
            if name in request.cookies:
                self._delete(response, name)
        return True

    def get(self, request: Request) -> str | None:
        """Return the text, or None where there is none that this site sealed."""
        sealed = ""
        for name in self._names():
            if not (piece := request.cookies.get(name)):
                break
            sealed += piece
        if not sealed:
            return None
        try:
            content = jwe.decrypt_compact(sealed, self._key).plaintext
        except (JoseError, ValueError):
            return None
        return None if content is None else content.decode()

    def drop(self, request: Request, response: Response) -> None:
        for name in self._names():
            if name in request.cookies:
                self._delete(response, name)

    def _names(self) -> list[str]:
        return [self._name, *(f"{self._name}-{number}" for number in range(2, _MOST_PIECES + 1))]

    def _delete(self, response: Response, name: str) -> None:
        response.delete_cookie(name, secure=self._secure, httponly=True, samesite="lax")
