"""Letters that reached nobody: recorded once for each subject of letters."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event
from domain.kernel.rights import Action, Belongings, authorize
from domain.notifications.events import LetterAbout, LetterRefused, Unreached


@dataclass(frozen=True, slots=True)
class Letters:
    """The undelivered letters about one thing. `unreached` is the reason."""

    unreached: Unreached


def evolve(state: Letters | None, originator_id: UUID, fact: Event) -> Letters:
    if isinstance(fact, LetterRefused):
        return Letters(fact.reason)
    raise TypeError(f"not a letter's event: {fact!r}")


def refuse(
    state: Letters | None,
    about: LetterAbout,
    about_id: UUID,
    animation_id: UUID | None,
    reason: Unreached,
    actor: Actor,
) -> list[Event]:
    authorize(actor, Action.LETTER_REFUSE, Belongings())
    if state is not None:
        raise broken("Il est déjà noté que cette adresse n'est pas jointe.")
    return [LetterRefused(about=about, about_id=about_id, animation_id=animation_id, reason=reason)]
