"""The place of an animation: an existing commune, in the territory unless the address says why not; a school of the
territory.
"""

from __future__ import annotations

from typing import TypeVar

from domain.animations.events import AnimationContent, AnimationDetails
from domain.kernel.errors import DomainError, invalid
from domain.kernel.identifiers import department_of_school
from domain.kernel.places import Commune, Places
from domain.kernel.validation import LEAST_LETTERS
from domain.typology.territory import Territory

#: « En visioconférence » says why an animation is elsewhere; « x » or « rue A » do not.
LETTERS_OF_A_REASON = 10

C = TypeVar("C", bound=AnimationContent)


def with_commune(content: C, territory: Territory, places: Places | None, already: AnimationDetails | None) -> C:
    """Return the content with the commune's code of today. Raise DomainError for an unknown one, or one elsewhere.

    What was declared before (`already`) may stay. Without `places` every code is taken: history is not held to them.
    """
    code = content.commune_code
    if code is None or places is None or _stands(content, already):
        return content
    commune = places.find(code)
    if commune is None:
        raise invalid(
            f"Aucune commune n'a le code INSEE {code}. Ce n'est pas le code postal : cherchez-la par son nom.",
            "commune_code",
        )
    if commune.department != territory.code and not _is_sentence(content.address):
        raise _elsewhere(commune, territory)
    return content if commune.code == code else content.model_copy(update={"commune_code": commune.code})


def check_school(
    content: AnimationContent, territory: Territory, places: Places | None, already: AnimationDetails | None
) -> None:
    """Raise DomainError for a school of another department; what was declared before may stay."""
    school = content.school
    if school is None or places is None or (already is not None and already.school == school):
        return
    if department_of_school(school) != territory.code:
        raise invalid(
            f"Établissement du territoire {territory.name} ({territory.code}) attendu, « {school} » n'en est pas.",
            "school",
        )


def _is_sentence(address: str | None) -> bool:
    """Tell whether the address can say why: a lone letter, or a number, says nothing."""
    letters = [char for char in (address or "").casefold() if char.isalpha()]
    return len(letters) >= LETTERS_OF_A_REASON and len(set(letters)) >= LEAST_LETTERS


def _stands(content: AnimationDetails, already: AnimationDetails | None) -> bool:
    return already is not None and (content.commune_code, content.address) == (already.commune_code, already.address)


def _elsewhere(commune: Commune, territory: Territory) -> DomainError:
    return invalid(
        f"{commune.name} est dans un autre département, {commune.department_name} ({commune.department}), que le "
        f"territoire {territory.name} ({territory.code}) : corrigez la commune, ou dites dans l'adresse, en "
        f"{LETTERS_OF_A_REASON} lettres au moins, pourquoi l'animation a lieu là.",
        "commune_code",
    )
