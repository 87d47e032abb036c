"""An invitation to speak for a structure: sent to an address, accepted once by whoever holds its link, or revoked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from domain.accounts.events import InvitationAccepted, InvitationErased, InvitationRevoked, InvitationSent
from domain.kernel.actors import Actor
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize, out_of_reach
from domain.structures.structure import Structure

#: How long after a letter the next one may go to the same address.
AGAIN = timedelta(hours=1)


class InvitationStatus(StrEnum):
    OPEN = "OPEN"
    ACCEPTED = "ACCEPTED"
    REVOKED = "REVOKED"


@dataclass(frozen=True, slots=True)
class Invitation:
    id: UUID
    structure_id: UUID
    #: Pseudonym of the address.
    person_id: UUID
    status: InvitationStatus = InvitationStatus.OPEN
    erased: bool = False

    @property
    def belongings(self) -> Belongings:
        """The structure alone; `revoke` adds those who answer for the structure."""
        return Belongings(structure_id=self.structure_id)


def evolve(state: Invitation | None, originator_id: UUID, fact: Event) -> Invitation:
    if isinstance(fact, InvitationSent):
        return Invitation(originator_id, fact.structure_id, fact.person_id)
    assert state is not None, "an invitation's first event is invitation.sent"
    match fact:
        case InvitationAccepted():
            return replace(state, status=InvitationStatus.ACCEPTED)
        case InvitationRevoked():
            return replace(state, status=InvitationStatus.REVOKED)
        case InvitationErased():
            open_still = state.status is InvitationStatus.OPEN
            return replace(state, status=InvitationStatus.REVOKED if open_still else state.status, erased=True)
    raise TypeError(f"not an invitation's event: {fact!r}")


def send(structure: Structure | None, person_id: UUID, email: str, actor: Actor) -> list[Event]:
    """Invite a person; several people may speak for one structure."""
    if structure is None:
        raise out_of_reach(actor, Action.INVITATION_SEND)
    authorize(actor, Action.INVITATION_SEND, structure.belongings)
    territories = tuple(sorted(structure.territories))
    return [InvitationSent(structure_id=structure.id, territories=territories, person_id=person_id, email=email)]


def check_pace(since_last: timedelta) -> None:
    """Raise RULE_BROKEN while the last letter to this address, of an invitation taken back since, is too young."""
    if since_last < AGAIN:
        minutes = int(since_last.total_seconds()) // 60
        ago = f"il y a {minutes} minutes" if minutes > 1 else "à l'instant"
        raise broken(f"Une invitation est partie à cette adresse {ago} : la suivante peut partir au bout d'une heure.")


def replace_by(state: Invitation, structure: Structure, person_id: UUID, actor: Actor) -> list[Event]:
    """Revoke an invitation in favour of the next one to the same address."""
    facts = revoke(state, structure, actor)
    if state.person_id != person_id:
        raise invalid(
            "Adresse e-mail : une invitation renvoyée garde son adresse. Reprenez-la, puis invitez l'autre adresse.",
            "email",
        )
    return facts


def revoke(state: Invitation, structure: Structure, actor: Actor) -> list[Event]:
    """Revoke an invitation. `structure` is the current state of the invitation's structure."""
    authorize(actor, Action.INVITATION_REVOKE, structure.belongings)
    if state.status is not InvitationStatus.OPEN:
        raise broken("Cette invitation a déjà servi ou a été retirée.")
    return [InvitationRevoked()]


def accept(mandate_id: UUID) -> list[Event]:
    """Record, by policy, that somebody joined by it."""
    return [InvitationAccepted(mandate_id=mandate_id)]


def erase(state: Invitation, person_id: UUID) -> list[Event]:
    """Record that the key of the address is destroyed."""
    if state.erased:
        raise broken("Les données personnelles de cette invitation sont déjà effacées.")
    return [InvitationErased(person_id=person_id)]
