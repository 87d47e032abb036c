"""Use cases of structures: their public contact; and whose account a SIRET is."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from psycopg import Connection

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import STRUCTURE
from domain.kernel.identifiers import siret_id, structure_contact_id, structure_id
from domain.kernel.people import EmailAddress, Phone
from domain.kernel.rights import Action, Belongings, authorize, out_of_reach
from domain.kernel.validation import Label
from domain.structures.siret import SiretAssigned
from domain.structures.structure import StructureContactSet, check_contact
from eventstore.log import read_stream


class SetStructureContact(Command):
    """Replace the whole contact, which has a telephone or an e-mail. `hours`: when to call."""

    action: ClassVar[Action] = Action.STRUCTURE_CONTACT_SET

    structure_id: UUID
    phone: Phone | None = None
    email: EmailAddress | None = None
    hours: Label | None = None


class StructureContactErase(Command):
    """Sent once the contact's key is destroyed: the structure has no contact from then on."""

    action: ClassVar[Action] = Action.PERSON_ERASE

    structure_id: UUID
    person_id: UUID


def set_contact(command: SetStructureContact, work: UnitOfWork) -> UUID:
    structure = work.find(STRUCTURE, command.structure_id)
    authorize(work.actor, command.action, structure.belongings if structure else Belongings(command.structure_id))
    if structure is None:
        raise out_of_reach(work.actor, work.action)
    check_contact(command.phone, command.email)
    contact = {"phone": command.phone, "email": command.email, "hours": command.hours}
    person = work.keyed.writable(structure_contact_id(command.structure_id), command.structure_id)
    fact = StructureContactSet(person_id=person, **contact)
    work.record(STRUCTURE, command.structure_id, [fact], Belongings(structure_id=command.structure_id))
    return command.structure_id


def erase_contact(command: StructureContactErase, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, Belongings())
    fact = StructureContactSet(person_id=command.person_id)
    work.record(STRUCTURE, command.structure_id, [fact], Belongings(structure_id=command.structure_id))
    return command.structure_id


USE_CASES = ((SetStructureContact, set_contact), (StructureContactErase, erase_contact))


def account_with_siret(conn: Connection[Any], siret: str) -> UUID:
    """Return the account that a SIRET leads to: of the structure that has or had it, also where it moved to it."""
    facts = [record.event for record in read_stream(conn, siret_id(siret))]
    assigned = [fact for fact in facts if isinstance(fact, SiretAssigned)]
    return assigned[-1].structure_id if assigned else structure_id(siret)
