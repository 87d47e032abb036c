"""Notices to school authorities, coordonnateurs and candidates about candidatures."""

from __future__ import annotations

from collections.abc import Iterator

from application.notifications.reaction import Around, Letter, Message, Notice, Reaction, school, territory
from application.wording.things import Thing
from domain.candidatures.candidature import Candidature
from domain.candidatures.events import CandidatureRepeated, CandidatureSubmitted, CandidatureWithdrawn, Degree
from domain.candidatures.transitions import AUTHORITY, CandidatureStatus
from domain.catalogue import CANDIDATURE
from domain.kernel.actors import Role
from eventstore.records import Recorded

_TO_EXAMINE = "candidature.to_examine"
#: The person lacking for the step of each role.
_NOBODY = {
    Role.DIRECTOR: "aucun directeur ni directrice d'école n'y est rattaché",
    Role.INSPECTOR: "aucun inspecteur ni inspectrice n'y est rattaché",
    Role.HEAD: "aucun chef ni cheffe d'établissement n'y est rattaché",
}


def _candidature(record: Recorded, around: Around) -> Candidature:
    return around.state(CANDIDATURE, record.originator_id, record.originator_version)


def _named(record: Recorded) -> dict[str, Thing]:
    return {name: Thing(name, record.originator_id) for name in ("candidature", "volunteer", "school")}


def to_candidate(kind: str) -> Reaction:
    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        about = {"candidature_id": str(record.originator_id), "detail_position": record.position}
        yield Letter(kind, around.events(record.originator_id)[0].position, about)

    return react


def on_submitted(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, CandidatureSubmitted)
    role = Role.DIRECTOR if fact.degree is Degree.FIRST else AUTHORITY[fact.degree]
    step = "est à examiner" if fact.degree is Degree.SECOND else "attend votre avis"
    yield Notice(school(fact.school_uai, role), _TO_EXAMINE, f"La {{candidature}} {step}.", _named(record))
    yield Notice(territory(fact.territory), "candidature.submitted", "{candidature} : déposée.", _named(record))
    yield from _if_nobody_can(record, around, fact.territory, fact.school_uai, role)
    yield Letter("candidature.received", record.position, {"candidature_id": str(record.originator_id)})


def on_repeated(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Write to the address that has a candidature already, with the link of the first one."""
    fact = record.event
    assert isinstance(fact, CandidatureRepeated)
    first = around.events(fact.repeats)[0]
    yield Letter("candidature.repeated", first.position, {"candidature_id": str(fact.repeats)})


def on_opinion(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    candidature, role = _candidature(record, around), AUTHORITY[Degree.FIRST]
    message = "La {candidature} attend votre décision : l'avis de la direction de l'école est donné."
    yield Notice(school(candidature.school_uai, role), _TO_EXAMINE, message, _named(record))
    yield from _if_nobody_can(record, around, candidature.territory, candidature.school_uai, role)


def _if_nobody_can(record: Recorded, around: Around, code: str, uai: str, role: Role) -> Iterator[Notice]:
    """Tell the coordonnateur, who binds a school's staff, that nobody is there for the next step."""
    if around.has_reader(school(uai, role), record.stamp.recorded_at):
        return
    message = f"Personne ne peut examiner la {{candidature}} : {_NOBODY[role]}. Rattachez quelqu'un."
    subject = "Personne ne peut examiner une candidature pour {school}"
    yield Notice(territory(code), "candidature.nobody_to_examine", message, _named(record), subject=subject)


def on_informed(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    message = "La {candidature} est validée : prenez contact avec cette personne."
    yield Notice(territory(_candidature(record, around).territory), "candidature.validated", message, _named(record))


def on_rejected(record: Recorded, around: Around) -> Iterator[Message]:
    yield from to_candidate("candidature.rejected")(record, around)
    message = "La {candidature} n'est pas retenue."
    yield Notice(territory(_candidature(record, around).territory), "candidature.rejected", message, _named(record))


def on_withdrawn(record: Recorded, around: Around) -> Iterator[Message]:
    """Tell the candidate, the coordonnateurs, and whoever was to examine it."""
    assert isinstance(record.event, CandidatureWithdrawn)
    submitted = around.events(record.originator_id)[0]
    if isinstance(submitted.event, CandidatureRepeated):
        # A withdrawn repetition may mean the first candidature.
        yield from on_repeated(submitted, around)
        return
    yield from to_candidate("candidature.withdrawn")(record, around)
    before: Candidature = around.state(CANDIDATURE, record.originator_id, record.originator_version - 1)
    validated = before.status is CandidatureStatus.VALIDATED
    late = ", après sa validation" if validated else ""
    message = f"La {{candidature}} est retirée{late}."
    yield Notice(territory(before.territory), "candidature.withdrawn", message, _named(record))
    if not validated:
        first = before.degree is Degree.FIRST and before.status is CandidatureStatus.SUBMITTED
        role = Role.DIRECTOR if first else AUTHORITY[before.degree]
        yield Notice(school(before.school_uai, role), "candidature.withdrawn", message, _named(record))


def on_certificate_requested(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    message = "{volunteer}, Parent Ressource pour {school}, demande son attestation de bénévolat."
    subject = "Une attestation de bénévolat est demandée"
    recipient = territory(_candidature(record, around).territory)
    yield Notice(recipient, "candidature.certificate_requested", message, _named(record), subject=subject)
