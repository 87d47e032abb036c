"""Sessions: the token that the API takes, encrypted in a cookie of this site."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.core.cookies.sealed import SealedCookie


class Sessions:
    """Sessions end with the browser, or with the token."""

    def __init__(self, secret: bytes, secure: bool) -> None:
        self._token = SealedCookie("parentalite-session", "session", secret, secure)
        #: The issuer's ID token, by which it knows whom to sign out.
        self._hint = SealedCookie("parentalite-sortie", "sign-out", secret, secure)

    def begin(self, request: Request, response: Response, token: str, hint: str = "") -> bool:
        """Keep a token. Return whether it is short enough for that."""
        if hint:
            self._hint.put(request, response, hint)
        return self._token.put(request, response, token)

    def end(self, request: Request, response: Response) -> None:
        """Forget the token, but keep what signs its owner out at the issuer."""
        self._token.drop(request, response)

    def token(self, request: Request) -> str | None:
        """Return the signed-in person's token, or None."""
        return self._token.get(request)

    def hint(self, request: Request) -> str | None:
        """Return whom the issuer is to sign out, or None."""
        return self._hint.get(request)

    def forget_hint(self, request: Request, response: Response) -> None:
        self._hint.drop(request, response)
