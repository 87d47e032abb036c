"""Use cases of candidatures. Validation informs the coordonnateur, by policy, in the same transaction."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import StringConstraints

from application.commands import ChangeCommand, Command
from application.conventions import find_territory
from application.unit_of_work import UnitOfWork
from domain import candidature as candidatures
from domain.candidature import Applicant, Candidature, Degree
from domain.catalogue import CANDIDATURE
from domain.events import Event
from domain.identifiers import Uai
from domain.rights import Action, Belongings
from domain.validation import Label, LongText, Reason, TerritoryCode, formatted

#: One @, a dot after it, no blank: the rest is for the mail server to say (RFC 5321 admits far more than people type).
EmailAddress = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    formatted(r"[^@\s\x00]+@[^@\s\x00]+\.[^@\s\x00]+", "adresse électronique attendue, par exemple nom@exemple.fr"),
]
Phone = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=30),
    formatted(r"\+?[0-9 .()-]{6,29}", "numéro de téléphone attendu, par exemple 06 12 34 56 78"),
]


class CandidatureSubmit(Command):
    action: ClassVar[Action] = Action.CANDIDATURE_SUBMIT

    territory: TerritoryCode
    school_uai: Uai
    degree: Degree
    first_name: Label
    last_name: Label
    email: EmailAddress
    phone: Phone | None = None
    motivation: LongText


class _CandidatureChange(ChangeCommand):
    candidature_id: UUID


class CandidatureGiveOpinion(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_GIVE_OPINION

    favourable: bool
    comment: Reason | None = None


class CandidatureValidate(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_VALIDATE


class CandidatureReject(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_REJECT

    reason: Reason


class CandidatureWithdraw(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_WITHDRAW

    reason: Reason | None = None


def submit(command: CandidatureSubmit, work: UnitOfWork) -> UUID:
    territory = find_territory(work, command.territory)
    applicant = Applicant(command.first_name, command.last_name, command.email, command.phone, command.motivation)
    person_id = work.actor.person_id or uuid4()
    facts = candidatures.submit(applicant, territory, command.school_uai, command.degree, person_id, work.actor)
    candidature_id = uuid4()
    work.record(CANDIDATURE, candidature_id, facts, Belongings(territories=frozenset([territory.code])))
    return candidature_id


def give_opinion(command: CandidatureGiveOpinion, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.give_opinion(state, work.actor, command.favourable, command.comment))


def validate(command: CandidatureValidate, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    validated = work.record(CANDIDATURE, state.id, candidatures.validate(state, work.actor), state.belongings)
    # Policy: the coordonnateur is informed of every validation.
    work.record(CANDIDATURE, state.id, candidatures.inform_coordonnateur(state), state.belongings, cause=validated)
    return state.id


def reject(command: CandidatureReject, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.reject(state, work.actor, command.reason))


def withdraw(command: CandidatureWithdraw, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.withdraw(state, work.actor, command.reason))


def _candidature(command: _CandidatureChange, work: UnitOfWork) -> Candidature:
    return work.subject(CANDIDATURE, command.candidature_id, command.expected_version, "Candidature", "candidature_id")


def _record(work: UnitOfWork, state: Candidature, facts: list[Event]) -> UUID:
    work.record(CANDIDATURE, state.id, facts, state.belongings)
    return state.id


USE_CASES = (
    (CandidatureSubmit, submit),
    (CandidatureGiveOpinion, give_opinion),
    (CandidatureValidate, validate),
    (CandidatureReject, reject),
    (CandidatureWithdraw, withdraw),
)
