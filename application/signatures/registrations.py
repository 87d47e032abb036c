"""Registering a passkey: what the browser is asked for, and what its answer is checked against.

The challenge is stateless: it holds its own end, and is authenticated for one person.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from application.signatures.acts import SIGNED_WITHIN, from_base64url, to_base64url
from application.signatures.site import Site
from domain.kernel.errors import DomainError, invalid

#: Time to choose a device and to confirm.
REGISTERED_WITHIN = timedelta(minutes=10)
_END_BYTES, _SEAL_BYTES = 8, 24


@dataclass(frozen=True, slots=True)
class Challenges:
    """Makes challenges for registrations, and reads them again with the `key` that made them."""

    key: bytes = field(repr=False)

    def make(self, person: str, now: datetime) -> bytes:
        end = int((now + REGISTERED_WITHIN).timestamp()).to_bytes(_END_BYTES, "big")
        return end + self._seal(person, end)

    def fits(self, challenge: bytes, person: str, now: datetime) -> bool:
        """Return whether the challenge was made here for this person, and has not ended."""
        end, seal = challenge[:_END_BYTES], challenge[_END_BYTES:]
        if not hmac.compare_digest(seal, self._seal(person, end)):
            return False
        return now <= datetime.fromtimestamp(int.from_bytes(end, "big"), UTC)

    def _seal(self, person: str, end: bytes) -> bytes:
        return hmac.digest(self.key, b"passkey registration\0" + person.encode() + end, "sha256")[:_SEAL_BYTES]


@dataclass(frozen=True, slots=True)
class Registered:
    """A passkey that the browser made: base64url."""

    credential_id: str
    public_key: str


def creation_options(site: Site, challenge: bytes, person: str, name: str, existing: list[str]) -> str:
    """Return the JSON of the options of `navigator.credentials.create`. `existing`: credential ids not to make again.

    `name` goes to the person's own device and is not kept.
    """
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=site.rp_id,
        rp_name=site.rp_id,
        user_id=person.encode(),
        user_name=name,
        challenge=challenge,
        timeout=int(REGISTERED_WITHIN.total_seconds() * 1_000),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=from_base64url(credential_id)) for credential_id in existing
        ],
    )
    return options_to_json(options)


def request_options(site: Site, challenge: bytes, credential_ids: list[str]) -> str:
    """Return the JSON of the options of `navigator.credentials.get`, by which one of these passkeys signs."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor, UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=site.rp_id,
        challenge=challenge,
        timeout=int(SIGNED_WITHIN.total_seconds() * 1_000),
        allow_credentials=[PublicKeyCredentialDescriptor(id=from_base64url(own)) for own in credential_ids],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def read_registration(
    challenges: Challenges, site: Site, person: str, now: datetime, client_data: str, attestation: str
) -> Registered:
    """Return the passkey in the browser's answer. Raises INVALID unless it was made here, by this person, just now."""
    from webauthn import verify_registration_response
    from webauthn.helpers import parse_attestation_object, parse_client_data_json
    from webauthn.helpers.exceptions import WebAuthnException
    from webauthn.helpers.structs import AuthenticatorAttestationResponse, RegistrationCredential

    try:
        response = AuthenticatorAttestationResponse(
            client_data_json=from_base64url(client_data), attestation_object=from_base64url(attestation)
        )
        challenge = parse_client_data_json(response.client_data_json).challenge
        credential_data = parse_attestation_object(response.attestation_object).auth_data.attested_credential_data
        if credential_data is None:
            raise ValueError("no credential was made")
        credential = RegistrationCredential(
            id=to_base64url(credential_data.credential_id), raw_id=credential_data.credential_id, response=response
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused("sa forme n'est pas celle de WebAuthn") from error
    if not challenges.fits(challenge, person, now):
        raise _refused("le délai est passé, ou la demande était celle de quelqu'un d'autre ; recommencez")
    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=site.rp_id,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise _refused("faite sur un autre site, ou sans que votre appareil ait vérifié que c'est vous") from error
    return Registered(to_base64url(verified.credential_id), to_base64url(verified.credential_public_key))


def _refused(message: str) -> DomainError:
    return invalid(f"La clé d'accès n'est pas valable : {message}.", "credential")
