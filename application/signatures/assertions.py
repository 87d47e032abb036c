"""Check WebAuthn assertions: that a passkey signed this challenge, on this site, by a person who was verified."""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import Any

from webauthn import verify_authentication_response
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorAssertionResponse,
    PublicKeyCredentialType,
)

from application.signatures.acts import from_base64url, to_base64url
from application.signatures.site import fits
from domain.passkeys.passkeys import Passkey
from eventstore.records import ActSignature
from eventstore.strict_reading import strict_json

_RP_ID_HASH_BYTES = 32
_USER_PRESENT, _USER_VERIFIED = 0x01, 0x04


class BadSignature(Exception):
    """The assertion does not hold. `reason` is English, for logs and verifiers; the message is French."""

    def __init__(self, reason: str, message: str) -> None:
        self.reason = reason
        super().__init__(message)


class OtherAct(BadSignature):
    """The assertion is over another act than this."""


def check_assertion(signed: ActSignature, passkey: Passkey, challenge: bytes, origin: str | None = None) -> None:
    """Raise BadSignature unless the passkey signed the challenge.

    It was signed on `origin`; without it, on any site that browsers let use the passkey.
    """
    try:
        client_data = strict_json(from_base64url(signed.client_data))
        authenticator_data = from_base64url(signed.authenticator_data)
        credential = _credential(signed)
        public_key = from_base64url(passkey.public_key)
    except ValueError as error:
        raise _bad("it cannot be read", "sa forme n'est pas celle de WebAuthn") from error
    if not isinstance(client_data, dict) or client_data.get("type") != "webauthn.get":
        raise _bad("its client data are not those of an assertion", "sa forme n'est pas celle de WebAuthn")
    if not _is_text(client_data.get("challenge"), to_base64url(challenge)):
        raise OtherAct(
            "it was made over another act",
            "La signature n'est pas celle de cet acte, ou il a changé depuis : relisez-le, et signez de nouveau.",
        )
    signed_on = client_data.get("origin")
    if not isinstance(signed_on, str) or client_data.get("crossOrigin") not in (None, False):
        raise _bad("it was made within a page of another site", "elle a été faite sur un autre site")
    if signed_on != origin if origin is not None else not fits(signed_on, passkey.rp_id):
        raise _bad(f"it was made on another site than {passkey.rp_id}", "elle a été faite sur un autre site")
    _check_authenticator(authenticator_data, passkey)
    try:
        verify_authentication_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=passkey.rp_id,
            expected_origin=signed_on,
            credential_public_key=public_key,
            # Counters of passkeys that are synchronised do not count; versions forbid that anything is signed twice.
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _bad("the passkey did not sign it", "ce n'est pas celle de cette clé d'accès") from error


def _check_authenticator(data: bytes, passkey: Passkey) -> None:
    rp_id_hash, flags = data[:_RP_ID_HASH_BYTES], data[_RP_ID_HASH_BYTES : _RP_ID_HASH_BYTES + 1]
    if not hmac.compare_digest(rp_id_hash, sha256(passkey.rp_id.encode()).digest()):
        raise _bad("its authenticator names another site", "elle a été faite pour un autre site")
    if not flags or flags[0] & (_USER_PRESENT | _USER_VERIFIED) != _USER_PRESENT | _USER_VERIFIED:
        raise _bad(
            "its authenticator did not verify the person",
            "votre appareil n'a pas vérifié que c'est vous (code, empreinte ou visage)",
        )


def _credential(signed: ActSignature) -> AuthenticationCredential:
    return AuthenticationCredential(
        id=signed.credential_id,
        raw_id=from_base64url(signed.credential_id),
        response=AuthenticatorAssertionResponse(
            client_data_json=from_base64url(signed.client_data),
            authenticator_data=from_base64url(signed.authenticator_data),
            signature=from_base64url(signed.signature),
        ),
        type=PublicKeyCredentialType.PUBLIC_KEY,
    )


def _is_text(value: Any, expected: str) -> bool:
    return isinstance(value, str) and value.rstrip("=") == expected


def _bad(reason: str, message: str) -> BadSignature:
    return BadSignature(reason, f"La signature n'est pas valable : {message}.")
