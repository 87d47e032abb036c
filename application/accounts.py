"""Use cases of accounts: invitations, and mandates given to a person by their token's subject."""

from __future__ import annotations

from functools import partial
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid4

from pydantic import AfterValidator, Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from domain.accounts import account as accounts
from domain.accounts import events
from domain.accounts import invitation as invitations
from domain.accounts.account import Account
from domain.accounts.events import (
    AuditorAdmitted,
    CoordonnateurAppointed,
    MediateurRegistered,
    SchoolStaffBound,
    SpeakerJoined,
)
from domain.catalogue import ACCOUNT, INVITATION, STRUCTURE
from domain.kernel.actors import Actor
from domain.kernel.errors import forbidden
from domain.kernel.events import Event
from domain.kernel.identifiers import Uai
from domain.kernel.people import EmailAddress
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Instant, Label, Link, Subject, TerritoryCode

#: Purpose of an invitation's signed link.
PURPOSE = "invitation"


def _distinct(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))


Territories = Annotated[tuple[TerritoryCode, ...], Field(min_length=1, max_length=200), AfterValidator(_distinct)]
Schools = Annotated[tuple[Uai, ...], Field(min_length=1, max_length=500), AfterValidator(_distinct)]


class _ForSubject(Command):
    """`subject` is the subject of the person's token."""

    subject: Subject


class CoordonnateurAppoint(_ForSubject):
    action: ClassVar[Action] = Action.COORDONNATEUR_APPOINT

    territories: Territories


class SchoolStaffBind(_ForSubject):
    action: ClassVar[Action] = Action.SCHOOL_STAFF_BIND

    staff_role: Literal["director", "inspector", "head"]
    territory: TerritoryCode
    schools: Schools


class AuditorAdmit(_ForSubject):
    action: ClassVar[Action] = Action.AUDITOR_ADMIT

    until: Instant


class InvitationSend(Command):
    action: ClassVar[Action] = Action.INVITATION_SEND

    structure_id: UUID
    email: EmailAddress


class InvitationRevoke(Command):
    action: ClassVar[Action] = Action.INVITATION_REVOKE

    invitation_id: UUID


class InvitationAccept(Command):
    """Sent by a signed-in person who holds the invitation's link."""

    action: ClassVar[Action] = Action.INVITATION_ACCEPT

    link: Link


class MediateurRegister(Command):
    action: ClassVar[Action] = Action.MEDIATEUR_REGISTER

    structure_id: UUID


class MediateurAccept(Command):
    action: ClassVar[Action] = Action.MEDIATEUR_ACCEPT

    account_id: UUID
    mandate_id: UUID


class MailPreferencesSet(Command):
    """`recipients`: the inboxes that the person reads, determined by the API, not sent by the client."""

    action: ClassVar[Action] = Action.MAIL_PREFERENCES_SET

    email: EmailAddress | None = None
    muted: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    recipients: Annotated[tuple[str, ...], Field(exclude=True)] = ()


class MandateEnd(Command):
    action: ClassVar[Action] = Action.MANDATE_END

    account_id: UUID
    mandate_id: UUID


class AccountErase(Command):
    action: ClassVar[Action] = Action.PERSON_ERASE

    account_id: UUID
    person_id: UUID


class PreferencesErase(Command):
    """Erase the address of an account that stays."""

    action: ClassVar[Action] = Action.PERSON_ERASE

    account_id: UUID
    person_id: UUID


class InvitationErase(Command):
    action: ClassVar[Action] = Action.PERSON_ERASE

    invitation_id: UUID
    person_id: UUID


def appoint(command: CoordonnateurAppoint, work: UnitOfWork) -> UUID:
    appointed = CoordonnateurAppointed(**_mandate_fields(work, command.subject), territories=command.territories)
    account = _account(work, command.subject)
    facts = accounts.appoint_coordonnateur(account, appointed, work.actor)
    for code in command.territories:
        find_territory(work, code)
    return _record(work, account, facts)


def bind(command: SchoolStaffBind, work: UnitOfWork) -> UUID:
    bound = SchoolStaffBound(
        **_mandate_fields(work, command.subject),
        staff_role=command.staff_role,
        territory=command.territory,
        schools=command.schools,
    )
    account = _account(work, command.subject)
    facts = accounts.bind_school_staff(account, bound, work.actor)
    find_territory(work, command.territory)
    return _record(work, account, facts, Belongings(territories=frozenset([command.territory])))


def admit(command: AuditorAdmit, work: UnitOfWork) -> UUID:
    admitted = AuditorAdmitted(**_mandate_fields(work, command.subject), until=command.until)
    account = _account(work, command.subject)
    return _record(work, account, accounts.admit_auditor(account, admitted, work.actor, work.now))


def send(command: InvitationSend, work: UnitOfWork) -> UUID:
    structure = work.find(STRUCTURE, command.structure_id)
    person = work.keyed.mailbox(command.email)
    facts = invitations.send(structure, person, command.email, work.actor)
    invitation_id = uuid4()
    work.record(INVITATION, invitation_id, facts, Belongings(structure_id=command.structure_id))
    return invitation_id


def revoke(command: InvitationRevoke, work: UnitOfWork) -> UUID:
    state = work.subject(INVITATION, command.invitation_id, None, "Invitation", "invitation_id")
    structure = work.find(STRUCTURE, state.structure_id)
    assert structure is not None, "an invitation's structure exists"
    facts = invitations.revoke(state, structure, work.actor)
    work.record(INVITATION, state.id, facts, Belongings(structure_id=state.structure_id))
    return state.id


def accept(command: InvitationAccept, work: UnitOfWork) -> UUID:
    """The invitation is used up in the same transaction, so that only one holder of its link joins."""
    # Checked before the link is read, so that nobody without the right learns whether it is valid.
    authorize(work.actor, command.action, Belongings())
    subject = _own_subject(work)
    (invitation_id,) = work.keyed.links.read(PURPOSE, command.link, "link")
    invitation = work.find(INVITATION, invitation_id)
    assert invitation is not None, "a link's invitation exists"
    joining = SpeakerJoined(
        **_mandate_fields(work, subject), structure_id=invitation.structure_id, invitation_id=invitation.id
    )
    account = _account(work, subject)
    facts = accounts.join_structure(account, joining, invitation, work.actor)
    belongings = Belongings(structure_id=invitation.structure_id)
    joined = work.record(ACCOUNT, account.id, facts, belongings)
    work.record(INVITATION, invitation.id, invitations.accept(joining.mandate_id), belongings, cause=joined)
    return account.id


def register(command: MediateurRegister, work: UnitOfWork) -> UUID:
    subject = _own_subject(work)
    registered = MediateurRegistered(**_mandate_fields(work, subject), structure_id=command.structure_id)
    account = _account(work, subject)
    structure = work.find(STRUCTURE, command.structure_id)
    facts = accounts.register_mediateur(account, registered, structure, work.actor)
    return _record(work, account, facts, Belongings(structure_id=command.structure_id))


def set_mail_preferences(command: MailPreferencesSet, work: UnitOfWork) -> UUID:
    subject = _own_subject(work)
    account = _account(work, subject)
    # Filed under the mailbox, so that its owner may erase the address while the account stays.
    own = work.keyed.identity(subject).person_id
    preferences = events.MailPreferencesSet(
        person_id=work.keyed.mailbox_in(command.email, account.id) if command.email else own,
        email=command.email,
        recipients=command.recipients,
        muted=command.muted,
    )
    return _record(work, account, accounts.set_mail_preferences(account, preferences, work.actor))


def accept_mediateur(command: MediateurAccept, work: UnitOfWork) -> UUID:
    account = work.find(ACCOUNT, command.account_id) or Account(command.account_id)
    facts = accounts.accept_mediateur(account, command.mandate_id, work.actor, partial(_home, work))
    belongings = account.mandates[command.mandate_id].belongings
    return _record(work, account, facts, Belongings(structure_id=belongings.structure_id))


def end(command: MandateEnd, work: UnitOfWork) -> UUID:
    account = work.find(ACCOUNT, command.account_id) or Account(command.account_id)
    facts = accounts.end_mandate(account, command.mandate_id, work.actor, partial(_home, work))
    return _record(work, account, facts, _narrowed(account.mandates[command.mandate_id].belongings, work.actor))


def erase_account(command: AccountErase, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, Belongings(person_id=command.person_id))
    account = work.find(ACCOUNT, command.account_id) or Account(command.account_id)
    return _record(work, account, accounts.erase(account, command.person_id))


def erase_preferences(command: PreferencesErase, work: UnitOfWork) -> UUID:
    """Record preferences without an address, once its key is destroyed."""
    authorize(work.actor, command.action, Belongings(person_id=command.person_id))
    account = work.find(ACCOUNT, command.account_id) or Account(command.account_id)
    return _record(work, account, accounts.erase_address(account, command.person_id))


def erase_invitation(command: InvitationErase, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, Belongings(person_id=command.person_id))
    state = work.find(INVITATION, command.invitation_id)
    assert state is not None
    facts = invitations.erase(state, command.person_id)
    work.record(INVITATION, state.id, facts, Belongings(structure_id=state.structure_id))
    return state.id


def _mandate_fields(work: UnitOfWork, subject: str) -> dict[str, object]:
    return {"mandate_id": uuid4(), "person_id": work.keyed.identity(subject).person_id, "subject": subject}


def _own_subject(work: UnitOfWork) -> str:
    if work.actor.subject is None:
        raise forbidden()
    return work.actor.subject


def _account(work: UnitOfWork, subject: str) -> Account:
    stream = work.keyed.identity(subject).account_id
    return work.find(ACCOUNT, stream) or Account(stream)


def _home(work: UnitOfWork, structure_id: UUID) -> frozenset[str]:
    structure = work.find(STRUCTURE, structure_id)
    return structure.home if structure else frozenset()


def _narrowed(owners: Belongings, actor: Actor) -> Belongings:
    """Return belongings with a single territory, the actor's own if a school has several."""
    territories = sorted(owners.home & actor.territories or owners.home)[:1]
    return Belongings(structure_id=owners.structure_id, territories=frozenset(territories))


def _record(work: UnitOfWork, account: Account, facts: list[Event], belongings: Belongings | None = None) -> UUID:
    work.record(ACCOUNT, account.id, facts, belongings or Belongings())
    return account.id


USE_CASES = (
    (CoordonnateurAppoint, appoint),
    (SchoolStaffBind, bind),
    (AuditorAdmit, admit),
    (InvitationSend, send),
    (InvitationRevoke, revoke),
    (InvitationAccept, accept),
    (MediateurRegister, register),
    (MediateurAccept, accept_mediateur),
    (MailPreferencesSet, set_mail_preferences),
    (MandateEnd, end),
    (AccountErase, erase_account),
    (PreferencesErase, erase_preferences),
    (InvitationErase, erase_invitation),
)
