"""The candidature of a "Parent Ressource" (docs/glossary.md, "Candidature Parent Ressource").

First degree: the director's opinion, then validation by the IEN. Second degree: validation by the head of the school.
The director's opinion is advice: it never decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from domain.candidatures.events import (
    AccompanimentCorrected,
    AccompanimentRecorded,
    CandidatureRejected,
    CandidatureRepeated,
    CandidatureSubmitted,
    CandidatureValidated,
    CandidatureWithdrawn,
    CertificateIssued,
    CertificateRequested,
    ContactRecorded,
    CoordonnateurInformed,
    Degree,
    OpinionGiven,
    PersonalDataErased,
    PixCertified,
    TrainingRecorded,
)
from domain.candidatures.missions import Mission
from domain.candidatures.schools import ChosenSchool, checked_degree
from domain.candidatures.transitions import CandidatureStatus, check
from domain.kernel.actors import Actor
from domain.kernel.errors import ErrorCode, broken, invalid, refuse
from domain.kernel.events import Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import required_reason
from domain.typology.territory import Territory


@dataclass(frozen=True, slots=True)
class Applicant:
    """A parent's application; all of it is personal."""

    first_name: str
    last_name: str
    email: str
    phone: str | None
    motivation: str


@dataclass(frozen=True, slots=True)
class Candidature:
    id: UUID
    territory: str
    school_uai: str
    degree: Degree
    person_id: UUID
    status: CandidatureStatus = CandidatureStatus.SUBMITTED
    erased: bool = False
    pix_certified: bool = False
    certificate_requested: bool = False
    certificate_number: str | None = None
    #: The candidature that it only repeats: see `CandidatureRepeated`.
    repeats: UUID | None = None

    @property
    def stands(self) -> bool:
        """Whether another for the same school would repeat it."""
        over = (CandidatureStatus.REJECTED, CandidatureStatus.WITHDRAWN)
        return not self.erased and self.repeats is None and self.status not in over

    @property
    def belongings(self) -> Belongings:
        if self.repeats is not None:
            return Belongings(person_id=self.person_id)
        return Belongings(territories=frozenset([self.territory]), school=self.school_uai, person_id=self.person_id)


def evolve(state: Candidature | None, originator_id: UUID, fact: Event) -> Candidature:
    if isinstance(fact, CandidatureSubmitted):
        repeats = fact.repeats if isinstance(fact, CandidatureRepeated) else None
        about = (fact.territory, fact.school_uai, fact.degree, fact.person_id)
        return Candidature(originator_id, *about, repeats=repeats)
    assert state is not None, "a candidature's first event is candidature.submitted"
    if isinstance(fact, PersonalDataErased):
        return replace(state, erased=True)
    match fact:
        case PixCertified():
            return replace(state, pix_certified=True)
        case CertificateRequested():
            return replace(state, certificate_requested=True)
        case CertificateIssued():
            return replace(state, certificate_number=fact.number)
    status = _STATUS_AFTER.get(type(fact))
    return replace(state, status=status) if status else state


_STATUS_AFTER: Mapping[type[Event], CandidatureStatus] = {
    OpinionGiven: CandidatureStatus.OPINION_GIVEN,
    CandidatureValidated: CandidatureStatus.VALIDATED,
    CandidatureRejected: CandidatureStatus.REJECTED,
    CandidatureWithdrawn: CandidatureStatus.WITHDRAWN,
}

#: The programme is younger: earlier years are slips of the keyboard.
FIRST_YEAR = 2020


def submit(
    applicant: Applicant,
    territory: Territory,
    school: ChosenSchool,
    person_id: UUID,
    actor: Actor,
    earlier: Candidature | None = None,
) -> list[Event]:
    """Apply for one school in a territory that runs the scheme. `person_id` is a pseudonym.

    The degree follows from the school where it is known: by its description, or the roles that are bound to it.
    `earlier` is what stands of the same person for the same school. A second one raises DUPLICATE for the
    person who sent the first, signed in; all others get the same answer as for a new one (see `CandidatureRepeated`).
    """
    authorize(actor, Action.CANDIDATURE_SUBMIT, Belongings())
    if not territory.runs_candidatures:
        raise broken(f"Le territoire {territory.name} ne recueille pas de candidatures.", "territory")
    if department_of_school(school.uai) != territory.code:
        raise invalid(
            f"établissement du territoire {territory.name} ({territory.code}) attendu, « {school.uai} » n'en est pas.",
            "school_uai",
        )
    fields: dict[str, Any] = {
        "territory": territory.code,
        "school_uai": school.uai,
        "degree": checked_degree(school),
        "person_id": person_id,
        "first_name": applicant.first_name,
        "last_name": applicant.last_name,
        "email": applicant.email,
        "phone": applicant.phone,
        "motivation": applicant.motivation,
    }
    if earlier is None:
        return [CandidatureSubmitted(**fields)]
    if actor.person_id is not None and earlier.person_id == actor.person_id:
        raise refuse(ErrorCode.DUPLICATE, "Vous avez déjà une candidature pour cet établissement.", "school_uai")
    return [CandidatureRepeated(repeats=earlier.id, **fields)]


def give_opinion(state: Candidature, actor: Actor, favourable: bool, comment: str | None) -> list[Event]:
    check(Action.CANDIDATURE_GIVE_OPINION, state, state.belongings, actor)
    return [OpinionGiven(person_id=state.person_id, favourable=favourable, comment=comment)]


def validate(state: Candidature, actor: Actor) -> list[Event]:
    check(Action.CANDIDATURE_VALIDATE, state, state.belongings, actor)
    return [CandidatureValidated()]


def inform_coordonnateur(state: Candidature) -> list[Event]:
    """Record, by policy after a validation, that the coordonnateur is informed."""
    return [CoordonnateurInformed(territory=state.territory)]


def reject(state: Candidature, actor: Actor, reason: str) -> list[Event]:
    check(Action.CANDIDATURE_REJECT, state, state.belongings, actor)
    return [CandidatureRejected(person_id=state.person_id, reason=required_reason(reason))]


def withdraw(state: Candidature, actor: Actor, reason: str | None) -> list[Event]:
    check(Action.CANDIDATURE_WITHDRAW, state, state.belongings, actor)
    why = None if reason is None else required_reason(reason)
    return [CandidatureWithdrawn(person_id=state.person_id, reason=why)]


def record_contact(state: Candidature, actor: Actor, on: date, note: str | None, today: date) -> list[Event]:
    check(Action.CANDIDATURE_RECORD_CONTACT, state, state.belongings, actor)
    _check_past(on, today)
    return [ContactRecorded(person_id=state.person_id, on=on, note=note)]


def record_training(state: Candidature, actor: Actor, on: date, subject: str, today: date) -> list[Event]:
    check(Action.CANDIDATURE_RECORD_TRAINING, state, state.belongings, actor)
    _check_past(on, today)
    return [TrainingRecorded(person_id=state.person_id, on=on, subject=subject)]


def record_accompaniment(
    state: Candidature, actor: Actor, on: date, mission: Mission, parents: int, today: date
) -> list[Event]:
    """Record how many parents were helped on a day. Who takes part in an animation is named by the animation."""
    check(Action.CANDIDATURE_RECORD_ACCOMPANIMENT, state, state.belongings, actor)
    _check_past(on, today)
    if mission is Mission.TAKE_PART:
        raise invalid("la participation aux ateliers se compte par les animations qui nomment le bénévole.", "mission")
    return [AccompanimentRecorded(territory=state.territory, on=on, mission=mission, parents=parents)]


def correct_accompaniment(
    state: Candidature, former: AccompanimentRecorded | None, fact: AccompanimentCorrected, actor: Actor, today: date
) -> list[Event]:
    """Correct a record; no parent at all takes it back. `former`: the record as it is now, if there is one."""
    check(Action.CANDIDATURE_CORRECT_ACCOMPANIMENT, state, state.belongings, actor)
    if former is None:
        raise invalid("ce n'est pas le numéro d'un accompagnement de cette candidature.", "number")
    _check_past(fact.on, today)
    if fact.mission is Mission.TAKE_PART:
        raise invalid("la participation aux ateliers se compte par les animations qui nomment le bénévole.", "mission")
    required_reason(fact.reason)
    if (former.on, former.mission, former.parents) == (fact.on, fact.mission, fact.parents):
        raise refuse(ErrorCode.DUPLICATE, "C'est déjà ce qui est noté : rien n'a changé.")
    return [fact]


def check_since(on: date, validated_on: date | None) -> None:
    """Raise INVALID for help that precedes the volunteer's validation."""
    if validated_on is not None and on < validated_on:
        since = f"{validated_on:%d/%m/%Y}"
        raise invalid(f"ce parent ressource est validé depuis le {since} : indiquez ce jour, ou un suivant.", "on")


def check_submitted(on: date, submitted_on: date) -> None:
    """Raise INVALID for what is said to have happened before the person was a candidate."""
    if on < submitted_on:
        since = f"{submitted_on:%d/%m/%Y}"
        raise invalid(f"cette candidature est du {since} : indiquez ce jour, ou un suivant.", "on")


def record_pix(state: Candidature, actor: Actor, on: date, today: date) -> list[Event]:
    check(Action.CANDIDATURE_RECORD_PIX, state, state.belongings, actor)
    _check_past(on, today)
    return [PixCertified(on=on)]


def request_certificate(state: Candidature, actor: Actor) -> list[Event]:
    check(Action.CANDIDATURE_REQUEST_CERTIFICATE, state, state.belongings, actor)
    return [CertificateRequested()]


def issue_certificate(state: Candidature, actor: Actor, today: date) -> list[Event]:
    """Issue the certificate. Its number derives from the candidature, so every copy has the same."""
    check(Action.CANDIDATURE_ISSUE_CERTIFICATE, state, state.belongings, actor)
    return [CertificateIssued(number=f"PR-{today.year}-{state.id.hex[:8].upper()}", on=today)]


def _check_past(on: date, today: date) -> None:
    if on > today:
        raise invalid("ce jour est à venir.", "on")
    if on.year < FIRST_YEAR:
        raise invalid(f"année attendue à partir de {FIRST_YEAR}.", "on")


def erase(state: Candidature) -> list[Event]:
    """Record that the person's key is destroyed."""
    if state.erased:
        raise broken("Les données personnelles de cette candidature sont déjà effacées.")
    return [PersonalDataErased(person_id=state.person_id)]
