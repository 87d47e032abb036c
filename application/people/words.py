"""Record that free text written in a thing was erased; its key is destroyed beforehand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.action_groups.events import ActionGroupWordsErased
from domain.animation_requests.events import RequestWordsErased
from domain.animation_requests.request import AnimationRequest
from domain.animation_requests.request import withdraw as withdraw_request
from domain.animation_requests.transitions import TRANSITIONS
from domain.animations.events import AnimationWordsErased
from domain.catalogue import (
    ACTION_GROUP,
    ANIMATION,
    ANIMATION_REQUEST,
    CONTROL,
    CONVENTION,
    PUBLICATION,
    SCHOOL_PROJECT,
    SERVICE_DOSSIER,
    STRATEGY,
    STRUCTURE,
    WEBHOOK,
    AggregateKind,
)
from domain.controls.control import Control
from domain.controls.events import ControlWordsErased, PieceWordsErased
from domain.conventions.convention import ConventionWordsErased
from domain.kernel.events import Event, WordsErased
from domain.kernel.rights import Action, Belongings, authorize
from domain.publications.events import PublicationWordsErased
from domain.publications.publication import Publication, withdraw
from domain.publications.publication import day_of as local_day
from domain.publications.transitions import obstacle as publication_obstacle
from domain.school_projects.events import SchoolProjectWordsErased
from domain.service_dossiers.events import DossierWordsErased
from domain.strategies.events import StrategyWordsErased
from domain.structures.structure import StructureWordsErased
from domain.webhooks.events import WebhookWordsErased

#: Things that hold free text, by the prefix of their topics, and the event that records its erasure.
_THINGS: Mapping[str, tuple[AggregateKind[Any], type[WordsErased]]] = {
    kind.name: (kind, erased)
    for kind, erased in (
        (ANIMATION, AnimationWordsErased),
        (ANIMATION_REQUEST, RequestWordsErased),
        (CONVENTION, ConventionWordsErased),
        (STRUCTURE, StructureWordsErased),
        (SERVICE_DOSSIER, DossierWordsErased),
        (CONTROL, ControlWordsErased),
        (STRATEGY, StrategyWordsErased),
        (SCHOOL_PROJECT, SchoolProjectWordsErased),
        (ACTION_GROUP, ActionGroupWordsErased),
        (WEBHOOK, WebhookWordsErased),
        (PUBLICATION, PublicationWordsErased),
    )
}


_WITHOUT_WORDS = "Ses textes sont effacés."


class WordsErase(Command):
    """`kind` is the prefix of the thing's topics."""

    action: ClassVar[Action] = Action.PERSON_ERASE

    kind: Annotated[str, Field(max_length=60)]
    thing_id: UUID


def words_erasures(stream: UUID, key_of: UUID, topic: str) -> Sequence[WordsErase] | None:
    """Return the erasures to record once the key of `key_of` is destroyed in a stream that begins with this topic.

    None if the stream is not a thing with free text; empty if the key belongs to another thing, which records it.
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
    facts: list[Event] = [erased(), *_taken_back(state, work)]
    if isinstance(state, Control):
        facts += [
            PieceWordsErased(dossier_id=dossier, piece=piece)
            for dossier, pieces in state.judged.items()
            for piece in pieces
        ]
    owners = state.belongings
    work.record(kind, command.thing_id, facts, Belongings(owners.structure_id, owners.home or owners.territories))
    return command.thing_id


def _taken_back(state: Any, work: UnitOfWork) -> list[Event]:
    """Take back a publication or a request whose words are erased, if it still stands."""
    match state:
        case Publication() if publication_obstacle(Action.PUBLICATION_WITHDRAW, state) is None:
            return withdraw(state, work.actor, _WITHOUT_WORDS)
        case AnimationRequest() if state.status in TRANSITIONS[Action.ANIMATION_REQUEST_WITHDRAW]:
            return withdraw_request(state, work.actor, _WITHOUT_WORDS, local_day(work.now))
    return []


USE_CASES = ((WordsErase, erase),)
