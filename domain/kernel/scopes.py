"""How far a role's power reaches, and what a refusal says of its bounds."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


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
