"""Judge signatures: those that there are, and those that are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

from application.proof.rules.findings import Finding
from application.proof.rules.judgements import JUDGEMENTS
from application.proof.rules.scene import Scene
from application.signatures.acts import SIGNED_ACTIONS, SIGNED_WITHIN, Act, digest_of_state
from domain.kernel.events import Event, registered_events
from domain.kernel.identifiers import SIGNING_RULE_ID, passkeys_id
from domain.passkeys.passkeys import Passkey, Passkeys
from domain.proof.signing_rule import REQUIRABLE_ACTIONS, SigningRule
from eventstore.records import ActSignature, Recorded, Stamp


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
    if isinstance(checked := _checked(signed, passkey, stamp), str):
        yield f"its signature does not hold: {checked}"


def _format_warnings(scene: Scene, record: Recorded) -> Iterator[str]:
    """Yield that an act goes back to the first format, and note the first of the second one."""
    stamp = record.stamp
    signed, own = stamp.signature, scene.find(Passkeys, passkeys_id(stamp.person)) if stamp.person else None
    passkey = own.keys.get(signed.credential_id) if own and signed else None
    if signed is None or passkey is None:
        return
    names_are_signed = _checked(signed, passkey, stamp)
    if names_are_signed is False and scene.names_are_signed:
        yield "it is signed without the name of who acts, where an act before it is signed with it"
    scene.names_are_signed |= names_are_signed is True


def signature_findings(scene: Scene, record: Recorded, state: bytes) -> Iterator[Finding]:
    """Yield what is wrong with an event's signature, or that it has none, before the event is taken."""
    for reason in (*signature_reasons(scene, record, state), *_unsigned(scene, record)):
        yield Finding.about(record, reason)
    for reason in _format_warnings(scene, record):
        yield Finding.about(record, reason, warning=True)


def _unsigned(scene: Scene, record: Recorded) -> Iterator[str]:
    """Yield that an event is not signed whose author had to sign, by what the log said before it."""
    stamp, rule = record.stamp, scene.find(SigningRule, SIGNING_RULE_ID)
    if stamp.signature is None and rule is not None and any(rule.requires(act, stamp.role) for act in _acts(stamp)):
        since = scene.signing_rules[-1]
        yield f"the {stamp.role} had to sign it, as the event at position {since} says, and it is not signed"


def _acts(stamp: Stamp) -> tuple[str, ...]:
    """Return the acts that record an event: its command, or those that alone lead to the event that caused it."""
    kind, _, cause = stamp.cause.partition(":")
    if kind == "command":
        return (cause,)
    judgement = JUDGEMENTS.get(registered_events().get(cause.partition(":")[0], Event))
    return judgement.actions if judgement is not None and REQUIRABLE_ACTIONS.issuperset(judgement.actions) else ()


def _checked(signed: ActSignature, passkey: Passkey, stamp: Stamp) -> bool | str:
    assert stamp.person is not None
    act = Act(signed.act, stamp.person, stamp.role, signed.expires_at, signed.events, stamp.actor)
    return _checked_act(signed, passkey, act)


@lru_cache(256)
def _checked_act(signed: ActSignature, passkey: Passkey, act: Act) -> bool | str:
    """Return whether the name of whoever acts is signed, or what is wrong with the assertion.

    It may be of the first format. One assertion is in all events of a command.
    """
    from application.signatures.assertions import BadSignature, OtherAct, check_assertion

    try:
        try:
            check_assertion(signed, passkey, act.challenge)
        except OtherAct:
            check_assertion(signed, passkey, replace(act, actor=None).challenge)
            return False
    except BadSignature as error:
        return error.reason
    return True
