"""The use case of erasing what people wrote in a thing: its key is destroyed before, and the thing records it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.animations.events import AnimationWordsErased
from domain.catalogue import ANIMATION, CONTROL, CONVENTION, SERVICE_DOSSIER, STRUCTURE, AggregateKind
from domain.controls.control import Control
from domain.controls.events import ControlWordsErased, PieceWordsErased
from domain.conventions.convention import ConventionWordsErased
from domain.kernel.events import Event, WordsErased
from domain.kernel.rights import Action, Belongings, authorize
from domain.service_dossiers.events import DossierWordsErased
from domain.structures.structure import StructureWordsErased

#: Things that hold what people wrote, by the beginning of their topics, and what says that it is erased.
_THINGS: Mapping[str, tuple[AggregateKind[Any], type[WordsErased]]] = {
    kind.name: (kind, erased)
    for kind, erased in (
        (ANIMATION, AnimationWordsErased),
        (CONVENTION, ConventionWordsErased),
        (STRUCTURE, StructureWordsErased),
        (SERVICE_DOSSIER, DossierWordsErased),
        (CONTROL, ControlWordsErased),
    )
}


class WordsErase(Command):
    """`kind`: what the thing is, as its topics begin."""

    action: ClassVar[Action] = Action.PERSON_ERASE

    kind: Annotated[str, Field(max_length=60)]
    thing_id: UUID


def words_erasures(stream: UUID, key_of: UUID, topic: str) -> Sequence[WordsErase] | None:
    """What is left to be said in a stream that begins with this topic once the key of `key_of` is destroyed there.

    None: it is not the stream of a thing. Nothing where the key was another thing's, which says it itself.
    """
    kind = topic.partition(".")[0]
    if kind not in _THINGS:
        return None
    return [WordsErase(kind=kind, thing_id=stream)] if stream == key_of else []


def erase(command: WordsErase, work: UnitOfWork) -> UUID:
    authorize(work.actor, command.action, Belongings())
    kind, erased = _THINGS[command.kind]
    state = work.find(kind, command.thing_id)
    assert state is not None, "a key was made for it"
    facts: list[Event] = [erased()]
    if isinstance(state, Control):
        facts += [
            PieceWordsErased(dossier_id=dossier, piece=piece) for dossier, of in state.judged.items() for piece in of
        ]
    of = state.belongings
    work.record(kind, command.thing_id, facts, Belongings(of.structure_id, of.home or of.territories))
    return command.thing_id


USE_CASES = ((WordsErase, erase),)
