"""An issuer on loopback whose every answer a test decides, and the tokens that it signs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

AsymmetricKey = RSAKey | ECKey | OKPKey
AUDIENCE = "https://api.parentalite.example.org"
NOW = datetime(2027, 1, 10, 9, 0, tzinfo=UTC)
KEYS: dict[str, AsymmetricKey] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa-1"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec-1"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "okp-1"}),
}


@dataclass
class FakeIssuer:
    """Answers what `documents` say: by path, the status, media type and content. `paths` lists the requests."""

    address: str = ""
    documents: dict[str, tuple[int, str, bytes]] = field(default_factory=dict)
    paths: list[str] = field(default_factory=list)
    seen_tokens: list[str] = field(default_factory=list)

    def says(self, path: str, content: Any, status: int = 200, media_type: str = "application/json") -> None:
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.documents[path] = (status, media_type, body)

    def publishes(self, *keys: AsymmetricKey) -> None:
        self.says("/jwks", KeySet(list(keys)).as_dict(private=False))

    def claims(self, **changes: Any) -> dict[str, Any]:
        claims: dict[str, Any] = {
            "iss": self.address,
            "aud": AUDIENCE,
            "sub": "camille",
            "role": "national",
            "iat": NOW,
            "exp": NOW + timedelta(minutes=5),
        }
        return {name: value for name, value in (claims | changes).items() if value is not None}

    def signs(
        self, algorithm: str = "RS256", key: AsymmetricKey | None = None, typ: str = "at+jwt", **changes: Any
    ) -> str:
        signing = key or KEYS[algorithm]
        header = {"alg": algorithm, "kid": signing.kid, "typ": typ}
        return jwt.encode(header, self.claims(**changes), signing, algorithms=[algorithm])


@contextmanager
def fake_issuer() -> Iterator[FakeIssuer]:
    issuer = FakeIssuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.paths.append(self.path)
            if token := self.headers.get("authorization"):
                issuer.seen_tokens.append(token)
            status, media_type, body = issuer.documents.get(self.path, (404, "text/plain", b""))
            self.send_response(status)
            self.send_header("content-type", media_type)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Tests are quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    # Stopping takes as long as it sleeps between looks.
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    issuer.address = f"http://127.0.0.1:{server.server_address[1]}"
    issuer.says(
        "/.well-known/openid-configuration",
        {
            "issuer": issuer.address,
            "jwks_uri": f"{issuer.address}/jwks",
            "userinfo_endpoint": f"{issuer.address}/userinfo",
        },
    )
    issuer.publishes(*KEYS.values())
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
