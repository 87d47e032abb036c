"""What a structure and the national team do with publications."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

from application.publications.commands import (
    PublicationFileAttach,
    PublicationFileWithdraw,
    PublicationModify,
    PublicationPropose,
    PublicationPublish,
    PublicationRefuse,
    PublicationWithdraw,
)
from domain.publications.content import PublicationKind
from tests.support.papers.dossiers import pdf
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import NATIONAL, STRUCTURE, STRUCTURE_ID, World

WORKSHOP: dict[str, Any] = {
    "kind": PublicationKind.WORKSHOP,
    "title": "Régler les écrans en famille",
    "summary": "Un atelier d'une heure et demie.",
    "text": "## Déroulé\n\nUn tour de table, puis *les réglages*.",
    "themes": ("temps-ecran",),
    "audience": "parents",
    "link_labels": ("Fiche",),
    "link_urls": ("https://example.org/fiche",),
}


def proposes(world: World, **changes: Any) -> UUID:
    return world.does(PublicationPropose(structure_id=STRUCTURE_ID, **WORKSHOP | changes), STRUCTURE).subject_id


def published_and_proposed(world: World) -> dict[str, UUID]:
    """Return one publication that is online, and one that was refused and corrected."""
    online, proposed = (
        proposes(world, author="Anne Autrice", author_email="anne@example.org", degree="FIRST"),
        proposes(world),
    )
    world.does(PublicationPublish(publication_id=online), NATIONAL)
    world.does(PublicationRefuse(publication_id=proposed, reason="Durée à préciser"), NATIONAL)
    return {"publicationId": online, "proposed": proposed}


def everything_of_publications(world: World, claim: Claim) -> None:
    """What `published_and_proposed` leaves to be done."""
    publication_id = proposes(world, author="Anne Autrice", author_email="autrice@example.org")
    about = {"publication_id": publication_id}
    with claim.files.draft(io.BytesIO(pdf(title="Diaporama"))) as draft:
        file = {"media_type": "application/pdf", "size": draft.size, "sha256": draft.sha256, "draft": draft}
        world.does(PublicationFileAttach(**about, **file, label="Diaporama"), STRUCTURE)
        world.does(PublicationFileWithdraw(**about, sha256=draft.sha256), STRUCTURE)
    world.does(PublicationRefuse(**about, reason="Durée à préciser"), NATIONAL)
    world.does(PublicationModify(**about, changes={"text": "Une heure."}), STRUCTURE)
    world.does(PublicationModify(**about, changes={"title": "Les écrans en famille"}), NATIONAL)
    world.app.erase_person("autrice@example.org", NATIONAL, world.now)
    world.does(PublicationWithdraw(**about, reason="Dépassée"), NATIONAL)
    world.app.erase_person(str(publication_id), NATIONAL, world.now)
