"""Use cases of logos. A file is stored before the event that names it."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from application.files.attachments import AttachFile
from domain.catalogue import LOGO, STRUCTURE, TERRITORY
from domain.kernel.errors import invalid
from domain.kernel.identifiers import logo_id, territory_id
from domain.kernel.rights import Action, Belongings, authorize, out_of_reach, scope_of
from domain.kernel.validation import TerritoryCode
from domain.logos.logo import LogoSet, recorded_of, set_logo, withdraw_logo


class SetLogo(AttachFile):
    """The logo of a structure or of a territory, exactly one of them."""

    action: ClassVar[Action] = Action.LOGO_SET

    structure_id: UUID | None = None
    territory: TerritoryCode | None = None


class WithdrawLogo(Command):
    action: ClassVar[Action] = Action.LOGO_WITHDRAW

    structure_id: UUID | None = None
    territory: TerritoryCode | None = None


def attach(command: SetLogo, work: UnitOfWork) -> UUID:
    stream, belongings = _owner(command, work)
    state = work.find(LOGO, stream)
    work.expect(stream, command.expected_version)
    fact = LogoSet(
        structure_id=command.structure_id,
        territory=command.territory,
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
    )
    work.record(LOGO, stream, set_logo(state, work.actor, belongings, fact), recorded_of(belongings))
    command.draft.keep()
    return stream


def withdraw(command: WithdrawLogo, work: UnitOfWork) -> UUID:
    stream, belongings = _owner(command, work)
    facts = withdraw_logo(work.find(LOGO, stream), work.actor, belongings)
    work.record(LOGO, stream, facts, recorded_of(belongings))
    return stream


def _owner(command: SetLogo | WithdrawLogo, work: UnitOfWork) -> tuple[UUID, Belongings]:
    """Return the stream, and who answers for it. Nobody learns of an account that is not for them."""
    if (command.structure_id is None) == (command.territory is None):
        if scope_of(work.actor, command.action) is None:
            authorize(work.actor, command.action, Belongings())
        raise invalid("Indiquez la structure ou le territoire, l'un ou l'autre.", "structure_id")
    if command.structure_id is not None:
        structure = work.find(STRUCTURE, command.structure_id)
        belongings = structure.belongings if structure else Belongings(command.structure_id)
        authorize(work.actor, command.action, belongings)
        if structure is None:
            raise out_of_reach(work.actor, command.action)
        return logo_id(command.structure_id), Belongings(structure.id, structure.territories, home=structure.home)
    assert command.territory is not None
    only = frozenset([command.territory])
    belongings = Belongings(territories=only, home=only)
    authorize(work.actor, command.action, belongings)
    owner = territory_id(command.territory)
    if work.find(TERRITORY, owner) is None:
        raise out_of_reach(work.actor, command.action)
    return logo_id(owner), belongings


USE_CASES = ((SetLogo, attach), (WithdrawLogo, withdraw))
