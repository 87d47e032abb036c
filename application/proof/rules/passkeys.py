"""How the judge takes passkeys, and what they signed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

from application.proof.rules.cases import Case, Decision, Judgement, Judgements
from application.proof.rules.findings import Finding
from application.proof.rules.scene import Scene, Untold
from application.signatures.acts import SIGNED_ACTIONS, SIGNED_WITHIN, Act, digest_of_state
from domain.kernel.identifiers import passkeys_id
from domain.kernel.rights import Action, Belongings
from domain.passkeys import passkeys
from domain.passkeys.events import PasskeyRegistered, PasskeyRevoked
from domain.passkeys.passkeys import Passkey, Passkeys
from eventstore.records import ActSignature, Recorded


def _own(case: Case) -> Passkeys:
    person = case.record.stamp.person
    if person is None or case.stream != passkeys_id(person):
        raise Untold("the stream is not that of the passkeys of who acts")
    return case.scene.find(Passkeys, case.stream) or Passkeys(case.stream)


def _registered(case: Case, fact: PasskeyRegistered) -> Decision:
    is_signed = case.record.stamp.signature is not None
    return Decision(passkeys.register(_own(case), fact, case.actor, is_signed=is_signed), Belongings())


def _revoked(case: Case, fact: PasskeyRevoked) -> Decision:
    return Decision(passkeys.revoke(_own(case), fact.credential_id, case.actor), Belongings())


PASSKEYS: Judgements = {
    PasskeyRegistered: Judgement(_registered, (Action.PASSKEY_REGISTER,)),
    PasskeyRevoked: Judgement(_revoked, (Action.PASSKEY_REVOKE,)),
}


def signature_reasons(scene: Scene, record: Recorded, state: bytes) -> Iterator[str]:
    """Yield why the signature in an event's stamp is not the person's own of this very event.

    `state` are the stored bytes, `scene` knows the events before.
    """
    stamp = record.stamp
    signed = stamp.signature
    if signed is None:
        return
    if stamp.person is None or signed.act not in SIGNED_ACTIONS:
        yield f"{signed.act} of {stamp.role} is nothing that a person signs"
        return
    if stamp.cause.startswith("command:") and stamp.cause != f"command:{signed.act}":
        yield f"what was signed is {signed.act}, and {stamp.cause} recorded it"
    if not timedelta(0) <= signed.expires_at - stamp.recorded_at <= SIGNED_WITHIN:
        yield f"it was recorded at {stamp.recorded_at.isoformat()}, and signed for {signed.expires_at.isoformat()}"
    digest = digest_of_state(record.originator_id, record.originator_version, record.event.topic, state)
    if digest not in signed.events:
        yield "what was signed is not this event"
    own = scene.find(Passkeys, passkeys_id(stamp.person))
    passkey = own.keys.get(signed.credential_id) if own else None
    if passkey is None or passkey.revoked:
        state_of_it = "is revoked" if passkey else "is none of this person's"
        yield f"the passkey {signed.credential_id} that signed it {state_of_it}"
        return
    act = Act(signed.act, stamp.person, stamp.role, signed.expires_at, signed.events)
    if (reason := _bad_assertion(signed, passkey, act.challenge)) is not None:
        yield f"its signature does not hold: {reason}"


def signature_findings(scene: Scene, record: Recorded, state: bytes) -> Iterator[Finding]:
    """Yield what is wrong with an event's signature, before the event is taken."""
    for reason in signature_reasons(scene, record, state):
        yield Finding.about(record, reason)


@lru_cache(256)
def _bad_assertion(signed: ActSignature, passkey: Passkey, challenge: bytes) -> str | None:
    """Return what is wrong with an assertion; one is in all events of a command."""
    from application.signatures.assertions import BadSignature, check_assertion

    try:
        check_assertion(signed, passkey, challenge)
    except BadSignature as error:
        return error.reason
    return None
