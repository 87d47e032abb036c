"""How far a role's power reaches, and what a refusal says of its bounds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.kernel.actors import Actor


class Scope(StrEnum):
    """The reach of a role's power."""

    ANYWHERE = "anywhere"
    #: For a médiateur whom the structure has accepted; declaring oneself a médiateur is not enough.
    ACCEPTED = "anywhere, once accepted"
    OWN_STRUCTURE = "own structure"
    OWN_TERRITORY = "own territory"
    #: The territory that answers for a structure's name and people, or for a school's. A convention in another
    #: territory gives rights over the work done there, but not over these.
    HOME_TERRITORY = "home territory"
    OWN_SCHOOL = "own school"
    OWN_PERSON = "own person"


#: Said to those whose power ends before what they asked for.
BOUNDS: Mapping[Scope, str] = {
    Scope.ACCEPTED: "Elle s'ouvre à vous une fois que votre structure vous a accepté.",
    Scope.OWN_STRUCTURE: "Votre compte n'agit que pour sa propre structure.",
    Scope.OWN_TERRITORY: "Votre compte n'agit que sur ses propres territoires.",
    Scope.HOME_TERRITORY: "Elle revient au territoire où la structure a signé sa première convention, ou à celui de"
    " l'établissement.",
    Scope.OWN_SCHOOL: "Votre compte n'agit que pour ses propres établissements.",
    Scope.OWN_PERSON: "Vous n'agissez ici que sur ce qui vous concerne vous-même.",
}


@dataclass(frozen=True, slots=True)
class Belongings:
    """The owners of a thing, which scopes are compared with. They follow from the thing, never from an input.

    A structure may work in several territories; `home` holds those that answer for the thing itself: the first that a
    structure signed in, or the territories of the schools.
    """

    structure_id: UUID | None = None
    territories: frozenset[str] = frozenset()
    school: str | None = None
    person_id: UUID | None = None
    home: frozenset[str] = frozenset()


REACHES: Mapping[Scope, Callable[[Actor, Belongings], bool]] = {
    Scope.ANYWHERE: lambda actor, belongings: True,
    Scope.ACCEPTED: lambda actor, belongings: actor.accepted,
    Scope.OWN_STRUCTURE: lambda actor, belongings: belongings.structure_id in actor.structures,
    Scope.OWN_TERRITORY: lambda actor, belongings: bool(belongings.territories & actor.territories),
    Scope.HOME_TERRITORY: lambda actor, belongings: bool(belongings.home & actor.territories),
    Scope.OWN_SCHOOL: lambda actor, belongings: belongings.school in actor.schools,
    Scope.OWN_PERSON: lambda actor, belongings: (
        belongings.person_id is not None and belongings.person_id == actor.person_id
    ),
}
