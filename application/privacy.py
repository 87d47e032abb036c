"""What a person may ask about their own data: to have all of it, and to have it erased.

Erasing destroys their keys first, then every stream that spoke of them says so. It can be repeated after an
interruption: whatever is still missing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from application.accounts import AccountErase, InvitationErase
from application.commands import ChangeCommand, Command
from application.contacts import ContactErase
from application.eventstore.log import read_stream
from application.eventstore.recorder import Outcome
from application.eventstore.records import Recorded
from application.eventstore.vault import Vault, erase_keys
from application.keyed import Keyed
from application.registrations import RegistrantErase, address_of
from application.unit_of_work import UnitOfWork
from application.words import WordsErase, words_erasures
from domain import candidature as candidatures
from domain.account_events import InvitationSent, MailPreferencesSet, MandateGiven
from domain.actors import Actor
from domain.catalogue import CANDIDATURE
from domain.contact_events import ContactAdded, ContactErased, ContactRemoved, ContactUnsubscribed, PlanningSent
from domain.errors import DomainError, ErrorCode
from domain.events import Event
from domain.identifiers import check_siret, person_id, structure_id
from domain.registration_events import RegistrationEvent, RegistrationMade
from domain.rights import Action, Belongings, authorize

Execute = Callable[[Command, Actor, datetime], Outcome]
Conn = Connection[Any]
_WHOSE_CANDIDATURE = """
SELECT person_id FROM person_keys WHERE originator_id = %s AND EXISTS (
    SELECT FROM stored_events e
    WHERE e.originator_id = person_keys.originator_id AND topic = 'candidature.submitted')"""


class CandidatureErase(ChangeCommand):
    action: ClassVar[Action] = Action.PERSON_ERASE

    candidature_id: UUID


def erase_candidature(command: CandidatureErase, work: UnitOfWork) -> UUID:
    state = work.subject(CANDIDATURE, command.candidature_id, command.expected_version, "Candidature", "candidature_id")
    work.record(CANDIDATURE, state.id, candidatures.erase(state), state.belongings)
    return state.id


def resolve_person(conn: Conn, keyed: Keyed, subject: str) -> list[UUID]:
    """The pseudonyms meant by `subject`: itself, whose candidature it is, or those of a token's subject and of an
    e-mail address. Some of them may be of nobody.

    The id of a thing means what people wrote in it; a SIRET, or its structure's id, the structure's name.
    """
    try:
        given = UUID(subject.strip())
    except ValueError:
        people = [person_id(subject), keyed.pseudonym(address_of(subject))]
        return [*people, *_structure(subject)]
    if not given.int:
        # Nobody's: the database's own secret stands under it.
        return []
    with conn.cursor() as cursor:
        row = cursor.execute(_WHOSE_CANDIDATURE, (given,)).fetchone()
    return [given if row is None else row[0]]


def _structure(siret: str) -> list[UUID]:
    try:
        return [structure_id(check_siret(siret))]
    except ValueError:
        return []


def held_on(conn: Conn, vault: Vault, people: Sequence[UUID]) -> dict[str, Any]:
    """All that is held on a person known by these pseudonyms, in clear, ready for JSON: each stream that speaks of
    them, event by event.

    What was erased is null, and `erasedAt` tells since when (RGPD, article 15: the right of access).
    """
    with conn.cursor() as cursor:
        rows = cursor.execute(
            "SELECT person_id, originator_id, erased_at FROM person_keys WHERE person_id = ANY(%s) ORDER BY created_at",
            (list(people),),
        ).fetchall()
    return {
        "person": [str(person) for person in dict.fromkeys(row[0] for row in rows)],
        "held": [
            {
                "subject": str(stream),
                "erasedAt": erased_at.isoformat() if erased_at else None,
                "events": [_told(record) for record in vault.open(conn, _about(conn, stream, person))],
            }
            for person, stream, erased_at in rows
        ],
    }


def _about(conn: Conn, stream: UUID, person: UUID) -> list[Recorded]:
    """What a stream says of the person: all of it, or of the registrations for an animation their own."""
    records = read_stream(conn, stream, 0)
    own = {made.registration_id for made in _registrations(records, person)}
    return [record for record in records if _is_about(record.event, person, own)]


def _is_about(event: Event, person: UUID, registrations: set[UUID]) -> bool:
    match event:
        case RegistrationEvent():
            return event.registration_id in registrations
        case ContactAdded() | ContactErased():
            return event.person_id == person
        case ContactRemoved() | ContactUnsubscribed() | PlanningSent():
            return False
    return True


def _registrations(records: Sequence[Recorded], person: UUID) -> list[RegistrationMade]:
    events = (record.event for record in records)
    return [event for event in events if isinstance(event, RegistrationMade) and event.person_id == person]


def _told(record: Recorded) -> dict[str, Any]:
    return {
        "position": record.position,
        "type": record.event.topic,
        "recordedAt": record.stamp.recorded_at.isoformat(),
        "actor": record.stamp.actor,
        "role": str(record.stamp.role),
        "data": record.event.model_dump(mode="json"),
    }


def erase_person(conn: Conn, execute: Execute, people: Sequence[UUID], actor: Actor, now: datetime) -> list[UUID]:
    """Destroys all that is held on a person known by these pseudonyms.

    Returns the candidatures, registrations, accounts and invitations concerned, empty when nothing is known of them.
    Raises DomainError (FORBIDDEN) unless the actor may. `conn` must be in autocommit mode: a destroyed key is destroyed
    whatever follows.
    """
    for person in people:
        authorize(actor, Action.PERSON_ERASE, Belongings(person_id=person))
    return [subject for person in people for subject in _erase(conn, execute, person, actor, now)]


def _erase(conn: Conn, execute: Execute, person: UUID, actor: Actor, now: datetime) -> list[UUID]:
    subjects = []
    for stream in erase_keys(conn, person):
        for command in erasures(stream, person, read_stream(conn, stream, 0)):
            subjects.append(say_erased(execute, command, actor, now))
    return subjects


def erasures(stream: UUID, person: UUID, records: Sequence[Recorded]) -> list[Erasure]:
    """What is left to be said in a stream once the person's key is destroyed."""
    if not records:
        # A key was made for something that was not recorded in the end.
        return []
    said = words_erasures(stream, person, records[0].event.topic)
    if said is not None:
        return list(said)
    match records[0].event:
        case MandateGiven() | MailPreferencesSet():
            return [AccountErase(account_id=stream, person_id=person)]
        case InvitationSent():
            return [InvitationErase(invitation_id=stream, person_id=person)]
        case ContactAdded():
            return [
                ContactErase(structure_id=record.event.structure_id, contact_id=record.event.contact_id)
                for record in records
                if isinstance(record.event, ContactAdded) and record.event.person_id == person
            ]
    if isinstance(records[0].event, RegistrationEvent):
        return [
            RegistrantErase(animation_id=made.animation_id, registration_id=made.registration_id)
            for made in _registrations(records, person)
        ]
    return [CandidatureErase(candidature_id=stream)]


def say_erased(execute: Execute, command: Erasure, actor: Actor, now: datetime) -> UUID:
    """Records the erasure, unless one before this did. Returns what it is of."""
    try:
        execute(command, actor, now)
    except DomainError as error:
        if error.code is not ErrorCode.RULE_BROKEN:
            raise
    return _subject_of(command)


def _subject_of(command: Erasure) -> UUID:
    match command:
        case CandidatureErase():
            return command.candidature_id
        case RegistrantErase():
            return command.registration_id
        case AccountErase():
            return command.account_id
        case ContactErase():
            return command.contact_id
        case WordsErase():
            return command.thing_id
    return command.invitation_id


Erasure = CandidatureErase | RegistrantErase | AccountErase | InvitationErase | ContactErase | WordsErase

USE_CASES = ((CandidatureErase, erase_candidature),)
