"""The candidature of a "Parent Ressource" (domain.md, "Candidature Parent Ressource").

First degree: the director's opinion, then validation by the IEN. Second degree: validation by the head of the school.
The director's opinion is advice: it never decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from domain.actors import Actor, Role
from domain.errors import broken, forbidden
from domain.events import Event, PersonalText, event
from domain.rights import Action, Belongings, authorize
from domain.territory import Territory
from domain.validation import stated


class Degree(StrEnum):
    FIRST = "FIRST"
    SECOND = "SECOND"


class CandidatureStatus(StrEnum):
    SUBMITTED = "SUBMITTED"
    OPINION_GIVEN = "OPINION_GIVEN"
    VALIDATED = "VALIDATED"
    REJECTED = "REJECTED"
    WITHDRAWN = "WITHDRAWN"


@event("candidature.submitted")
class CandidatureSubmitted(Event):
    """`person_id` is a pseudonym: whose key encrypts the personal fields."""

    territory: str
    school_uai: str
    degree: Degree
    person_id: UUID
    first_name: PersonalText
    last_name: PersonalText
    email: PersonalText
    phone: PersonalText | None = None
    motivation: PersonalText


@event("candidature.opinion_given")
class OpinionGiven(Event):
    person_id: UUID
    favourable: bool
    comment: PersonalText | None = None


@event("candidature.validated")
class CandidatureValidated(Event):
    pass


@event("candidature.coordonnateur_informed")
class CoordonnateurInformed(Event):
    """The validation was made known to the territory's coordonnateur, who makes contact."""

    territory: str


@event("candidature.rejected")
class CandidatureRejected(Event):
    person_id: UUID
    reason: PersonalText


@event("candidature.withdrawn")
class CandidatureWithdrawn(Event):
    person_id: UUID
    reason: PersonalText | None = None


@event("candidature.personal_data_erased")
class PersonalDataErased(Event):
    """The person's key is destroyed: what was written about them can never be read again."""

    person_id: UUID


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a parent tells of themself; all of it personal."""

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

    @property
    def belongings(self) -> Belongings:
        return Belongings(territories=frozenset([self.territory]), school=self.school_uai, person_id=self.person_id)


def evolve(state: Candidature | None, originator_id: UUID, fact: Event) -> Candidature:
    if isinstance(fact, CandidatureSubmitted):
        return Candidature(originator_id, fact.territory, fact.school_uai, fact.degree, fact.person_id)
    assert state is not None, "a candidature's first event is candidature.submitted"
    if isinstance(fact, PersonalDataErased):
        return replace(state, erased=True)
    status = _STATUS_AFTER.get(type(fact))
    return replace(state, status=status) if status else state


_STATUS_AFTER: Mapping[type[Event], CandidatureStatus] = {
    OpinionGiven: CandidatureStatus.OPINION_GIVEN,
    CandidatureValidated: CandidatureStatus.VALIDATED,
    CandidatureRejected: CandidatureStatus.REJECTED,
    CandidatureWithdrawn: CandidatureStatus.WITHDRAWN,
}

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
    decides = action in (Action.CANDIDATURE_VALIDATE, Action.CANDIDATURE_REJECT)
    if decides and actor.role in AUTHORITY.values() and actor.role is not AUTHORITY[state.degree]:
        raise forbidden()
    open_in = TRANSITIONS.get((state.degree, action))
    if open_in is None:
        raise broken("Au second degré, le chef d'établissement valide seul : il n'y a pas d'avis à donner.")
    if state.status not in open_in:
        raise broken(_OBSTACLE[state.status])


def submit(
    applicant: Applicant, territory: Territory, school_uai: str, degree: Degree, person_id: UUID, actor: Actor
) -> list[Event]:
    """For one school in a territory that runs the scheme. `person_id` is a pseudonym."""
    authorize(actor, Action.CANDIDATURE_SUBMIT, Belongings())
    if not territory.runs_candidatures:
        raise broken(f"Le territoire {territory.name} ne recueille pas de candidatures.", "territory")
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


def erase(state: Candidature) -> list[Event]:
    """What remains to be recorded once the person's key is destroyed."""
    if state.erased:
        raise broken("Les données personnelles de cette candidature sont déjà effacées.")
    return [PersonalDataErased(person_id=state.person_id)]
