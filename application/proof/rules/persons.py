"""How the judge compares persons: four eyes on dossiers, and who speaks for a structure.

Events from before persons were recorded are held to the rule of their time, by names; the newer rule is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from application.people.officials import mandate_account
from application.proof.rules.cases import Case
from domain.accounts.account import mandate_of
from domain.accounts.events import AccountErased, MandateEnded, MandateGiven
from domain.animations.animation import Animation
from domain.kernel.actors import IN_OFFICE, Role
from domain.kernel.authors import Author
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action
from domain.passkeys.events import PasskeyRegistered
from domain.service_dossiers.events import (
    AmendmentAccepted,
    CertificationWithdrawn,
    DossierCertified,
    DossierPaid,
    DossierRecovered,
    DossierSubmitted,
)
from domain.service_dossiers.four_eyes import same_person_obstacle
from domain.service_dossiers.service_dossier import ServiceDossier
from domain.structures.structure import speaker_obstacle
from eventstore.records import Stamp

#: A mandate that ended is seen soon.
_SOON = timedelta(minutes=5)
_DECIDED: Mapping[type[Event], Action] = {
    DossierCertified: Action.SERVICE_DOSSIER_CERTIFY,
    DossierPaid: Action.SERVICE_PAYMENT_RECORD,
    AmendmentAccepted: Action.SERVICE_AMENDMENT_ACCEPT,
    CertificationWithdrawn: Action.CERTIFICATION_WITHDRAW,
    DossierRecovered: Action.SERVICE_RECOVERY_RECORD,
}


def _is_older(stamp: Stamp) -> bool:
    """Return whether the event is from before persons were recorded."""
    return stamp.person is None and stamp.role in IN_OFFICE


def at_its_time(dossier: ServiceDossier, case: Case) -> ServiceDossier:
    """Return the dossier with the acts that the event's own time compared: who submitted it, by name."""
    if not _is_older(case.record.stamp):
        return dossier
    submitted_by = dossier.submitted_by
    acts = {} if submitted_by is None else {DossierSubmitted.topic: frozenset([Author(submitted_by)])}
    return replace(dossier, acts=acts)


def newer_rules(case: Case) -> Iterator[str]:
    """Yield what today's rule of four eyes would have refused of an older event, and that a mandate had ended.

    Rights are those of a read model, which may be behind when a mandate ends.
    """
    yield from _ended_mandate(case)
    yield from _taken_passkey(case)
    action = _DECIDED.get(type(case.record.event))
    dossier = case.scene.find(ServiceDossier, case.stream)
    if action is None or dossier is None:
        return
    for animation_id in dossier.animation_ids:
        animation = case.scene.find(Animation, animation_id)
        if animation is not None and (reason := same_person_obstacle(action, animation.acts, case.actor)):
            yield f"older than the rule, or against it: {reason}"
            break
    if not _is_older(case.record.stamp):
        return
    if reason := same_person_obstacle(action, dossier.acts, case.actor):
        yield f"older than the rule: {reason}"


def check_speaker(case: Case, structure_id: UUID) -> None:
    """Raise RULE_BROKEN if who decides on the convention has ever acted for the structure."""
    # The stamp names the structure as the owner of the thing, not as whom the actor speaks for.
    actor = replace(case.actor, structures=frozenset())
    has_acted = actor.person is not None and actor.person in case.scene.speakers.get(structure_id, ())
    if reason := speaker_obstacle(structure_id, actor, has_acted):
        raise broken(reason)


def mandate_reasons(case: Case) -> Iterator[str]:
    """Yield that who acted by a mandate never had one of that role, where the log has their account."""
    stamp = case.record.stamp
    account = mandate_account(stamp.actor)
    mandates = None if account is None else case.scene.mandates.get(account)
    if mandates is not None and not any(stamp.actor == f"{role}:{account}" for role, _ in mandates.values()):
        yield f"account {account} never had a mandate as {stamp.actor.partition(':')[0]} before it"


def _ended_mandate(case: Case) -> Iterator[str]:
    stamp = case.record.stamp
    account = mandate_account(stamp.actor)
    mandates = {} if account is None else case.scene.mandates.get(account, {})
    ends = [end for role, end in mandates.values() if stamp.actor == f"{role}:{account}"]
    recorded_ends = [end for end in ends if end is not None]
    if recorded_ends and len(recorded_ends) == len(ends) and (latest := max(recorded_ends)) < stamp.recorded_at - _SOON:
        yield f"the mandate of account {account} had ended at {latest.isoformat()}"


def _taken_passkey(case: Case) -> Iterator[str]:
    fact = case.record.event
    if isinstance(fact, PasskeyRegistered):
        first = case.scene.passkeys.setdefault(fact.credential_id, case.stream)
        if first != case.stream:
            yield f"older than the rule: the passkey was registered in {first} before, and is one person's"


def _note_mandate(case: Case) -> None:
    mandates = case.scene.mandates.setdefault(case.stream, {})
    match case.record.event:
        case MandateGiven() as given:
            mandates[given.mandate_id] = (mandate := mandate_of(given)).role, mandate.until
        case MandateEnded(mandate_id=mandate_id) if mandate_id in mandates:
            mandates[mandate_id] = mandates[mandate_id][0], case.now
        case AccountErased():
            mandates.update({mandate_id: (role, case.now) for mandate_id, (role, _) in mandates.items()})


def note_speaker(case: Case) -> None:
    """Remember who acted for the structure, and who was given a mandate."""
    stamp = case.record.stamp
    if case.record.event.topic.startswith("account."):
        _note_mandate(case)
    if stamp.role is Role.STRUCTURE and stamp.person is not None and stamp.structure_id is not None:
        case.scene.speakers.setdefault(stamp.structure_id, set()).add(stamp.person)
