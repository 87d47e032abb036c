"""The publication: its state, and the decisions that make its events (docs/glossary.md, "News and resources")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.kernel.actors import Actor
from domain.kernel.errors import broken, invalid
from domain.kernel.events import Event, without_words
from domain.kernel.rights import Action, Belongings, authorize, check_owner_is_named, may, scope_of
from domain.kernel.validation import required_reason, validated
from domain.publications.content import PublicationContent, PublicationDetails, PublicationKind
from domain.publications.events import (
    PublicationAuthorErased,
    PublicationAuthorNamed,
    PublicationFileAttached,
    PublicationFileWithdrawn,
    PublicationModified,
    PublicationProposed,
    PublicationPublished,
    PublicationRefused,
    PublicationResubmitted,
    PublicationWithdrawn,
    PublicationWordsErased,
)
from domain.publications.transitions import PublicationStatus, belongings, check, owners
from domain.structures.structure import Structure
from domain.typology.typology import TermKind, Typology, check_terms

_PARIS = ZoneInfo("Europe/Paris")
CONTENT_FIELDS = tuple(PublicationDetails.model_fields)


@dataclass(frozen=True, slots=True)
class Publication:
    id: UUID
    structure_id: UUID | None
    territory: str | None
    content: PublicationDetails
    status: PublicationStatus = PublicationStatus.PROPOSED
    #: The attached files, by their SHA-256.
    files: tuple[str, ...] = ()
    #: The pseudonyms of those who were ever named as its author, and are not erased.
    authors: frozenset[UUID] = frozenset()

    @property
    def belongings(self) -> Belongings:
        return belongings(self)


def evolve(state: Publication | None, originator_id: UUID, fact: Event) -> Publication:
    if isinstance(fact, PublicationProposed):
        return Publication(originator_id, fact.structure_id, fact.territory, _details(fact))
    assert state is not None, "a publication's first event is publication.proposed"
    match fact:
        case PublicationModified():
            return replace(state, content=_details(fact))
        case PublicationAuthorNamed():
            return replace(state, authors=state.authors | ({fact.person_id} if fact.person_id else frozenset()))
        case PublicationAuthorErased():
            return replace(state, authors=state.authors - {fact.person_id})
        case PublicationResubmitted():
            return replace(state, status=PublicationStatus.PROPOSED)
        case PublicationPublished():
            return replace(state, status=PublicationStatus.PUBLISHED)
        case PublicationRefused():
            return replace(state, status=PublicationStatus.REFUSED)
        case PublicationWithdrawn():
            return replace(state, status=PublicationStatus.WITHDRAWN)
        case PublicationFileAttached():
            return replace(state, files=(*state.files, fact.sha256))
        case PublicationFileWithdrawn():
            return replace(state, files=tuple(sha256 for sha256 in state.files if sha256 != fact.sha256))
        case PublicationWordsErased():
            content = without_words(state.content, PublicationProposed.personal_marks)
            return replace(state, content=content.model_copy(update={"link_labels": (), "link_urls": ()}))
    raise TypeError(f"not a publication's event: {fact!r}")


def _details(fact: PublicationDetails) -> PublicationDetails:
    return PublicationDetails.model_construct(**{name: getattr(fact, name) for name in CONTENT_FIELDS})


def check_owner(actor: Actor, structure_id: UUID | None, territory: str | None) -> None:
    """Raise unless the actor may propose for that structure or territory, or, for neither, for the nation."""
    scope = scope_of(actor, Action.PUBLICATION_PROPOSE)
    if scope is not None and structure_id is not None and territory is not None:
        raise invalid("Indiquez la structure ou le territoire, l'un ou l'autre.", "structure_id")
    check_owner_is_named(actor, Action.PUBLICATION_PROPOSE, structure_id, territory)
    owner = Belongings(structure_id, frozenset([territory] if territory else []))
    authorize(actor, Action.PUBLICATION_PROPOSE, owner)


def day_of(now: datetime) -> date:
    """Return the day of the national team, on which a theme may be chosen or not any more."""
    return now.astimezone(_PARIS).date()


def propose(
    content: PublicationDetails,
    actor: Actor,
    structure: Structure | None,
    territory: str | None,
    typology: Typology,
    today: date,
) -> list[Event]:
    """Propose a publication for a structure, for a territory, or for the nation."""
    check_owner(actor, structure.id if structure else None, territory)
    check_terms(typology, _terms(content), today)
    home = next(iter(structure.home), None) if structure else territory
    structure_id = structure.id if structure else None
    return [PublicationProposed(structure_id=structure_id, territory=home, **_values(content))]


def publishes_directly(state: Publication, actor: Actor) -> bool:
    """Return whether what the actor writes needs nobody else's decision: it is their territory's, or the nation's."""
    return state.structure_id is None and may(actor, Action.PUBLICATION_PUBLISH, owners(state))


def modify(
    state: Publication, actor: Actor, changes: Mapping[str, Any], typology: Typology, today: date
) -> list[Event]:
    """Modify the content: `changes` holds new values by field name."""
    check(Action.PUBLICATION_MODIFY, state, actor)
    content = validated(PublicationContent, _values(state.content) | dict(changes))
    return modify_to(state, actor, content, typology, today)


def modify_to(
    state: Publication, actor: Actor, content: PublicationDetails, typology: Typology, today: date
) -> list[Event]:
    """Modify the content to a whole one. A term that was retired since it was chosen may stay."""
    check(Action.PUBLICATION_MODIFY, state, actor)
    former = {choice[:2] for choice in _terms(state.content)}
    check_terms(typology, [choice for choice in _terms(content) if choice[:2] not in former], today)
    changed = tuple(name for name in CONTENT_FIELDS if getattr(content, name) != getattr(state.content, name))
    if not changed:
        raise broken("Rien ne change : indiquez au moins une valeur nouvelle.")
    return _changed(state, actor, PublicationModified(changed=changed, **_values(content)))


def name_author(state: Publication, actor: Actor, fact: PublicationAuthorNamed) -> list[Event]:
    """Name who wrote it, or nobody."""
    check(Action.PUBLICATION_MODIFY, state, actor)
    return _changed(state, actor, fact)


def attach_file(state: Publication, actor: Actor, fact: PublicationFileAttached) -> list[Event]:
    check(Action.PUBLICATION_FILE_ATTACH, state, actor)
    if fact.sha256 in state.files:
        raise broken("Ce fichier est déjà joint.", "file")
    return _changed(state, actor, fact)


def withdraw_file(state: Publication, actor: Actor, sha256: str) -> list[Event]:
    check(Action.PUBLICATION_FILE_WITHDRAW, state, actor)
    if sha256 not in state.files:
        raise invalid("Fichier : aucun fichier joint n'a cette empreinte.", "sha256")
    return _changed(state, actor, PublicationFileWithdrawn(sha256=sha256))


def _changed(state: Publication, actor: Actor, fact: Event) -> list[Event]:
    """Return the event; what was refused, or is online without the actor having the right to publish, is read again."""
    reread = state.status is PublicationStatus.REFUSED or (
        state.status is PublicationStatus.PUBLISHED and not may(actor, Action.PUBLICATION_PUBLISH, owners(state))
    )
    return [fact, PublicationResubmitted()] if reread else [fact]


def publish(state: Publication, actor: Actor) -> list[Event]:
    check(Action.PUBLICATION_PUBLISH, state, actor)
    return [PublicationPublished()]


def check_video(state: Publication) -> None:
    """Raise RULE_BROKEN for a video that nobody could watch."""
    if state.content.kind is PublicationKind.VIDEO and not (state.content.link_urls or state.files):
        raise broken("Une vidéo se publie avec un lien vers elle, ou avec son fichier.")


def refuse_publication(state: Publication, actor: Actor, reason: str) -> list[Event]:
    check(Action.PUBLICATION_REFUSE, state, actor)
    return [PublicationRefused(reason=required_reason(reason))]


def withdraw(state: Publication, actor: Actor, reason: str) -> list[Event]:
    check(Action.PUBLICATION_WITHDRAW, state, actor)
    return [PublicationWithdrawn(reason=required_reason(reason))]


def erase_author(state: Publication, actor: Actor, person_id: UUID) -> list[Event]:
    """Record that the name of somebody who was named as the author can no longer be read."""
    authorize(actor, Action.PERSON_ERASE, Belongings(person_id=person_id))
    if person_id not in state.authors:
        raise broken("Le nom de cet auteur est déjà effacé.")
    return [PublicationAuthorErased(person_id=person_id)]


def _values(content: PublicationDetails) -> dict[str, Any]:
    return {name: getattr(content, name) for name in CONTENT_FIELDS}


def _terms(content: PublicationDetails) -> list[tuple[TermKind, str, tuple[str, ...]]]:
    themes = [(TermKind.THEME, theme, ("themes", str(place))) for place, theme in enumerate(content.themes)]
    return [*themes, *([(TermKind.AUDIENCE, content.audience, ("audience",))] if content.audience else [])]
