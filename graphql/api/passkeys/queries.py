"""The challenge that the asker signs for an act that they are about to send."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import strawberry

from api.animations.inputs import AnimationAttestInput, AttestationCorrectInput
from api.conventions.inputs import ConventionAmendInput, ConventionSignInput, ConventionTerminateInput
from api.conventions.mutations import amend_values, terminate_values
from api.core.commanding.commands import build_command, in_turn, refusal_of
from api.core.commanding.inputs import UNSET, to_command
from api.core.commanding.payloads import UserError
from api.core.context import Context, Info
from api.passkeys.mutations import PasskeyRegisterInput, register_command
from api.passkeys.types import load_passkeys
from api.service_dossiers.inputs import (
    CertificationWithdrawInput,
    ServiceAmendmentAcceptInput,
    ServiceAmendmentProposeInput,
    ServiceDossierCertifyInput,
    ServiceDossierSubmitInput,
    ServicePaymentRecordInput,
    ServiceRecoveryRecordInput,
)
from api.service_dossiers.mutations import certify_values, payment_values
from application.animations.commands import AnimationAttest, AttestationCorrect
from application.commanding.commands import Command
from application.conventions import ConventionAmend, ConventionSign, ConventionTerminate
from application.service_dossiers.amendments import ServiceAmendmentAccept, ServiceAmendmentPropose
from application.service_dossiers.commands import ServiceDossierCertify, ServiceDossierSubmit, ServicePaymentRecord
from application.service_dossiers.withdrawal import CertificationWithdraw, ServiceRecoveryRecord
from application.signatures.acts import SIGNED_WITHIN
from application.signatures.registrations import request_options
from domain.kernel.errors import DomainError, broken

Values = Callable[[Context, Any], Awaitable[dict[str, Any]]]


def _act(mutation: str) -> Any:
    return strawberry.field(default=UNSET, description=f"The input of `{mutation}`.")


@strawberry.input(
    one_of=True, description="An act to sign: the input of exactly one of these mutations, as it will be sent."
)
class SignedActInput:
    convention_sign: ConventionSignInput | None = _act("conventionSign")
    convention_amend: ConventionAmendInput | None = _act("conventionAmend")
    convention_terminate: ConventionTerminateInput | None = _act("conventionTerminate")
    animation_attest: AnimationAttestInput | None = _act("animationAttest")
    attestation_correct: AttestationCorrectInput | None = _act("attestationCorrect")
    service_dossier_submit: ServiceDossierSubmitInput | None = _act("serviceDossierSubmit")
    service_dossier_certify: ServiceDossierCertifyInput | None = _act("serviceDossierCertify")
    service_payment_record: ServicePaymentRecordInput | None = _act("servicePaymentRecord")
    certification_withdraw: CertificationWithdrawInput | None = _act("certificationWithdraw")
    service_recovery_record: ServiceRecoveryRecordInput | None = _act("serviceRecoveryRecord")
    service_amendment_propose: ServiceAmendmentProposeInput | None = _act("serviceAmendmentPropose")
    service_amendment_accept: ServiceAmendmentAcceptInput | None = _act("serviceAmendmentAccept")
    passkey_register: PasskeyRegisterInput | None = _act("passkeyRegister")


@strawberry.type(description="What the asker's passkey signs, so that the act can be sent with their `signature`.")
class ActSignature:
    options: str | None = strawberry.field(
        description="JSON for `PublicKeyCredential.parseRequestOptionsFromJSON`, then `navigator.credentials.get`. Its"
        " challenge is the digest of the act as it would be recorded now. Null after errors."
    )
    expires_at: datetime | None = strawberry.field(
        description="Until when the act can be sent; goes into the `signature`. Null after errors."
    )
    errors: list[UserError] = strawberry.field(description="Why the act would be refused now; else empty.")


@dataclass(frozen=True, slots=True)
class _Kind:
    """How the command of an input is made: its class, and its values."""

    command: type[Command]
    values: Values


async def _as_sent(context: Context, input: Any) -> dict[str, Any]:
    return to_command(input)


_KINDS = {
    "convention_sign": _Kind(ConventionSign, _as_sent),
    "convention_amend": _Kind(ConventionAmend, amend_values),
    "convention_terminate": _Kind(ConventionTerminate, terminate_values),
    "animation_attest": _Kind(AnimationAttest, _as_sent),
    "attestation_correct": _Kind(AttestationCorrect, _as_sent),
    "service_dossier_submit": _Kind(ServiceDossierSubmit, _as_sent),
    "service_dossier_certify": _Kind(ServiceDossierCertify, certify_values),
    "service_payment_record": _Kind(ServicePaymentRecord, payment_values),
    "certification_withdraw": _Kind(CertificationWithdraw, _as_sent),
    "service_recovery_record": _Kind(ServiceRecoveryRecord, _as_sent),
    "service_amendment_propose": _Kind(ServiceAmendmentPropose, _as_sent),
    "service_amendment_accept": _Kind(ServiceAmendmentAccept, _as_sent),
}


async def _command(context: Context, act: SignedActInput) -> Callable[[], Command]:
    """Return what makes the command; it may take a while."""
    ((name, input),) = ((name, value) for name, value in vars(act).items() if value is not UNSET)
    if isinstance(input, PasskeyRegisterInput):
        return lambda: register_command(context, input)
    kind = _KINDS[name]
    values = {key: value for key, value in (await kind.values(context, input)).items() if key != "signature"}
    return lambda: build_command(context.actor, kind.command, values)


async def _to_sign(context: Context, act: SignedActInput) -> ActSignature:
    application = context.services.application
    site = application.bus.signing.open_site()
    own = [passkey.credential_id for passkey in await load_passkeys(context) if passkey.revoked_at is None]
    make = await _command(context, act)
    expires_at = (context.now + SIGNED_WITHIN).replace(microsecond=0)
    signed = await in_turn(context, lambda: application.act(make(), context.actor, context.now, expires_at))
    if not own:
        raise broken("Vous n'avez pas encore de clé d'accès : enregistrez-en une, puis signez.")
    return ActSignature(options=request_options(site, signed.challenge, own), expires_at=expires_at, errors=[])


@strawberry.type
class PasskeyQueries:
    @strawberry.field(
        description="What the asker signs of an act that they are about to send, with a passkey of their own, within"
        " five minutes. Nothing is recorded; what the act would be refused for is told in `errors`."
    )
    async def act_signature(self, info: Info, act: SignedActInput) -> ActSignature:
        try:
            return await _to_sign(info.context, act)
        except DomainError as refusal:
            errors = list(refusal_of(info.context, refusal).errors)
            return ActSignature(options=None, expires_at=None, errors=errors)
