"""What happens to a publication, as recorded (docs/glossary.md, "News and resources")."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import Field

from domain.kernel.events import Event, FreeText, PersonalText, WordsErased, event
from domain.publications.content import PublicationDetails


def _titled_in_clear(data: dict[str, Any]) -> dict[str, Any]:
    """Upcast version 1, whose title was not sealed: it is erased with the texts that were recorded with it."""
    return data


@event("publication.proposed", "Publication proposée", upcasters=(_titled_in_clear,))
class PublicationProposed(Event, PublicationDetails):
    """Proposed by a structure, whose home territory it is; by a territory; or, with neither, by the national team."""

    structure_id: UUID | None = None
    territory: str | None = Field(None, title="territoire")


@event("publication.modified", "Publication modifiée", upcasters=(_titled_in_clear,))
class PublicationModified(Event, PublicationDetails):
    """The whole content as it stands from now on; `changed` names the fields that are new."""

    changed: tuple[str, ...]


@event("publication.author_named", "Auteur de la publication nommé")
class PublicationAuthorNamed(Event):
    """The author as it is signed; None: nobody is named any more. `email`: by what the person is found."""

    person_id: UUID | None = None
    author: PersonalText | None = Field(None, title="auteur")
    email: PersonalText | None = Field(None, title="courriel")


@event("publication.author_erased", "Nom de l'auteur effacé")
class PublicationAuthorErased(Event):
    """The author's key is destroyed: nobody can read the name any more."""

    person_id: UUID


@event("publication.resubmitted", "Publication soumise à nouveau")
class PublicationResubmitted(Event):
    """Recorded when its structure changed a refused or published publication: it waits for the national team again."""


@event("publication.published", "Publication mise en ligne")
class PublicationPublished(Event):
    pass


@event("publication.refused", "Publication refusée")
class PublicationRefused(Event):
    reason: FreeText = Field(title="motif")


@event("publication.withdrawn", "Publication retirée")
class PublicationWithdrawn(Event):
    reason: FreeText


@event("publication.file_attached", "Fichier joint à la publication")
class PublicationFileAttached(Event):
    """A file to download, kept outside the log under its `sha256` (hexadecimal); `size` in bytes."""

    file_name: str = Field(title="fichier")
    media_type: str = Field(title="format")
    size: int = Field(title="octets")
    sha256: str = Field(title="empreinte SHA-256")
    label: FreeText | None = Field(None, title="libellé")


@event("publication.file_withdrawn", "Fichier retiré de la publication")
class PublicationFileWithdrawn(Event):
    sha256: str


@event("publication.words_erased", "Textes de la publication effacés")
class PublicationWordsErased(WordsErased):
    """Erased: title, summary, text, links, labels of files, reasons."""
