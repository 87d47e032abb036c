"""Use cases of candidatures. By policy, a validation informs the coordinator in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import count
from typing import Annotated, ClassVar
from uuid import UUID, uuid4

from pydantic import Field

from application.accompaniments import accompaniment, submitted_on, validated_on
from application.commanding.commands import ChangeCommand, Command
from application.commanding.pseudonyms_and_links import address_of
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.candidatures import candidature as candidatures
from domain.candidatures.candidature import Applicant, Candidature
from domain.candidatures.events import AccompanimentCorrected, Degree
from domain.candidatures.missions import Mission
from domain.candidatures.schools import ChosenSchool
from domain.catalogue import CANDIDATURE, SCHOOL
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import Uai, school_id
from domain.kernel.people import EmailAddress, PersonName, Phone
from domain.kernel.rights import Action, Belongings
from domain.kernel.validation import Comment, DeclaredDay, Label, Link, LongText, Reason, TerritoryCode

#: Purpose of a candidature's signed link.
PURPOSE = "candidature"
#: Helped by one volunteer on one day.
MOST_PARENTS = 500
_CORRECTED = {"number", "on", "mission", "parents", "reason"}


class CandidatureSubmit(Command):
    action: ClassVar[Action] = Action.CANDIDATURE_SUBMIT

    territory: TerritoryCode
    school_uai: Uai
    degree: Degree | None = None
    #: The roles of whoever is bound to the school, as the read side tells. The client did not send it.
    staff: tuple[Role, ...] = Field(default=(), exclude=True)
    #: Candidatures for the school of the same address, person, or telephone and name. The read side proposes them.
    earlier: tuple[UUID, ...] = Field(default=(), exclude=True)
    first_name: PersonName
    last_name: PersonName
    email: EmailAddress
    phone: Phone | None = None
    motivation: LongText


class _CandidatureChange(ChangeCommand):
    candidature_id: UUID


class CandidatureGiveOpinion(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_GIVE_OPINION

    favourable: bool
    comment: Comment | None = None


class CandidatureValidate(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_VALIDATE


class CandidatureReject(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_REJECT

    reason: Reason


class _ByCandidate(ChangeCommand):
    """Sent with `candidature_id` by people entitled to, or with `link` by the candidate, signed in or not."""

    candidature_id: UUID | None = None
    link: Link | None = None


class CandidatureWithdraw(_ByCandidate):
    action: ClassVar[Action] = Action.CANDIDATURE_WITHDRAW

    reason: Reason | None = None


class CandidatureRequestCertificate(_ByCandidate):
    action: ClassVar[Action] = Action.CANDIDATURE_REQUEST_CERTIFICATE


class CandidatureRecordContact(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_RECORD_CONTACT

    on: DeclaredDay
    note: Comment | None = None


class CandidatureRecordTraining(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_RECORD_TRAINING
    own_labels: ClassVar[Mapping[str, str]] = {"subject": "formation suivie"}

    on: DeclaredDay
    subject: Label


class CandidatureRecordAccompaniment(_ByCandidate):
    action: ClassVar[Action] = Action.CANDIDATURE_RECORD_ACCOMPANIMENT

    on: DeclaredDay
    mission: Mission
    parents: Annotated[int, Field(ge=1, le=MOST_PARENTS)]


class CandidatureCorrectAccompaniment(CandidatureRecordAccompaniment):
    """Correct the record `number` of `Candidature.accompaniments`. Without a parent, it is taken back."""

    action: ClassVar[Action] = Action.CANDIDATURE_CORRECT_ACCOMPANIMENT

    number: Annotated[int, Field(ge=1, le=1_000_000)]
    parents: Annotated[int, Field(ge=0, le=MOST_PARENTS)]
    reason: Reason


class CandidatureRecordPix(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_RECORD_PIX

    on: DeclaredDay


class CandidatureIssueCertificate(_CandidatureChange):
    action: ClassVar[Action] = Action.CANDIDATURE_ISSUE_CERTIFICATE


def submit(command: CandidatureSubmit, work: UnitOfWork) -> UUID:
    territory = find_territory(work, command.territory)
    applicant = Applicant(command.first_name, command.last_name, command.email, command.phone, command.motivation)
    person_id = work.actor.person_id or uuid4()
    description = work.find(SCHOOL, school_id(command.school_uai))
    school = ChosenSchool(command.school_uai, command.degree, command.staff, description)
    candidature_id, earlier = _place(command, work)
    facts = candidatures.submit(applicant, territory, school, person_id, work.actor, earlier)
    belongings = Belongings(territories=frozenset([territory.code])) if earlier is None else Belongings()
    work.record(CANDIDATURE, candidature_id, facts, belongings)
    return candidature_id


def _place(command: CandidatureSubmit, work: UnitOfWork) -> tuple[UUID, Candidature | None]:
    """Return the stream to record in, and what stands already of the same person for the school.

    The stream follows from the address and the school: of two sent at once, the second finds the first.
    """
    about = f"candidature:{command.school_uai}:{address_of(command.email)}"
    # An id of the same form, which does not tell it from a first one.
    repetition = work.keyed.pseudonym(f"{about}:{uuid4()}")
    proposed = (work.find(CANDIDATURE, earlier) for earlier in command.earlier)
    earlier = next((state for state in proposed if state is not None and state.stands), None)
    for attempt in count():
        stream = work.keyed.pseudonym(f"{about}:{attempt}")
        state = work.find(CANDIDATURE, stream)
        if state is None:
            return (stream, None) if earlier is None else (repetition, earlier)
        if state.stands:
            return repetition, state
    raise AssertionError("unreachable")


def give_opinion(command: CandidatureGiveOpinion, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.give_opinion(state, work.actor, command.favourable, command.comment))


def validate(command: CandidatureValidate, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    validated = work.record(CANDIDATURE, state.id, candidatures.validate(state, work.actor), state.belongings)
    # Policy: the coordinator is informed of every validation.
    work.record(CANDIDATURE, state.id, candidatures.inform_coordonnateur(state), state.belongings, cause=validated)
    return state.id


def reject(command: CandidatureReject, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.reject(state, work.actor, command.reason))


def request_certificate(command: CandidatureRequestCertificate, work: UnitOfWork) -> UUID:
    state = _own_candidature(command, work)
    return _record(work, state, candidatures.request_certificate(state, work.actor))


def record_contact(command: CandidatureRecordContact, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    today = _today(work, state)
    return _record(work, state, candidatures.record_contact(state, work.actor, command.on, command.note, today))


def record_training(command: CandidatureRecordTraining, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    facts = candidatures.record_training(state, work.actor, command.on, command.subject, _today(work, state))
    _check_submitted(work, state, command.on)
    return _record(work, state, facts)


def _check_submitted(work: UnitOfWork, state: Candidature, on: date) -> None:
    time_zone = find_territory(work, state.territory).time_zone
    candidatures.check_submitted(on, submitted_on(work, state.id, time_zone))


def record_accompaniment(command: CandidatureRecordAccompaniment, work: UnitOfWork) -> UUID:
    state = _own_candidature(command, work)
    about = (command.on, command.mission, command.parents, _today(work, state))
    facts = candidatures.record_accompaniment(state, work.actor, *about)
    since = validated_on(work, state.id, find_territory(work, state.territory).time_zone)
    candidatures.check_since(command.on, since)
    return _record(work, state, facts)


def correct_accompaniment(command: CandidatureCorrectAccompaniment, work: UnitOfWork) -> UUID:
    state = _own_candidature(command, work)
    fact = AccompanimentCorrected(person_id=state.person_id, **command.model_dump(include=_CORRECTED))
    former = accompaniment(work, state.id, command.number)
    facts = candidatures.correct_accompaniment(state, former, fact, work.actor, _today(work, state))
    candidatures.check_since(command.on, validated_on(work, state.id, find_territory(work, state.territory).time_zone))
    return _record(work, state, facts)


def record_pix(command: CandidatureRecordPix, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.record_pix(state, work.actor, command.on, _today(work, state)))


def issue_certificate(command: CandidatureIssueCertificate, work: UnitOfWork) -> UUID:
    state = _candidature(command, work)
    return _record(work, state, candidatures.issue_certificate(state, work.actor, _today(work, state)))


def withdraw(command: CandidatureWithdraw, work: UnitOfWork) -> UUID:
    state = _own_candidature(command, work)
    return _record(work, state, candidatures.withdraw(state, work.actor, command.reason))


def _candidature(command: _CandidatureChange, work: UnitOfWork) -> Candidature:
    return _subject(work, command.candidature_id, command.expected_version)


def _subject(work: UnitOfWork, candidature_id: UUID, version: int | None) -> Candidature:
    """Return the candidature. A repetition is none, but for the person who sent it."""
    state = work.subject(CANDIDATURE, candidature_id, version, "Candidature", "candidature_id")
    if state.repeats is not None and state.person_id != work.actor.person_id:
        raise work.absent("Candidature", "candidature_id")
    return state


def _own_candidature(command: _ByCandidate, work: UnitOfWork) -> Candidature:
    """Return the candidature; its link makes the holder act as the candidate. Raises INVALID without either."""
    if command.link is None:
        if command.candidature_id is None:
            raise invalid("indiquez la candidature, ou le lien reçu.", "candidature_id")
        return _subject(work, command.candidature_id, command.expected_version)
    (candidature_id,) = work.keyed.links.read(PURPOSE, command.link, "link")
    if command.candidature_id not in (None, candidature_id):
        raise invalid("ce lien est celui d'une autre candidature.", "link")
    state = work.find(CANDIDATURE, candidature_id)
    if state is None or state.erased:
        raise invalid("ce lien n'est plus valable.", "link")
    work.actor = Actor(Role.PARENT, f"parent:{state.person_id}", person_id=state.person_id)
    work.expect(candidature_id, command.expected_version)
    return state


def _today(work: UnitOfWork, state: Candidature) -> date:
    return find_territory(work, state.territory).local_date(work.now)


def _record(work: UnitOfWork, state: Candidature, facts: list[Event]) -> UUID:
    work.record(CANDIDATURE, state.id, facts, state.belongings)
    return state.id


USE_CASES = (
    (CandidatureSubmit, submit),
    (CandidatureGiveOpinion, give_opinion),
    (CandidatureValidate, validate),
    (CandidatureReject, reject),
    (CandidatureWithdraw, withdraw),
    (CandidatureRecordContact, record_contact),
    (CandidatureRecordTraining, record_training),
    (CandidatureRecordAccompaniment, record_accompaniment),
    (CandidatureCorrectAccompaniment, correct_accompaniment),
    (CandidatureRecordPix, record_pix),
    (CandidatureRequestCertificate, request_certificate),
    (CandidatureIssueCertificate, issue_certificate),
)
