"""The logo of a structure or of a territory, for the papers that make animations known."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from pydantic import Field

from domain.kernel.actors import Actor
from domain.kernel.errors import broken
from domain.kernel.events import Event, event
from domain.kernel.rights import Action, Belongings, authorize


@event("logo.set", "Logo déposé")
class LogoSet(Event):
    """The logo of a structure, or of a territory. The file takes the place of the one before."""

    structure_id: UUID | None = None
    territory: str | None = Field(None, title="territoire")
    media_type: str = Field(title="format")
    size: int = Field(title="octets")
    sha256: str = Field(title="empreinte SHA-256")


@event("logo.withdrawn", "Logo retiré")
class LogoWithdrawn(Event):
    """There is none any more."""


@dataclass(frozen=True, slots=True)
class Logo:
    """The logo of a structure or of a territory. `sha256`: of the file in use; None: it was withdrawn."""

    structure_id: UUID | None
    territory: str | None
    sha256: str | None


def evolve(state: Logo | None, originator_id: UUID, fact: Event) -> Logo:
    if isinstance(fact, LogoSet):
        return Logo(fact.structure_id, fact.territory, fact.sha256)
    assert state is not None
    return replace(state, sha256=None)


def set_logo(state: Logo | None, actor: Actor, belongings: Belongings, fact: LogoSet) -> list[Event]:
    authorize(actor, Action.LOGO_SET, belongings)
    if state is not None and state.sha256 == fact.sha256:
        raise broken("Ce logo est déjà en place.", "file")
    return [fact]


def withdraw_logo(state: Logo | None, actor: Actor, belongings: Belongings) -> list[Event]:
    authorize(actor, Action.LOGO_WITHDRAW, belongings)
    if state is None or state.sha256 is None:
        raise broken("Il n'y a pas de logo à retirer.")
    return [LogoWithdrawn()]


def recorded_of(belongings: Belongings) -> Belongings:
    """Return what events are recorded of: the home territory alone, for a structure that is in several."""
    return Belongings(belongings.structure_id, belongings.home)
