"""Use cases of accounts: mandates given to a person by their token's subject, and mail preferences."""

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
from domain.accounts.account import Account
from domain.accounts.events import (
    AuditorAdmitted,
    CoordonnateurAppointed,
    MediateurRegistered,
    SchoolStaffBound,
)
from domain.candidatures.schools import check_staff_role
from domain.catalogue import ACCOUNT, SCHOOL, STRUCTURE
from domain.kernel.actors import Actor
from domain.kernel.errors import forbidden
from domain.kernel.events import Event
from domain.kernel.identifiers import Uai, school_id
from domain.kernel.people import EmailAddress
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Instant, Label, Subject, TerritoryCode


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

    staff_role: Literal["director", "inspector", "head", "teacher"]
    territory: TerritoryCode
    schools: Schools


class AuditorAdmit(_ForSubject):
    action: ClassVar[Action] = Action.AUDITOR_ADMIT

    until: Instant


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


def appoint(command: CoordonnateurAppoint, work: UnitOfWork) -> UUID:
    appointed = CoordonnateurAppointed(**mandate_fields(work, command.subject), territories=command.territories)
    account = account_of(work, command.subject)
    facts = accounts.appoint_coordonnateur(account, appointed, work.actor)
    for code in command.territories:
        find_territory(work, code)
    return _record(work, account, facts)


def bind(command: SchoolStaffBind, work: UnitOfWork) -> UUID:
    bound = SchoolStaffBound(
        **mandate_fields(work, command.subject),
        staff_role=command.staff_role,
        territory=command.territory,
        schools=command.schools,
    )
    account = account_of(work, command.subject)
    facts = accounts.bind_school_staff(account, bound, work.actor)
    check_staff_role(command.staff_role, {uai: work.find(SCHOOL, school_id(uai)) for uai in command.schools})
    find_territory(work, command.territory)
    return _record(work, account, facts, Belongings(territories=frozenset([command.territory])))


def admit(command: AuditorAdmit, work: UnitOfWork) -> UUID:
    admitted = AuditorAdmitted(**mandate_fields(work, command.subject), until=command.until)
    account = account_of(work, command.subject)
    return _record(work, account, accounts.admit_auditor(account, admitted, work.actor, work.now))


def register(command: MediateurRegister, work: UnitOfWork) -> UUID:
    subject = own_subject(work)
    registered = MediateurRegistered(**mandate_fields(work, subject), structure_id=command.structure_id)
    account = account_of(work, subject)
    structure = work.find(STRUCTURE, command.structure_id)
    facts = accounts.register_mediateur(account, registered, structure, work.actor)
    return _record(work, account, facts, Belongings(structure_id=command.structure_id))


def set_mail_preferences(command: MailPreferencesSet, work: UnitOfWork) -> UUID:
    subject = own_subject(work)
    account = account_of(work, subject)
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
    facts = accounts.accept_mediateur(account, command.mandate_id, work.actor, partial(home_of, work))
    belongings = account.mandates[command.mandate_id].belongings
    return _record(work, account, facts, Belongings(structure_id=belongings.structure_id))


def end(command: MandateEnd, work: UnitOfWork) -> UUID:
    account = work.find(ACCOUNT, command.account_id) or Account(command.account_id)
    facts = accounts.end_mandate(account, command.mandate_id, work.actor, partial(home_of, work))
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


def mandate_fields(work: UnitOfWork, subject: str) -> dict[str, object]:
    return {"mandate_id": uuid4(), "person_id": work.keyed.identity(subject).person_id, "subject": subject}


def own_subject(work: UnitOfWork) -> str:
    if work.actor.subject is None:
        raise forbidden()
    return work.actor.subject


def account_of(work: UnitOfWork, subject: str) -> Account:
    stream = work.keyed.identity(subject).account_id
    return work.find(ACCOUNT, stream) or Account(stream)


def home_of(work: UnitOfWork, structure_id: UUID) -> frozenset[str]:
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
    (MediateurRegister, register),
    (MediateurAccept, accept_mediateur),
    (MailPreferencesSet, set_mail_preferences),
    (MandateEnd, end),
    (AccountErase, erase_account),
    (PreferencesErase, erase_preferences),
)
