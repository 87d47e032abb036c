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
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event
from domain.kernel.identifiers import department_of_school
from domain.kernel.rights import Action, Belongings, authorize
from domain.structures.structure import Structure

#: Those whom schools have.
STAFF = (Role.DIRECTOR, Role.INSPECTOR, Role.HEAD)


@dataclass(frozen=True, slots=True)
class Mandate:
    """A role, what it reaches, and until when (excluded); without `until`, until somebody ends it."""

    role: Role
    structure_id: UUID | None = None
    territories: tuple[str, ...] = ()
    schools: tuple[str, ...] = ()
    until: datetime | None = None
    #: Whose it is to end it.
    belongings: Belongings = field(default_factory=Belongings)
    #: Whether somebody else than its holder says so too: of médiateurs, who register themselves, their structure. Those
    #: who registered before structures were asked have to be accepted too: nothing told them from strangers.
    accepted: bool = field(default=True, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """Of one person. `mandates` are those that nobody has ended."""

    id: UUID
    mandates: Mapping[UUID, Mandate] = field(default_factory=dict)
    erased: bool = False
    #: Whose it is, once they were given anything.
    person_id: UUID | None = None
    #: Whose key the address of its preferences has, where there is one.
    mailbox: UUID | None = None

    def holds(self, mandate: Mandate) -> bool:
        return mandate in self.mandates.values()


_MANDATE_OF: Mapping[type[Event], Callable[..., Mandate]] = {
    CoordonnateurAppointed: lambda fact: Mandate(Role.COORDONNATEUR, territories=fact.territories),
    SchoolStaffBound: lambda fact: Mandate(
        Role(fact.staff_role),
        schools=fact.schools,
        belongings=Belongings(home=_where_schools_are(fact)),
    ),
    AuditorAdmitted: lambda fact: Mandate(Role.AUDITOR, until=fact.until),
    SpeakerJoined: lambda fact: _of_structure(Role.STRUCTURE, fact.structure_id),
    MediateurRegistered: lambda fact: replace(_of_structure(Role.MEDIATEUR, fact.structure_id), accepted=False),
}


def _where_schools_are(fact: SchoolStaffBound) -> frozenset[str]:
    """By the schools themselves: older bindings name a territory that they may not lie in."""
    departments = frozenset(code for uai in fact.schools if (code := department_of_school(uai)) is not None)
    return departments or frozenset([fact.territory])


def _of_structure(role: Role, structure_id: UUID) -> Mandate:
    return Mandate(role, structure_id=structure_id, belongings=Belongings(structure_id=structure_id))


def mandate_of(fact: MandateGiven) -> Mandate:
    return _MANDATE_OF[type(fact)](fact)


def evolve(state: Account | None, originator_id: UUID, fact: Event) -> Account:
    account = state or Account(originator_id)
    match fact:
        case MandateGiven():
            given = {**account.mandates, fact.mandate_id: mandate_of(fact)}
            return replace(account, mandates=given, person_id=fact.person_id)
        case MediateurAccepted():
            accepted = replace(account.mandates[fact.mandate_id], accepted=True)
            return replace(account, mandates={**account.mandates, fact.mandate_id: accepted})
        case MandateEnded():
            left = {one: mandate for one, mandate in account.mandates.items() if one != fact.mandate_id}
            return replace(account, mandates=left)
        case AccountErased():
            return replace(account, mandates={}, erased=True)
        case MailPreferencesSet():
            return replace(account, mailbox=None if fact.email is None else fact.person_id)
    raise TypeError(f"not an account's event: {fact!r}")


def appoint_coordonnateur(account: Account, given: CoordonnateurAppointed, actor: Actor) -> list[Event]:
    authorize(actor, Action.COORDONNATEUR_APPOINT, Belongings())
    if not given.territories:
        raise invalid("au moins un territoire.", "territories")
    return _given(account, given)


def bind_school_staff(account: Account, given: SchoolStaffBound, actor: Actor) -> list[Event]:
    authorize(actor, Action.SCHOOL_STAFF_BIND, Belongings(territories=frozenset([given.territory])))
    if not given.schools:
        raise invalid("au moins un établissement.", "schools")
    if elsewhere := [uai for uai in given.schools if department_of_school(uai) != given.territory]:
        named = ", ".join(elsewhere[:20]) + ("…" if len(elsewhere) > 20 else "")
        raise invalid(f"établissements du territoire {given.territory} attendus ; n'en sont pas : {named}.", "schools")
    return _given(account, given)


def admit_auditor(account: Account, given: AuditorAdmitted, actor: Actor, now: datetime) -> list[Event]:
    """Read-only and for a time: what an auditor may do stands in `domain.kernel.rights`."""
    authorize(actor, Action.AUDITOR_ADMIT, Belongings())
    if given.until <= now:
        raise invalid("la fin doit être à venir.", "until")
    return _given(account, given)


def join_structure(account: Account, given: SpeakerJoined, invitation: Invitation, actor: Actor) -> list[Event]:
    """By the invitation's link, which serves once."""
    authorize(actor, Action.INVITATION_ACCEPT, Belongings())
    if invitation.status is not InvitationStatus.OPEN:
        raise broken("Cette invitation a déjà servi ou a été retirée : demandez-en une autre.")
    return _given(account, given)


def register_mediateur(
    account: Account, given: MediateurRegistered, structure: Structure | None, actor: Actor
) -> list[Event]:
    authorize(actor, Action.MEDIATEUR_REGISTER, Belongings())
    if structure is None:
        raise invalid("choisissez une structure de la liste.", "structure_id")
    return _given(account, given)


def accept_mediateur(
    account: Account, mandate_id: UUID, actor: Actor, home_of: Callable[[UUID], frozenset[str]]
) -> list[Event]:
    """By the structure that they chose, or by who answers for its people."""
    mandate = account.mandates.get(mandate_id)
    of = mandate.belongings if mandate else Belongings()
    if of.structure_id is not None:
        of = replace(of, home=home_of(of.structure_id))
    authorize(actor, Action.MEDIATEUR_ACCEPT, of)
    if mandate is None:
        raise broken("Ce mandat a déjà pris fin.")
    if mandate.accepted:
        raise broken("Ce mandat n'attend pas d'être accepté.")
    return [MediateurAccepted(mandate_id=mandate_id)]


def end_mandate(
    account: Account, mandate_id: UUID, actor: Actor, home_of: Callable[[UUID], frozenset[str]]
) -> list[Event]:
    """By its holder, or by who answers for it. `home_of` tells a structure's first territory: its coordonnateurs answer
    for the structure's people too.
    """
    mandate = account.mandates.get(mandate_id)
    of = replace(mandate.belongings if mandate else Belongings(), person_id=account.person_id)
    if of.structure_id is not None:
        of = replace(of, home=home_of(of.structure_id))
    authorize(actor, Action.MANDATE_END, of)
    if mandate is None:
        raise broken("Ce mandat a déjà pris fin.")
    return [MandateEnded(mandate_id=mandate_id)]


def set_mail_preferences(account: Account, given: MailPreferencesSet, actor: Actor) -> list[Event]:
    """For oneself."""
    authorize(actor, Action.MAIL_PREFERENCES_SET, Belongings())
    if account.erased:
        raise broken("Les données de cette personne ont été effacées : ce compte est clos.")
    return [given]


def stop_mail(account: Account, before: MailPreferencesSet) -> list[Event]:
    """By the link of a letter: no e-mails at all, until the person says anew where to write to."""
    if account.erased:
        raise broken("Les données de cette personne ont été effacées : ce compte est clos.")
    return [MailPreferencesSet(person_id=before.person_id, recipients=(), muted=before.muted)]


def erase_address(account: Account, person_id: UUID) -> list[Event]:
    """What remains to be recorded once the key of the address in its preferences is destroyed."""
    if account.erased or account.mailbox != person_id:
        raise broken("Cette adresse est déjà effacée.")
    return [MailPreferencesSet(person_id=person_id, recipients=(), muted=())]


def erase(account: Account, person_id: UUID) -> list[Event]:
    """What remains to be recorded once the person's key is destroyed."""
    if account.erased:
        raise broken("Les données personnelles de ce compte sont déjà effacées.")
    return [AccountErased(person_id=person_id)]


def in_force(mandates: Sequence[Mandate], now: datetime) -> list[Mandate]:
    """Those that have not come to their end by themselves."""
    return [mandate for mandate in mandates if mandate.until is None or now < mandate.until]


def known_as(actor: Actor, person_id: UUID, account_id: UUID) -> Actor:
    """The actor of a token by the pseudonyms of who they are. History must not name a parent."""
    name = f"parent:{person_id}" if actor.role is Role.PARENT else actor.name
    return replace(actor, name=name, person_id=person_id, account_id=account_id)


def widened(actor: Actor, mandates: Sequence[Mandate]) -> Actor:
    """The actor with what these mandates, in force, give: for their role; or another, if they only are a parent.

    Of several roles the first in the order of `Role` is theirs, unless their token says which.
    """
    roles = {mandate.role for mandate in mandates}
    role = actor.role if actor.role is not Role.PARENT else next((one for one in Role if one in roles), actor.role)
    own = [mandate for mandate in mandates if mandate.role is role]
    mediateur = [mandate for mandate in mandates if mandate.role is Role.MEDIATEUR]
    if not own:
        return actor
    return replace(
        actor,
        role=role,
        # Who acts by a mandate is named by it: an official, whom those who may read mandates can tell.
        name=actor.name if role is actor.role or actor.account_id is None else f"{role}:{actor.account_id}",
        also=(frozenset([actor.role]) | roles & {Role.MEDIATEUR}) - {role},
        structures=actor.structures
        | {one.structure_id for one in own if one.structure_id is not None and one.accepted},
        accepted=actor.role is Role.MEDIATEUR or not mediateur or any(one.accepted for one in mediateur),
        territories=actor.territories.union(*(one.territories for one in own)),
        schools=actor.schools.union(*(one.schools for one in own)),
    )


def _given(account: Account, fact: MandateGiven) -> list[Event]:
    if account.erased:
        raise broken("Les données de cette personne ont été effacées : ce compte est clos.")
    if account.holds(mandate_of(fact)):
        raise broken("Cette personne a déjà ce mandat.")
    return [fact]
