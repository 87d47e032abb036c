"""Notices to the national team about publications, and to their authors."""

from __future__ import annotations

from collections.abc import Iterator

from application.notifications.reaction import NATIONAL, Around, Letter, Notice, Reaction, structure, territory
from application.wording import things
from application.wording.pages import desk_page, publication_page
from application.wording.things import Thing
from domain.catalogue import PUBLICATION
from domain.kernel.actors import Role
from domain.publications.events import PublicationProposed
from domain.publications.publication import Publication
from eventstore.records import Recorded


def _of(record: Recorded, around: Around) -> Publication:
    return around.state(PUBLICATION, record.originator_id, record.originator_version)


def _named(publication: Publication, record: Recorded) -> dict[str, Thing]:
    named = {"publication": Thing("publication", publication.id, record.originator_version)}
    if publication.structure_id is not None:
        named["structure"] = things.structure(publication.structure_id)
    return named


def on_proposed(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Ask the national team to read what a structure proposes, once more where it was corrected."""
    publication = _of(record, around)
    if publication.structure_id is None:
        return
    again = "" if isinstance(record.event, PublicationProposed) else ", corrigée,"
    message = f"{{publication}}{again} attend d'être mise en ligne. Proposée par {{structure}}."
    subject = "{publication} attend d'être mise en ligne."
    named, page = _named(publication, record), desk_page(NATIONAL, "publication", publication.id)
    yield Notice(NATIONAL, "publication.to_review", message, named, subject=subject, page=page)


def to_authors(kind: str, sentence: str, *, online: bool = False) -> Reaction:
    """Notify its structure, or the coordonnateurs of its territory, of what the national team did; a reason follows."""

    def react(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
        if record.stamp.role is not Role.NATIONAL:
            return
        publication = _of(record, around)
        if publication.structure_id is not None:
            recipient = structure(publication.structure_id)
        elif publication.territory is not None:
            recipient = territory(publication.territory)
        else:
            return
        page = publication_page(publication.id) if online else desk_page(recipient, "publication", publication.id)
        yield Notice(recipient, kind, sentence, _named(publication, record), page=page, with_reason=True)

    return react
