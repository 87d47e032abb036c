"""The pages that letters, notices and webhooks link to, as paths below the site's address."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

#: Where the readers of an inbox work, by the first part of the recipient's name.
_DESKS: Mapping[str, str] = {
    "structure": "/structure",
    "territory": "/territoire",
    "school": "/ecole",
    "national": "/moderation",
}
#: The page of a thing, or of all things of its family, on each of these desks.
_SHELVES: Mapping[str, Mapping[str, str]] = {
    "structure": {
        "animation": "/structure/animations/{}",
        "animation_request": "/structure/demandes/{}",
        "contact": "/structure/contacts",
        "dossier": "/structure/dossiers/{}",
        "invitation": "/structure/personnes",
        "mediateur": "/structure/personnes",
        "publication": "/structure/publications/{}",
        "speaker": "/structure/personnes",
        "webhook": "/structure/abonnements/{}",
    },
    "territory": {
        "animation_request": "/territoire/demandes/{}",
        "candidature": "/territoire/candidatures/{}",
        "convention": "/territoire/conventions/{}",
        "dossier": "/territoire/dossiers/{}",
        "publication": "/territoire/publications/{}",
        "webhook": "/territoire/abonnements/{}",
    },
    "school": {"animation_request": "/ecole/demandes/{}", "candidature": "/ecole/candidatures/{}"},
    "national": {
        "animation": "/moderation/animations/{}",
        # The national team reads dossiers and requests where coordonnateurs do.
        "animation_request": "/territoire/demandes/{}",
        "dossier": "/territoire/dossiers/{}",
        "publication": "/moderation/publications/{}",
        "webhook": "/moderation/abonnements/{}",
    },
}


def animation_page(animation_id: UUID) -> str:
    return f"/animations/{animation_id}"


def attendance_page(animation_id: UUID) -> str:
    """Return the page on which a structure finds whom to telephone."""
    return f"/structure/animations/{animation_id}/presences"


def structure_page(structure_id: UUID) -> str:
    """Return the page of a structure for coordonnateurs: an animation that is not published has none for them."""
    return f"/territoire/structures/{structure_id}"


def publication_page(publication_id: UUID) -> str:
    return f"/ressources/{publication_id}"


def drawn_dossier_page(control_id: UUID, dossier_id: UUID) -> str:
    return f"/controle/{control_id}/dossiers/{dossier_id}"


def desk_of(recipient: str) -> str:
    return _DESKS.get(recipient.partition(":")[0], "/mon-compte")


def desk_page(recipient: str, family: str, thing: UUID) -> str:
    """Return the page on which the recipient deals with a thing of this family: its own, or else their desk."""
    if family == "control":
        return f"/controle/{thing}"
    return _SHELVES.get(recipient.partition(":")[0], {}).get(family, desk_of(recipient)).format(thing)
