"""What may be done next with a publication: one table, which commands enforce and `allowedActions` shows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.allowed import AllowedAction, with_reasons
from domain.kernel.errors import broken, forbidden
from domain.kernel.rights import Action, Belongings, authorize, may
from domain.publications.content import MOST_FILES


class PublicationStatus(StrEnum):
    PROPOSED = "PROPOSED"
    PUBLISHED = "PUBLISHED"
    REFUSED = "REFUSED"
    WITHDRAWN = "WITHDRAWN"


class Standing(Protocol):
    """The facts about a publication that the table needs. Both the aggregate and the read model's row provide them."""

    @property
    def status(self) -> PublicationStatus: ...
    @property
    def structure_id(self) -> UUID | None: ...
    @property
    def territory(self) -> str | None: ...
    @property
    def files(self) -> Collection[str]: ...


#: Returns why the condition does not hold (French), or None.
Condition = Callable[[Standing], str | None]


def _room_for_a_file(publication: Standing) -> str | None:
    return f"{MOST_FILES} fichiers au plus : retirez-en un." if len(publication.files) >= MOST_FILES else None


def _with_files(publication: Standing) -> str | None:
    return None if publication.files else "Aucun fichier n'est joint."


@dataclass(frozen=True, slots=True)
class Transition:
    """An action is open in these statuses when the condition holds; `domain.kernel.rights` says who may take it."""

    open_in: frozenset[PublicationStatus]
    condition: Condition = lambda publication: None


_PROPOSED, _PUBLISHED = PublicationStatus.PROPOSED, PublicationStatus.PUBLISHED
_REFUSED, _WITHDRAWN = PublicationStatus.REFUSED, PublicationStatus.WITHDRAWN
_STANDING = frozenset({_PROPOSED, _PUBLISHED, _REFUSED})

TRANSITIONS: Mapping[Action, Transition] = {
    Action.PUBLICATION_PUBLISH: Transition(frozenset({_PROPOSED})),
    Action.PUBLICATION_REFUSE: Transition(frozenset({_PROPOSED})),
    Action.PUBLICATION_MODIFY: Transition(_STANDING),
    Action.PUBLICATION_FILE_ATTACH: Transition(_STANDING, _room_for_a_file),
    Action.PUBLICATION_FILE_WITHDRAW: Transition(_STANDING, _with_files),
    Action.PUBLICATION_WITHDRAW: Transition(_STANDING),
}

_IN_STATUS: Mapping[PublicationStatus, str] = {
    _PROPOSED: "La publication attend d'être mise en ligne.",
    _PUBLISHED: "La publication est déjà en ligne.",
    _REFUSED: "La publication est refusée : corrigez-la pour la soumettre à nouveau.",
    _WITHDRAWN: "La publication est retirée : proposez-en une autre.",
}


def obstacle(action: Action, publication: Standing) -> str | None:
    """Return why the publication's state does not admit the action now (French), or None."""
    transition = TRANSITIONS[action]
    if publication.status not in transition.open_in:
        return _IN_STATUS[publication.status]
    return transition.condition(publication)


def owners(publication: Standing) -> Belongings:
    """Return who answers for it: its structure alone, or its territory. Others are the national team's."""
    if publication.structure_id is not None:
        return Belongings(structure_id=publication.structure_id)
    return Belongings(territories=frozenset([publication.territory] if publication.territory else []))


def belongings(publication: Standing) -> Belongings:
    """Return the owners who read it whatever its status: its structure, and the coordonnateur of its territory."""
    territories = frozenset([publication.territory] if publication.territory else [])
    return Belongings(publication.structure_id, territories)


def check(action: Action, publication: Standing, actor: Actor) -> None:
    """Raise FORBIDDEN or RULE_BROKEN unless the actor may take the action now."""
    # Tell a reader of the territory whose publication it is, rather than that it is of another territory.
    if not may(actor, action, owners(publication)) and may(actor, action, belongings(publication)):
        raise forbidden("Cette publication est celle d'une structure : l'équipe nationale en décide.")
    authorize(actor, action, owners(publication))
    if reason := obstacle(action, publication):
        raise broken(reason)


def allowed_actions(publication: Standing, actor: Actor) -> list[AllowedAction]:
    """Return the actions within the actor's rights, each with the reason that stands against it now, if any."""
    reached = [action for action in TRANSITIONS if may(actor, action, owners(publication))]
    return with_reasons(reached, lambda action: obstacle(action, publication))
