"""The candidature of a "Parent Ressource" (docs/glossary.md, "Candidature Parent Ressource").

First degree: the director's opinion, then validation by the IEN. Second degree: validation by the head of the school.
The director's opinion is advice: it never decides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.candidatures.events import (
    CandidatureRejected,
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
from domain.kernel.actors import Actor, Role
from domain.kernel.allowed import AllowedAction
from domain.kernel.errors import broken, forbidden, invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.rights import Action, Belongings, authorize, may
from domain.kernel.validation import stated
from domain.typology.territory import Territory


class CandidatureStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    OPINION_GIVEN = "OPINION_GIVEN"
    VALIDATED = "VALIDATED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a parent tells of themself; all of it personal."""

    first_name: str
    last_name: str
    email: str
    phone: str | None
    motivation: str


class Standing(Protocol):
    """What the table needs to know of a candidature: its aggregate has it, and so has its read model's row."""

    @property
    def degree(self) -> Degree: ...
    @property
    def status(self) -> CandidatureStatus: ...
    @property
    def erased(self) -> bool: ...
    @property
    def pix_certified(self) -> bool: ...
    @property
    def certificate_requested(self) -> bool: ...
    @property
    def certificate_number(self) -> str | None: ...


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

    @property
    def belongings(self) -> Belongings:
        return Belongings(territories=frozenset([self.territory]), school=self.school_uai, person_id=self.person_id)


def evolve(state: Candidature | None, originator_id: UUID, fact: Event) -> Candidature:
    if isinstance(fact, CandidatureSubmitted):
        return Candidature(originator_id, fact.territory, fact.school_uai, fact.degree, fact.person_id)
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
#: What the coordonnateur and the volunteer do once the candidature is validated.
ACCOMPANYING = (
    Action.CANDIDATURE_RECORD_CONTACT,
    Action.CANDIDATURE_RECORD_TRAINING,
    Action.CANDIDATURE_RECORD_PIX,
    Action.CANDIDATURE_REQUEST_CERTIFICATE,
    Action.CANDIDATURE_ISSUE_CERTIFICATE,
)

_S, _O, _V = CandidatureStatus.SUBMITTED, CandidatureStatus.OPINION_GIVEN, CandidatureStatus.VALIDATED

#: In which statuses each action is open, by degree; absent: never for that degree.
TRANSITIONS: Mapping[tuple[Degree, Action], frozenset[CandidatureStatus]] = {
    (Degree.FIRST, Action.CANDIDATURE_GIVE_OPINION): frozenset({_S}),
    (Degree.FIRST, Action.CANDIDATURE_VALIDATE): frozenset({_O}),
    (Degree.SECOND, Action.CANDIDATURE_VALIDATE): frozenset({_S}),
    (Degree.FIRST, Action.CANDIDATURE_REJECT): frozenset({_S, _O}),
    (Degree.SECOND, Action.CANDIDATURE_REJECT): frozenset({_S}),
    (Degree.FIRST, Action.CANDIDATURE_WITHDRAW): frozenset({_S, _O, _V}),
    (Degree.SECOND, Action.CANDIDATURE_WITHDRAW): frozenset({_S, _V}),
    **{(degree, action): frozenset({_V}) for degree in Degree for action in ACCOMPANYING},
}

#: Who decides on a candidature of each degree, where a school's authority does.
AUTHORITY: Mapping[Degree, Role] = {Degree.FIRST: Role.INSPECTOR, Degree.SECOND: Role.HEAD}

_OBSTACLE: Mapping[CandidatureStatus, str] = {
    _S: "La candidature attend d'abord l'avis du directeur d'école.",
    _O: "L'avis est déjà donné.",
    _V: "La candidature est déjà validée.",
    CandidatureStatus.REJECTED: "La candidature est rejetée.",
    CandidatureStatus.WITHDRAWN: "La candidature est retirée.",
}


def check(action: Action, state: Candidature, actor: Actor) -> None:
    """Raises FORBIDDEN or RULE_BROKEN unless the actor may take the action on this candidature now."""
    authorize(actor, action, state.belongings)
    if _is_anothers_to_decide(action, state.degree, actor):
        raise forbidden()
    if reason := obstacle(action, state):
        raise broken(reason)


def _is_anothers_to_decide(action: Action, degree: Degree, actor: Actor) -> bool:
    decides = action in (Action.CANDIDATURE_VALIDATE, Action.CANDIDATURE_REJECT)
    return decides and actor.role in AUTHORITY.values() and actor.role is not AUTHORITY[degree]


def obstacle(action: Action, state: Standing) -> str | None:
    """Why the candidature's state does not admit the action (French), or None when it does."""
    if state.erased and action in ACCOMPANYING:
        return "Les données personnelles de cette candidature sont effacées."
    open_in = TRANSITIONS.get((state.degree, action))
    if open_in is None:
        return "Au second degré, le chef d'établissement valide seul : il n'y a pas d'avis à donner."
    if state.status not in open_in:
        waits = action in ACCOMPANYING and state.status in (_S, _O)
        return "La candidature n'est pas encore validée." if waits else _OBSTACLE[state.status]
    return _CONDITIONS[action](state) if action in _CONDITIONS else None


_CONDITIONS: Mapping[Action, Callable[[Standing], str | None]] = {
    Action.CANDIDATURE_RECORD_PIX: lambda one: (
        "La certification Pix est déjà enregistrée." if one.pix_certified else None
    ),
    Action.CANDIDATURE_REQUEST_CERTIFICATE: lambda one: (
        "L'attestation est déjà demandée." if one.certificate_requested else None
    ),
    Action.CANDIDATURE_ISSUE_CERTIFICATE: lambda one: (
        "L'attestation est déjà délivrée."
        if one.certificate_number
        else None
        if one.certificate_requested
        else "Le bénévole n'a pas demandé d'attestation."
    ),
}


def allowed_actions(state: Standing, of: Belongings, actor: Actor) -> list[AllowedAction]:
    """The actions that the actor's rights reach, each with whether it is possible now and, if not, why."""
    reached = [
        action
        for degree, action in TRANSITIONS
        if degree is state.degree and may(actor, action, of) and not _is_anothers_to_decide(action, degree, actor)
    ]
    reasons = [(action, obstacle(action, state)) for action in reached]
    return [AllowedAction(action.value, reason is None, reason) for action, reason in reasons]


def submit(
    applicant: Applicant, territory: Territory, school_uai: str, degree: Degree, person_id: UUID, actor: Actor
) -> list[Event]:
    """For one school in a territory that runs the scheme. `person_id` is a pseudonym."""
    authorize(actor, Action.CANDIDATURE_SUBMIT, Belongings())
    if not territory.runs_candidatures:
        raise broken(f"Le territoire {territory.name} ne recueille pas de candidatures.", "territory")
    if department_of_school(school_uai) != territory.code:
        raise invalid(
            f"établissement du territoire {territory.code} attendu, « {school_uai} » n'en est pas.", "school_uai"
        )
    return [
        CandidatureSubmitted(
            territory=territory.code,
            school_uai=school_uai,
            degree=degree,
            person_id=person_id,
            first_name=applicant.first_name,
            last_name=applicant.last_name,
            email=applicant.email,
            phone=applicant.phone,
            motivation=applicant.motivation,
        )
    ]


def give_opinion(state: Candidature, actor: Actor, favourable: bool, comment: str | None) -> list[Event]:
    check(Action.CANDIDATURE_GIVE_OPINION, state, actor)
    return [OpinionGiven(person_id=state.person_id, favourable=favourable, comment=comment)]


def validate(state: Candidature, actor: Actor) -> list[Event]:
    check(Action.CANDIDATURE_VALIDATE, state, actor)
    return [CandidatureValidated()]


def inform_coordonnateur(state: Candidature) -> list[Event]:
    """What follows a validation, by policy."""
    return [CoordonnateurInformed(territory=state.territory)]


def reject(state: Candidature, actor: Actor, reason: str) -> list[Event]:
    check(Action.CANDIDATURE_REJECT, state, actor)
    return [CandidatureRejected(person_id=state.person_id, reason=stated(reason))]


def withdraw(state: Candidature, actor: Actor, reason: str | None) -> list[Event]:
    check(Action.CANDIDATURE_WITHDRAW, state, actor)
    return [CandidatureWithdrawn(person_id=state.person_id, reason=reason)]


def record_contact(state: Candidature, actor: Actor, on: date, note: str | None, today: date) -> list[Event]:
    check(Action.CANDIDATURE_RECORD_CONTACT, state, actor)
    _check_past(on, today)
    return [ContactRecorded(person_id=state.person_id, on=on, note=note)]


def record_training(state: Candidature, actor: Actor, on: date, subject: str, today: date) -> list[Event]:
    check(Action.CANDIDATURE_RECORD_TRAINING, state, actor)
    _check_past(on, today)
    return [TrainingRecorded(person_id=state.person_id, on=on, subject=subject)]


def record_pix(state: Candidature, actor: Actor, on: date, today: date) -> list[Event]:
    check(Action.CANDIDATURE_RECORD_PIX, state, actor)
    _check_past(on, today)
    return [PixCertified(on=on)]


def request_certificate(state: Candidature, actor: Actor) -> list[Event]:
    check(Action.CANDIDATURE_REQUEST_CERTIFICATE, state, actor)
    return [CertificateRequested()]


def issue_certificate(state: Candidature, actor: Actor, today: date) -> list[Event]:
    """The number follows from the candidature: it is the same on every copy."""
    check(Action.CANDIDATURE_ISSUE_CERTIFICATE, state, actor)
    return [CertificateIssued(number=f"PR-{today.year}-{state.id.hex[:8].upper()}", on=today)]


def _check_past(on: date, today: date) -> None:
    if on > today:
        raise invalid("ce jour est à venir.", "on")
    if on.year < FIRST_YEAR:
        raise invalid(f"année attendue à partir de {FIRST_YEAR}.", "on")


def erase(state: Candidature) -> list[Event]:
    """What remains to be recorded once the person's key is destroyed."""
    if state.erased:
        raise broken("Les données personnelles de cette candidature sont déjà effacées.")
    return [PersonalDataErased(person_id=state.person_id)]
