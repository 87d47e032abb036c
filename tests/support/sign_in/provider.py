"""A small OpenID Provider on loopback: codes with PKCE, tokens signed by joserfc, each code redeemed once."""

from __future__ import annotations

import hmac
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import unquote

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "pages:de l'essai", "un secret + d'essai"
AUDIENCE = "https://api.parentalite.example.org"
KEY = RSAKey.generate_key(2048, {"kid": "provider-1"})


@dataclass
class Provider:
    """Signs in whoever `claims` describes; `id_claims` change the ID tokens, `seconds` is how long tokens live."""

    address: str = ""
    claims: dict[str, Any] = field(default_factory=lambda: {"sub": "camille", "role": "national"})
    id_claims: dict[str, Any] = field(default_factory=dict)
    seconds: int = 300
    #: What an authorization answer says besides, or instead of a code.
    answer: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    signed_out: list[dict[str, str]] = field(default_factory=list)

    #: The clock of whoever reads the tokens.
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def metadata(self) -> dict[str, Any]:
        places = {"authorization": "auth", "token": "token", "end_session": "logout"}
        return {
            "issuer": self.address,
            "jwks_uri": f"{self.address}/jwks",
            "authorization_response_iss_parameter_supported": True,
            **{f"{name}_endpoint": f"{self.address}/{path}" for name, path in places.items()},
        }

    def authorize(self, query: dict[str, str]) -> Response:
        assert (query["client_id"], query["code_challenge_method"]) == (CLIENT, "S256")
        code = token_urlsafe(16)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], "iss": self.address} | self.answer
        if "error" in answer:
            del answer["code"]
        return RedirectResponse(f"{query['redirect_uri']}?{'&'.join(f'{k}={v}' for k, v in answer.items())}", 302)

    def redeem(self, form: dict[str, str], authorization: str) -> Response:
        client, _, secret = b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
        if (unquote(client), unquote(secret)) != (CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        query = self.codes.pop(form["code"], None)
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
        if query is None or not hmac.compare_digest(challenge, query["code_challenge"]):
            return JSONResponse({"error": "invalid_grant"}, 400)
        if form["redirect_uri"] != query["redirect_uri"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        identity = {"sub": self.claims["sub"], "aud": CLIENT, "nonce": query["nonce"]} | self.id_claims
        access = {"aud": AUDIENCE, "client_id": CLIENT} | self.claims
        tokens = {"access_token": self.signs("at+jwt", access), "id_token": self.signs("JWT", identity)}
        return JSONResponse({"token_type": "Bearer", "expires_in": self.seconds} | tokens)

    def signs(self, typ: str, claims: dict[str, Any]) -> str:
        now = int(time.time())
        times = {"iss": self.address, "iat": now, "exp": now + self.seconds}
        return jwt.encode({"alg": "RS256", "kid": KEY.kid, "typ": typ}, times | claims, KEY)


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider, app = Provider(), FastAPI()

    @app.get("/.well-known/openid-configuration")
    def _() -> dict[str, Any]:
        return provider.metadata()

    @app.get("/jwks")
    def _jwks() -> Any:
        return KeySet([KEY]).as_dict(private=False)

    @app.get("/auth")
    def _auth(request: Request) -> Response:
        return provider.authorize(dict(request.query_params))

    @app.post("/token")
    async def _token(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        return provider.redeem(form, request.headers.get("authorization", ""))

    @app.get("/logout")
    def _logout(request: Request) -> Response:
        provider.signed_out.append(dict(request.query_params))
        return Response("signed out")

    server = uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    provider.address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join(timeout=10)
