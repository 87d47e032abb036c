"""A software authenticator: what a browser and a security key answer, and what a forger would change of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import encode_cbor

from application.signatures.acts import from_base64url, to_base64url

SITE = "https://parentalite.example.org"
RP_ID = "parentalite.example.org"
PRESENT, VERIFIED, _HAS_CREDENTIAL = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One key (ES256), and the page that asks for it."""

    name: str = "key"
    rp_id: str = RP_ID
    origin: str = SITE
    flags: int = PRESENT | VERIFIED
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def raw_id(self) -> bytes:
        return sha256(self.name.encode() + self.public_key).digest()

    @property
    def credential_id(self) -> str:
        return to_base64url(self.raw_id)

    @property
    def public_key(self) -> bytes:
        """The key as COSE has it."""
        numbers = self.key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        return encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def creates(self, options: str) -> dict[str, str]:
        """What `navigator.credentials.create` answers, as the input of `passkeyRegister`."""
        credential = bytes(16) + len(self.raw_id).to_bytes(2, "big") + self.raw_id + self.public_key
        data = self._data(self.flags | _HAS_CREDENTIAL) + credential
        return {
            "clientDataJSON": self._client_data("webauthn.create", json.loads(options)["challenge"]),
            "attestationObject": to_base64url(encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})),
        }

    def signs(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """What `navigator.credentials.get` answers to an `ActSignature`, as the `signature` of an input."""
        challenge = changes.pop("challenge", json.loads(options["options"])["challenge"])
        client_data = self._client_data("webauthn.get", challenge, **changes)
        data = self._data(self.flags)
        raw = from_base64url(client_data)
        signature = self.key.sign(data + sha256(raw).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "expiresAt": options["expiresAt"],
            "credentialId": self.credential_id,
            "authenticatorData": to_base64url(data),
            "clientDataJSON": client_data,
            "signature": to_base64url(signature),
        }

    def _data(self, flags: int) -> bytes:
        return sha256(self.rp_id.encode()).digest() + bytes([flags]) + bytes(4)

    def _client_data(self, kind: str, challenge: str, **changes: Any) -> str:
        fields = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False} | changes
        return to_base64url(json.dumps(fields).encode())
