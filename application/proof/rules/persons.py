"""How the judge compares persons: four eyes on dossiers, and who speaks for a structure.

Events from before persons were recorded are held to the rule of their time, by names; the newer rule is a warning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from uuid import UUID

from application.proof.rules.cases import Case
from domain.kernel.actors import IN_OFFICE, Role
from domain.kernel.authors import Author
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action
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
    """Yield what today's rule of four eyes would have refused of an older event."""
    action = _DECIDED.get(type(case.record.event))
    dossier = case.scene.find(ServiceDossier, case.stream)
    if action is None or dossier is None or not _is_older(case.record.stamp):
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


def note_speaker(case: Case) -> None:
    """Remember who acted for the structure."""
    stamp = case.record.stamp
    if stamp.role is Role.STRUCTURE and stamp.person is not None and stamp.structure_id is not None:
        case.scene.speakers.setdefault(stamp.structure_id, set()).add(stamp.person)
