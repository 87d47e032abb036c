"""The erasure of what is held on a person (RGPD, article 17).

Their keys are destroyed first, then every stream that spoke of them says so. It can be repeated after an interruption:
whatever is still missing is done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from application.accounts import AccountErase, InvitationErase, PreferencesErase
from application.commanding.commands import ChangeCommand, Command
from application.commanding.pseudonyms_and_links import Keyed
from application.commanding.unit_of_work import UnitOfWork
from application.contacts.commands import ContactErase
from application.people import index
from application.people.finding import Found, Pair, whole
from application.people.words import WordsErase, words_erasures
from application.registrations import RegistrantErase
from application.structures import StructureContactErase
from domain.accounts.events import InvitationSent, MailPreferencesSet, MandateGiven
from domain.candidatures import candidature as candidatures
from domain.candidatures.events import CandidatureSubmitted
from domain.catalogue import CANDIDATURE
from domain.contacts.events import ContactAdded
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.rights import Action, Scope, scope_of
from domain.registrations.events import RegistrationEvent, RegistrationMade
from domain.structures.structure import StructureContactSet
from eventstore.log import read_stream
from eventstore.recorder import Outcome
from eventstore.records import Recorded
from eventstore.vault import erase_key, erase_stream

Execute = Callable[[Command, Actor, datetime], Outcome]
Conn = Connection[Any]


class CandidatureErase(ChangeCommand):
    action: ClassVar[Action] = Action.PERSON_ERASE

    candidature_id: UUID


def erase_candidature(command: CandidatureErase, work: UnitOfWork) -> UUID:
    state = work.subject(CANDIDATURE, command.candidature_id, command.expected_version, "Candidature", "candidature_id")
    work.record(CANDIDATURE, state.id, candidatures.erase(state), state.belongings)
    return state.id


Erasure = (
    CandidatureErase
    | RegistrantErase
    | AccountErase
    | PreferencesErase
    | InvitationErase
    | ContactErase
    | WordsErase
    | StructureContactErase
)


class Kind(StrEnum):
    """What may be held on a person."""

    CANDIDATURE = "candidature"
    REGISTRATION = "registration"
    ACCOUNT = "account"
    MAIL_PREFERENCES = "mail_preferences"
    INVITATION = "invitation"
    CONTACT = "contact"
    WORDS = "words"


#: The kind of thing that each command is about, and the field that names it.
_ABOUT: Mapping[type[Command], tuple[Kind, str]] = {
    CandidatureErase: (Kind.CANDIDATURE, "candidature_id"),
    RegistrantErase: (Kind.REGISTRATION, "registration_id"),
    AccountErase: (Kind.ACCOUNT, "account_id"),
    PreferencesErase: (Kind.MAIL_PREFERENCES, "account_id"),
    InvitationErase: (Kind.INVITATION, "invitation_id"),
    ContactErase: (Kind.CONTACT, "contact_id"),
    StructureContactErase: (Kind.CONTACT, "structure_id"),
    WordsErase: (Kind.WORDS, "thing_id"),
}


@dataclass(slots=True)
class Erased:
    """What was erased, each thing with its kind; `unreached` tells, in French, what was not."""

    things: list[tuple[Kind, UUID]] = field(default_factory=list)
    unreached: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[Kind, int]:
        return counted(self.things)


def counted(things: Iterable[tuple[Kind, UUID]]) -> dict[Kind, int]:
    kinds = [kind for kind, _ in things]
    return {kind: kinds.count(kind) for kind in Kind if kind in kinds}


def erase_found(conn: Conn, execute: Execute, keyed: Keyed, found: Found, actor: Actor, now: datetime) -> Erased:
    """Destroys all that is held on the person found, whom the actor must be entitled to erase.

    `conn` must be in autocommit mode: a destroyed key is destroyed whatever follows. Who was found as a whole comes
    back as somebody new, and their sign-ins end.
    """
    streams, commands = _to_say(conn, keyed, found)
    accounts = _account_holders(commands)
    if accounts - found.people:
        # Whose account ends with what was found is erased as a whole: nothing is left that nobody could ask for.
        found = found.with_all_of(whole(conn, keyed, accounts))
        streams, commands = _to_say(conn, keyed, found)
    erased = Erased()
    if scope_of(actor, Action.PERSON_ERASE) is Scope.ANYWHERE:
        erased.unreached += _elsewhere(conn, found.pairs)
    with conn.transaction():
        for stream, said in commands.items():
            if any(isinstance(one, AccountErase) for one in said):
                erase_stream(conn, stream)
            for person in streams[stream]:
                erase_key(conn, person, stream)
        every = [one for said in commands.values() for one in said]
        things = {one.thing_id for one in every if isinstance(one, WordsErase)}
        things |= {one.person_id for one in every if isinstance(one, StructureContactErase)}
        keyed.renew(conn, list((found.people | accounts) - things))
    for stream, said in commands.items():
        if _say_all(execute, said, streams[stream], actor, now, erased):
            for person in streams[stream]:
                index.forget(conn, person, stream)
    if Kind.REGISTRATION in erased.counts:
        erased.unreached.append(
            "Les feuilles d'émargement signées des animations où la personne est venue, si elles portent son nom."
        )
    return erased


def _to_say(conn: Conn, keyed: Keyed, found: Found) -> tuple[dict[UUID, list[UUID]], dict[UUID, Sequence[Erasure]]]:
    """Of each stream, the people found in it, and what it has to say of them."""
    streams: dict[UUID, list[UUID]] = {}
    for person, stream in found.pairs:
        streams.setdefault(stream, []).append(person)
    commands = {
        stream: erasures(keyed, stream, people, read_stream(conn, stream)) for stream, people in streams.items()
    }
    return streams, {stream: said for stream, said in commands.items() if said is not None}


def _account_holders(commands: Mapping[UUID, Sequence[Erasure]]) -> set[UUID]:
    return {one.person_id for said in commands.values() for one in said if isinstance(one, AccountErase)}


def _say_all(
    execute: Execute, said: Sequence[Erasure], people: Sequence[UUID], actor: Actor, now: datetime, erased: Erased
) -> bool:
    """Records what is left to be said of one stream; False where something could not be."""
    done = True
    for command in said:
        kind, _ = _ABOUT[type(command)]
        try:
            erased.things.append((kind, _say_as(execute, command, actor, people, now)))
        except DomainError as error:
            done = False
            erased.unreached.append(f"{kind} {subject_of_erasure(command)} : {error.problems[0].message}")
    return done


def _say_as(execute: Execute, command: Erasure, actor: Actor, people: Sequence[UUID], now: datetime) -> UUID:
    """Who erases what is their own does so under each pseudonym that they ever had."""
    if scope_of(actor, Action.PERSON_ERASE) is Scope.ANYWHERE:
        return say_erased(execute, command, actor, now)
    for person in people:
        try:
            return say_erased(execute, command, replace(actor, person_id=person), now)
        except DomainError as error:
            if error.code is not ErrorCode.FORBIDDEN:
                raise
    # It is nobody's any more: said before.
    return subject_of_erasure(command)


def _elsewhere(conn: Conn, pairs: Iterable[Pair]) -> list[str]:
    """Of what is held under the same address or telephone, and was not found."""
    known = set(pairs)
    holding = index.holding(conn, index.digests_of(conn, list(known)))
    others = {(entry.originator_id, entry.thing_id) for entry in holding} - {
        (entry.originator_id, entry.thing_id) for entry in holding if (entry.person_id, entry.originator_id) in known
    }
    if not others:
        return []
    return [f"{len(others)} de plus sous la même adresse ou le même téléphone : effacez-les en l'indiquant."]


def erasures(
    keyed: Keyed, stream: UUID, people: Sequence[UUID], records: Sequence[Recorded]
) -> Sequence[Erasure] | None:
    """What is left to be said in a stream once the keys of these people are destroyed. None: it is not about people."""
    if not records:
        # A key was made for something that was not recorded in the end.
        return []
    events = [record.event for record in records]
    words = [words_erasures(stream, person, events[0].topic) for person in people]
    if any(said is not None for said in words):
        contacts = {event.person_id for event in events if isinstance(event, StructureContactSet)} - {stream}
        return [
            *(one for said in words for one in said or ()),
            *(StructureContactErase(structure_id=stream, person_id=one) for one in people if one in contacts),
        ]
    match events[0]:
        case MandateGiven() | MailPreferencesSet():
            holders = {event.person_id for event in events if isinstance(event, MandateGiven)}
            own = [person for person in people if person in holders or keyed.account(person) == stream]
            if own:
                return [AccountErase(account_id=stream, person_id=own[0])]
            return [PreferencesErase(account_id=stream, person_id=people[0])]
        case InvitationSent():
            return [InvitationErase(invitation_id=stream, person_id=people[0])]
        case ContactAdded():
            return [
                ContactErase(structure_id=event.structure_id, contact_id=event.contact_id)
                for event in events
                if isinstance(event, ContactAdded) and event.person_id in people
            ]
        case CandidatureSubmitted():
            return [CandidatureErase(candidature_id=stream)]
        case RegistrationEvent():
            return [
                RegistrantErase(animation_id=event.animation_id, registration_id=event.registration_id)
                for event in events
                if isinstance(event, RegistrationMade) and event.person_id in people
            ]
    return None


def say_erased(execute: Execute, command: Erasure, actor: Actor, now: datetime) -> UUID:
    """Records the erasure, unless one before this did. Returns what it is of."""
    try:
        execute(command, actor, now)
    except DomainError as error:
        if error.code is not ErrorCode.RULE_BROKEN:
            raise
    return subject_of_erasure(command)


def subject_of_erasure(command: Erasure) -> UUID:
    thing: UUID = getattr(command, _ABOUT[type(command)][1])
    return thing


def things_of(commands: Iterable[Erasure]) -> list[tuple[Kind, UUID]]:
    return [(_ABOUT[type(command)][0], subject_of_erasure(command)) for command in commands]


USE_CASES = ((CandidatureErase, erase_candidature),)
