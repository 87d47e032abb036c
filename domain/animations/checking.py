"""Check an animation's content, whether it is declared anew, copied or changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.animations.events import AnimationContent, AnimationDetails
from domain.animations.local_times import TIMES, in_local_time
from domain.animations.place import check_school, with_commune
from domain.conventions.convention import Convention
from domain.kernel.errors import DomainError, Problem, forbidden, gathering, invalid
from domain.kernel.places import Places
from domain.kernel.validation import validated
from domain.structures.structure import Structure
from domain.typology.territory import Territory
from domain.typology.typology import TermKind, Typology, check_terms

_ONLY_ONLINE = (
    "Lien de connexion : seule une animation « En ligne » en a un. Retirez-le, ou choisissez ce type de lieu."
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The surroundings of a declaration: other aggregates, and the communes; None: any is taken, as in history."""

    structure: Structure | None
    conventions: Sequence[Convention]
    territory: Territory
    typology: Typology
    places: Places | None = None


def checked(
    content: AnimationContent,
    around: Surroundings,
    already: AnimationDetails | None,
    given_times: Collection[str],
    convention_of: Callable[[AnimationContent], UUID],
    known_place: AnimationDetails | None,
) -> tuple[AnimationContent, UUID]:
    """Return the content in the territory's local time, and its convention. Raise DomainError with every problem.

    What was declared before (`already`) may stay: a term that was retired since, and a time with whatever offset. So
    may the place of `known_place`.
    """
    if around.structure is None:
        raise forbidden("Cette structure n'a pas de compte : la signature d'une convention l'ouvre.")
    former = {choice[:2] for choice in _choices(already)} if already else set()
    choices = [choice for choice in _choices(content) if choice[:2] not in former]
    problems: list[Problem] = []
    local = content
    with gathering(problems):
        local = in_local_time(content, around.territory, given_times)
    with gathering(problems):
        check_terms(around.typology, choices, local.starts_at.date())
    with gathering(problems):
        local = with_commune(local, around.territory, around.places, known_place)
    with gathering(problems):
        check_school(content, around.territory, around.places, known_place)
    with gathering(problems):
        if content.online_link is not None and not around.typology.is_online(content.venue_type):
            raise invalid(_ONLY_ONLINE, "online_link")
    convention_id = None
    with gathering(problems):
        convention_id = convention_of(local)
    if problems or convention_id is None:
        raise DomainError(problems)
    return local, convention_id


def checked_changes(
    already: AnimationDetails,
    changes: Mapping[str, Any],
    around: Surroundings,
    convention_of: Callable[[AnimationContent], UUID],
    problems: Sequence[Problem],
) -> tuple[AnimationContent, UUID]:
    """Return the content after the changes, as `checked` does. Raise DomainError with these `problems` and every other.

    What is malformed stays as it was while the other fields are looked at.
    """
    malformed: list[Problem] = []
    content: AnimationContent | None = None
    with gathering(malformed):
        content = validated(AnimationContent, already.model_dump() | dict(changes))
    wrong = {problem.field[0] for problem in malformed}
    if wrong & set(TIMES):
        # Each is compared with the other.
        wrong |= set(TIMES)
    accepted = {name: value for name, value in changes.items() if name not in wrong}
    if content is None:
        with gathering([]):
            content = validated(AnimationContent, already.model_dump() | accepted)
    further: list[Problem] = []
    after = None
    if content is not None:
        with gathering(further):
            after = checked(content, around, already, accepted.keys(), convention_of, already)
    if malformed:
        further = [problem for problem in further if problem.field and problem.field[0] not in wrong]
    if every := [*problems, *malformed, *further]:
        raise DomainError(every)
    assert after is not None
    return after


def _choices(content: AnimationDetails) -> list[tuple[TermKind, str, tuple[str, ...]]]:
    """Return the terms that are chosen, each with its kind and its field."""
    return [
        (TermKind.VENUE_TYPE, content.venue_type, ("venue_type",)),
        (TermKind.AUDIENCE, content.audience, ("audience",)),
        (TermKind.ANIMATION_TYPE, content.type, ("type",)),
        *((TermKind.THEME, theme, ("themes", str(index))) for index, theme in enumerate(content.themes)),
        *(
            (TermKind.ACCESSIBILITY, offer, ("accessibility", str(index)))
            for index, offer in enumerate(content.accessibility)
        ),
    ]
