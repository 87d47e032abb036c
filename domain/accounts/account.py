"""Accounts: the mandates of a person, and the decisions that give and end them (docs/glossary.md, "Who acts")."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from domain.accounts.events import (
    AccountErased,
    AuditorAdmitted,
    CoordonnateurAppointed,
    MailPreferencesSet,
    MandateEnded,
    MandateGiven,
    MediateurAccepted,
    MediateurRegistered,
    SchoolStaffBound,
    SpeakerJoined,
)
from domain.accounts.invitation import Invitation, InvitationStatus
from domain.kernel.actors import Actor, Role
from domain.kernel.departments import named_with_code
from domain.kernel.errors import broken, forbidden, invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.rights import Action, Belongings, authorize
from domain.structures.structure import Structure

#: The roles of a school's staff that decide on candidatures.
STAFF = (Role.DIRECTOR, Role.INSPECTOR, Role.HEAD)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A role, its reach, and its end (excluded); without `until` it lasts until somebody ends it."""

    role: Role
    structure_id: UUID | None = None
    territories: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    until: datetime | None = None
    #: Belongings that decide who may end it.
    belongings: Belongings = field(default_factory=Belongings)
    #: Whether somebody besides its holder confirms it. Médiateurs register themselves and their structure accepts them,
    #: including those who registered before acceptance existed.
    accepted: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """The account of one person. `mandates` are those that nobody has ended."""

    id: UUID
    mandates: Mapping[UUID, Mandate] = field(default_factory=dict)
    erased: bool = False
    #: The pseudonym of its owner, once they have had a mandate.
    person_id: UUID | None = None
    #: The owner of the key that seals the address in its preferences, if there is one.
    mailbox: UUID | None = None

    def holds(self, mandate: Mandate) -> bool:
        return mandate in self.mandates.values()


_MANDATE_OF: Mapping[type[Event], Callable[..., Mandate]] = {
    CoordonnateurAppointed: lambda fact: Mandate(Role.COORDONNATEUR, territories=fact.territories),
    SchoolStaffBound: lambda fact: Mandate(
        Role(fact.staff_role),
        schools=fact.schools,
        belongings=Belongings(home=_where_schools_are(fact), school=_school_of_teacher(fact)),
    ),
    AuditorAdmitted: lambda fact: Mandate(Role.AUDITOR, until=fact.until),
    SpeakerJoined: lambda fact: _of_structure(Role.STRUCTURE, fact.structure_id),
    MediateurRegistered: lambda fact: replace(_of_structure(Role.MEDIATEUR, fact.structure_id), accepted=False),
}


def _where_schools_are(fact: SchoolStaffBound) -> frozenset[str]:
    """Return the territories of the schools themselves: older bindings may name another territory."""
    departments = frozenset(code for uai in fact.schools if (code := department_of_school(uai)) is not None)
    return departments or frozenset([fact.territory])


def _school_of_teacher(fact: SchoolStaffBound) -> str | None:
    """Return the school whose director or head answers for the mandate; None for those who lead it or inspect it."""
    return fact.schools[0] if fact.staff_role == Role.TEACHER else None


def _of_structure(role: Role, structure_id: UUID) -> Mandate:
    return Mandate(role, structure_id=structure_id, belongings=Belongings(structure_id=structure_id))


def mandate_of(fact: MandateGiven) -> Mandate:
    return _MANDATE_OF[type(fact)](fact)


def evolve(state: Account | None, originator_id: UUID, fact: Event) -> Account:
    account = state or Account(originator_id)
    match fact:
        case MandateGiven():
            mandates = {**account.mandates, fact.mandate_id: mandate_of(fact)}
            return replace(account, mandates=mandates, person_id=fact.person_id)
        case MediateurAccepted():
            accepted = replace(account.mandates[fact.mandate_id], accepted=True)
            return replace(account, mandates={**account.mandates, fact.mandate_id: accepted})
        case MandateEnded():
            others = {
                mandate_id: mandate for mandate_id, mandate in account.mandates.items() if mandate_id != fact.mandate_id
            }
            return replace(account, mandates=others)
        case AccountErased():
            return replace(account, mandates={}, erased=True)
        case MailPreferencesSet():
            return replace(account, mailbox=None if fact.email is None else fact.person_id)
    raise TypeError(f"not an account's event: {fact!r}")


def appoint_coordonnateur(account: Account, appointment: CoordonnateurAppointed, actor: Actor) -> list[Event]:
    authorize(actor, Action.COORDONNATEUR_APPOINT, Belongings())
    if not appointment.territories:
        raise invalid("au moins un territoire.", "territories")
    return _give(account, appointment)


def bind_school_staff(account: Account, binding: SchoolStaffBound, actor: Actor) -> list[Event]:
    """Bind staff to schools of a territory; directors and heads bind the teachers of their own schools."""
    for school in binding.schools or (None,):
        belongings = Belongings(territories=frozenset([binding.territory]), school=school)
        authorize(actor, Action.SCHOOL_STAFF_BIND, belongings)
    is_teacher = binding.staff_role == Role.TEACHER
    if not is_teacher and actor.role in (Role.DIRECTOR, Role.HEAD):
        raise forbidden("Vous rattachez les enseignants de vos établissements ; les autres, leur coordonnateur.")
    if not binding.schools:
        raise invalid("au moins un établissement.", "schools")
    if is_teacher and len(binding.schools) > 1:
        raise invalid("un enseignant est rattaché à un établissement à la fois.", "schools")
    if elsewhere := [uai for uai in binding.schools if department_of_school(uai) != binding.territory]:
        listed = ", ".join(elsewhere[:20]) + ("…" if len(elsewhere) > 20 else "")
        raise invalid(
            f"établissements du territoire {named_with_code(binding.territory)} attendus ; n'en sont pas : {listed}.",
            "schools",
        )
    return _give(account, binding)


def admit_auditor(account: Account, admission: AuditorAdmitted, actor: Actor, now: datetime) -> list[Event]:
    """Admit an auditor, read-only and for a time; see `domain.kernel.rights` for the rights."""
    authorize(actor, Action.AUDITOR_ADMIT, Belongings())
    if admission.until <= now:
        raise invalid("la fin doit être à venir.", "until")
    return _give(account, admission)


def join_structure(account: Account, joining: SpeakerJoined, invitation: Invitation, actor: Actor) -> list[Event]:
    """Join a structure by an invitation's link, which serves once."""
    authorize(actor, Action.INVITATION_ACCEPT, Belongings())
    if invitation.status is not InvitationStatus.OPEN:
        raise broken("Cette invitation a déjà servi ou a été retirée : demandez-en une autre.")
    return _give(account, joining)


def register_mediateur(
    account: Account, registration: MediateurRegistered, structure: Structure | None, actor: Actor
) -> list[Event]:
    authorize(actor, Action.MEDIATEUR_REGISTER, Belongings())
    if structure is None:
        raise invalid("choisissez une structure de la liste.", "structure_id")
    return _give(account, registration)


def accept_mediateur(
    account: Account, mandate_id: UUID, actor: Actor, home_of: Callable[[UUID], frozenset[str]]
) -> list[Event]:
    """Accept a médiateur for the structure they chose, or for those who answer for its people."""
    mandate = account.mandates.get(mandate_id)
    belongings = mandate.belongings if mandate else Belongings()
    if belongings.structure_id is not None:
        belongings = replace(belongings, home=home_of(belongings.structure_id))
    authorize(actor, Action.MEDIATEUR_ACCEPT, belongings)
    if mandate is None:
        raise broken("Ce mandat a déjà pris fin.")
    if mandate.accepted:
        raise broken("Ce mandat n'attend pas d'être accepté.")
    return [MediateurAccepted(mandate_id=mandate_id)]


def end_mandate(
    account: Account, mandate_id: UUID, actor: Actor, home_of: Callable[[UUID], frozenset[str]]
) -> list[Event]:
    """End a mandate, as its holder or as somebody who answers for it.

    `home_of` returns a structure's first territory: its coordonnateurs answer for the structure's people too.
    """
    mandate = account.mandates.get(mandate_id)
    belongings = replace(mandate.belongings if mandate else Belongings(), person_id=account.person_id)
    if belongings.structure_id is not None:
        belongings = replace(belongings, home=home_of(belongings.structure_id))
    authorize(actor, Action.MANDATE_END, belongings)
    if mandate is None:
        raise broken("Ce mandat a déjà pris fin.")
    return [MandateEnded(mandate_id=mandate_id)]


def set_mail_preferences(account: Account, preferences: MailPreferencesSet, actor: Actor) -> list[Event]:
    """Set one's own preferences."""
    authorize(actor, Action.MAIL_PREFERENCES_SET, Belongings())
    if account.erased:
        raise broken("Les données de cette personne ont été effacées : ce compte est clos.")
    return [preferences]


def stop_mail(account: Account, before: MailPreferencesSet) -> list[Event]:
    """Stop all e-mails, by the link of a letter, until the person names an address again."""
    if account.erased:
        raise broken("Les données de cette personne ont été effacées : ce compte est clos.")
    return [MailPreferencesSet(person_id=before.person_id, recipients=(), muted=before.muted)]


def erase_address(account: Account, person_id: UUID) -> list[Event]:
    """Record that the key of the address in its preferences is destroyed."""
    if account.erased or account.mailbox != person_id:
        raise broken("Cette adresse est déjà effacée.")
    return [MailPreferencesSet(person_id=person_id, recipients=(), muted=())]


def erase(account: Account, person_id: UUID) -> list[Event]:
    """Record that the person's key is destroyed."""
    if account.erased:
        raise broken("Les données personnelles de ce compte sont déjà effacées.")
    return [AccountErased(person_id=person_id)]


def in_force(mandates: Sequence[Mandate], now: datetime) -> list[Mandate]:
    """Return the mandates whose end has not passed."""
    return [mandate for mandate in mandates if mandate.until is None or now < mandate.until]


def known_as(actor: Actor, person_id: UUID, account_id: UUID) -> Actor:
    """Return the actor of a token with their pseudonyms. History must not name a parent."""
    name = f"parent:{person_id}" if actor.role is Role.PARENT else actor.name
    return replace(actor, name=name, person_id=person_id, account_id=account_id)


def widened(actor: Actor, mandates: Sequence[Mandate]) -> Actor:
    """Return the actor with the reach of these mandates in force, in their role or, for a parent, in the mandate's.

    A parent with mandates of several roles acts in the first, in the order of `Role`.
    """
    roles = {mandate.role for mandate in mandates}
    role = (
        actor.role
        if actor.role is not Role.PARENT
        else next((candidate for candidate in Role if candidate in roles), actor.role)
    )
    own = [mandate for mandate in mandates if mandate.role is role]
    mediateur = [mandate for mandate in mandates if mandate.role is Role.MEDIATEUR]
    # In the role of a structure they speak for theirs anyway.
    speaks_for = frozenset(
        mandate.structure_id
        for mandate in mandates
        if mandate.role is Role.STRUCTURE is not role and mandate.structure_id is not None
    )
    if not own:
        return replace(actor, speaks_for=speaks_for)
    return replace(
        actor,
        role=role,
        # Officials by mandate are named by function and account, which readers of mandates can resolve.
        name=actor.name if role is actor.role or actor.account_id is None else f"{role}:{actor.account_id}",
        also=(frozenset([actor.role]) | roles & {Role.MEDIATEUR}) - {role},
        structures=actor.structures
        | {mandate.structure_id for mandate in own if mandate.structure_id is not None and mandate.accepted},
        accepted=actor.role is Role.MEDIATEUR or not mediateur or any(mandate.accepted for mandate in mediateur),
        territories=actor.territories.union(*(mandate.territories for mandate in own)),
        schools=actor.schools.union(*(mandate.schools for mandate in own)),
        speaks_for=speaks_for,
    )


def _give(account: Account, fact: MandateGiven) -> list[Event]:
    if account.erased:
        raise broken("Les données de cette personne ont été effacées : ce compte est clos.")
    if account.holds(mandate_of(fact)):
        raise broken("Cette personne a déjà ce mandat.")
    return [fact]
