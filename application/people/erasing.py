"""Erase what is held on a person (GDPR, article 17).

The person's keys are destroyed first, then every stream that mentions them records the erasure. Repeating an
interrupted erasure does what is still missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from application import drafts
from application.accounts.commands import AccountErase, PreferencesErase
from application.accounts.invitations import InvitationErase
from application.action_groups import ActionGroupMemberErase
from application.commanding.commands import ChangeCommand, Command
from application.commanding.pseudonyms_and_links import Keyed
from application.commanding.unit_of_work import UnitOfWork
from application.contacts.commands import ContactErase
from application.people import index
from application.people.finding import Matches, Pair, match_all
from application.people.words import WordsErase, words_erasures
from application.publications.commands import PublicationAuthorErase
from application.registrations import RegistrantErase
from application.structures import StructureContactErase
from domain.accounts.events import InvitationSent, MailPreferencesSet, MandateGiven
from domain.action_groups.events import MemberJoined
from domain.candidatures import candidature as candidatures
from domain.candidatures.events import CandidatureSubmitted
from domain.catalogue import CANDIDATURE
from domain.contacts.events import ContactAdded
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.events import Event
from domain.kernel.rights import Action, Scope, authorize, scope_of
from domain.publications.events import PublicationAuthorNamed
from domain.registrations.events import BookEvent, RegistrationMade
from domain.structures.structure import StructureContactSet
from eventstore.log import read_stream
from eventstore.recording.batches import Outcome
from eventstore.records import Recorded
from eventstore.vault import erase_key, erase_stream

Execute = Callable[[Command, Actor, datetime], Outcome]
Conn = Connection[Any]
_SIGNED_SHEETS = "Les feuilles d'émargement signées des animations où la personne est venue, si elles portent son nom."


class CandidatureErase(ChangeCommand):
    action: ClassVar[Action] = Action.PERSON_ERASE

    candidature_id: UUID


def erase_candidature(command: CandidatureErase, work: UnitOfWork) -> UUID:
    state = work.subject(CANDIDATURE, command.candidature_id, command.expected_version, "Candidature", "candidature_id")
    authorize(work.actor, command.action, state.belongings)
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
    | ActionGroupMemberErase
    | PublicationAuthorErase
)


class Kind(StrEnum):
    """Kinds of personal data."""

    CANDIDATURE = "candidature"
    REGISTRATION = "registration"
    ACCOUNT = "account"
    MAIL_PREFERENCES = "mail_preferences"
    INVITATION = "invitation"
    CONTACT = "contact"
    WORDS = "words"
    GROUP_MEMBER = "group_member"
    AUTHOR = "author"


#: The kind of thing each command erases, and the field that holds its id.
_SUBJECTS: Mapping[type[Command], tuple[Kind, str]] = {
    CandidatureErase: (Kind.CANDIDATURE, "candidature_id"),
    RegistrantErase: (Kind.REGISTRATION, "registration_id"),
    AccountErase: (Kind.ACCOUNT, "account_id"),
    PreferencesErase: (Kind.MAIL_PREFERENCES, "account_id"),
    InvitationErase: (Kind.INVITATION, "invitation_id"),
    ContactErase: (Kind.CONTACT, "contact_id"),
    StructureContactErase: (Kind.CONTACT, "structure_id"),
    WordsErase: (Kind.WORDS, "thing_id"),
    ActionGroupMemberErase: (Kind.GROUP_MEMBER, "member_id"),
    PublicationAuthorErase: (Kind.AUTHOR, "publication_id"),
}


@dataclass(slots=True)
class ErasureReport:
    """The erased things with their kinds; `unreached` says in French what was not erased; drafts are only counted."""

    things: list[tuple[Kind, UUID]] = field(default_factory=list)
    drafts: int = 0
    unreached: list[str] = field(default_factory=list)
    #: The names of the person in what was erased.
    names: list[str] = field(default_factory=list)

    @property
    def counts(self) -> dict[Kind, int]:
        return count_by_kind(self.things)


def count_by_kind(things: Iterable[tuple[Kind, UUID]]) -> dict[Kind, int]:
    kinds = [kind for kind, _ in things]
    return {kind: kinds.count(kind) for kind in Kind if kind in kinds}


def erase_matches(
    conn: Conn, execute: Execute, keyed: Keyed, matches: Matches, actor: Actor, now: datetime
) -> ErasureReport:
    """Destroy everything held on the matched person. The actor must be entitled to erase them.

    `conn` must be in autocommit mode: a destroyed key stays destroyed whatever follows. People matched as a whole get a
    new pseudonym, and their sign-ins end.
    """
    streams, commands = _plan(conn, keyed, matches)
    accounts = _account_holders(commands)
    if accounts - matches.people:
        # Erasing an account removes the only way to ask for the rest, so everything else goes with it.
        matches = matches.merge(match_all(conn, keyed, accounts))
        streams, commands = _plan(conn, keyed, matches)
    report = ErasureReport()
    if scope_of(actor, Action.PERSON_ERASE) is Scope.ANYWHERE:
        report.unreached += _describe_other_matches(conn, matches.pairs)
    with conn.transaction():
        for stream, erasures in commands.items():
            if any(isinstance(command, AccountErase) for command in erasures):
                erase_stream(conn, stream)
            for person in streams[stream]:
                erase_key(conn, person, stream)
        every = [command for erasures in commands.values() for command in erasures]
        things = {command.thing_id for command in every if isinstance(command, WordsErase)}
        things |= {command.person_id for command in every if isinstance(command, StructureContactErase)}
        report.drafts = drafts.forget(conn, list(matches.people | accounts))
        keyed.renew(conn, list((matches.people | accounts) - things))
    for stream, erasures in commands.items():
        if _record_all(execute, erasures, streams[stream], actor, now, report):
            for person in streams[stream]:
                index.forget(conn, person, stream)
    if Kind.REGISTRATION in report.counts:
        report.unreached.append(_SIGNED_SHEETS)
    return report


def _plan(conn: Conn, keyed: Keyed, matches: Matches) -> tuple[dict[UUID, list[UUID]], dict[UUID, Sequence[Erasure]]]:
    """Return the matched people of each stream, and the erasures still to record in it."""
    streams: dict[UUID, list[UUID]] = {}
    for person, stream in matches.pairs:
        streams.setdefault(stream, []).append(person)
    commands = {
        stream: pending_erasures(keyed, stream, people, read_stream(conn, stream)) for stream, people in streams.items()
    }
    return streams, {stream: erasures for stream, erasures in commands.items() if erasures is not None}


def _account_holders(commands: Mapping[UUID, Sequence[Erasure]]) -> set[UUID]:
    return {
        command.person_id for erasures in commands.values() for command in erasures if isinstance(command, AccountErase)
    }


def _record_all(
    execute: Execute,
    erasures: Sequence[Erasure],
    people: Sequence[UUID],
    actor: Actor,
    now: datetime,
    report: ErasureReport,
) -> bool:
    """Record the erasures of one stream. Return False if any was refused."""
    all_recorded = True
    for command in erasures:
        kind, _ = _SUBJECTS[type(command)]
        try:
            report.things.append((kind, _record_as(execute, command, actor, people, now)))
        except DomainError as error:
            all_recorded = False
            report.unreached.append(f"{kind} {subject_of_erasure(command)} : {error.problems[0].message}")
    return all_recorded


def _record_as(execute: Execute, command: Erasure, actor: Actor, people: Sequence[UUID], now: datetime) -> UUID:
    """Record an erasure; people who erase their own data do so under each pseudonym they ever had."""
    if scope_of(actor, Action.PERSON_ERASE) is Scope.ANYWHERE:
        return record_erasure(execute, command, actor, now)
    for person in people:
        try:
            return record_erasure(execute, command, replace(actor, person_id=person), now)
        except DomainError as error:
            if error.code is not ErrorCode.FORBIDDEN:
                raise
    # An earlier run recorded its erasure: nobody owns it any more.
    return subject_of_erasure(command)


def _describe_other_matches(conn: Conn, pairs: Iterable[Pair]) -> list[str]:
    """Describe what is held under the same address or telephone but did not match."""
    matched = set(pairs)
    entries = index.find_entries(conn, index.digests_of(conn, list(matched)))
    own = {(each.originator_id, each.thing_id) for each in entries if (each.person_id, each.originator_id) in matched}
    others = {(each.originator_id, each.thing_id) for each in entries} - own
    if not others:
        return []
    return [f"{len(others)} de plus sous la même adresse ou le même téléphone : effacez-les en l'indiquant."]


def pending_erasures(
    keyed: Keyed, stream: UUID, people: Sequence[UUID], records: Sequence[Recorded]
) -> Sequence[Erasure] | None:
    """Return the erasures a stream has yet to record for these people, or None if it is not about people."""
    if not records:
        # The key was made for a command that failed.
        return []
    events = [record.event for record in records]
    words = [words_erasures(stream, person, events[0].topic) for person in people]
    if any(commands is not None for commands in words):
        return [*(command for commands in words for command in commands or ()), *_named_in(stream, people, events)]
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
        case BookEvent():
            return [
                RegistrantErase(animation_id=event.animation_id, registration_id=event.registration_id)
                for event in events
                if isinstance(event, RegistrationMade) and event.person_id in people
            ]
    return None


def _named_in(stream: UUID, people: Sequence[UUID], events: Sequence[Event]) -> Iterator[Erasure]:
    """Yield the erasures of people whom a thing names beside its words: contacts, members of a group, authors."""
    contacts = {event.person_id for event in events if isinstance(event, StructureContactSet)} - {stream}
    authors = {event.person_id for event in events if isinstance(event, PublicationAuthorNamed)}
    for person in people:
        if person in contacts:
            yield StructureContactErase(structure_id=stream, person_id=person)
        if person in authors:
            yield PublicationAuthorErase(publication_id=stream, person_id=person)
    for event in events:
        if isinstance(event, MemberJoined) and event.person_id in people:
            yield ActionGroupMemberErase(group_id=stream, member_id=event.member_id)


def record_erasure(execute: Execute, command: Erasure, actor: Actor, now: datetime) -> UUID:
    """Record the erasure unless it already is. Return the id of what it erases."""
    try:
        execute(command, actor, now)
    except DomainError as error:
        if error.code is not ErrorCode.RULE_BROKEN:
            raise
    return subject_of_erasure(command)


def subject_of_erasure(command: Erasure) -> UUID:
    thing: UUID = getattr(command, _SUBJECTS[type(command)][1])
    return thing


def things_of(commands: Iterable[Erasure]) -> list[tuple[Kind, UUID]]:
    return [(_SUBJECTS[type(command)][0], subject_of_erasure(command)) for command in commands]


USE_CASES = ((CandidatureErase, erase_candidature),)
