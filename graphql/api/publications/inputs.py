"""Inputs of the mutations on publications."""

from __future__ import annotations

from typing import Any

import strawberry
from strawberry.file_uploads import Upload

from api.core.commanding.inputs import Repeatable, Versioned, reference, value_of
from domain.kernel.schools import Degree
from domain.publications.content import PublicationKind

FILE = (
    "A PDF, an image (JPEG, PNG, a telephone's HEIC, which is kept as a JPEG), or a document: ODT, ODP, DOCX, PPTX"
    " without macros; of 20 MB at most, told by its content. Sent by the GraphQL multipart request specification."
    " What it notes of people (who wrote it, who saved it last, where a photograph was taken) is taken out: `sha256` is"
    " the digest of what is kept."
)


@strawberry.input(description="A page elsewhere on the web.")
class LinkInput:
    url: str = reference("Its address: http or https, 1,000 characters at most.")
    label: str | None = value_of("What it leads to, in words, 200 characters at most. Without it: its address.")


@strawberry.input
class PublicationContentInput(Repeatable):
    """The words of a publication; used by other inputs only."""

    kind: PublicationKind | None = value_of("What kind of publication it is. Mandatory.")
    title: str | None = value_of("Title, 200 characters at most. Mandatory.")
    summary: str | None = value_of("What it is about: plain text, 500 characters at most. Mandatory.")
    text: str | None = value_of("The text: Markdown, 20,000 characters at most. Mandatory.")
    themes: list[str] | None = value_of("Codes of one to three terms of the kind THEME, the main one first. Mandatory.")
    degree: Degree | None = value_of("The degree that it is for; left out or null: both.")
    audience: str | None = value_of("Code of a term of the kind AUDIENCE; left out or null: everybody.")
    links: list[LinkInput] | None = value_of("Pages elsewhere on the web, 10 at most.")
    author: str | None = value_of(
        "Who signs it: a person's name, 200 characters at most. Personal, and erased at that person's request."
    )
    author_email: str | None = value_of("The author's e-mail address, by which they are found; never shown.")


@strawberry.input(
    description="A new publication: of a structure, which waits for the national team; or of a territory or, without"
    " any of both, of the national team, which is online at once."
)
class PublicationProposeInput(PublicationContentInput):
    structure_id: strawberry.ID | None = value_of("The structure that proposes it: one that the token speaks for.")
    territory: str | None = value_of("Code of the territory that publishes it: one that the token speaks for.")
    draft: bool | None = value_of("Wait for `publicationPublish` with what would be online at once.")


@strawberry.input
class PublicationChangeInput(Versioned):
    """An input on an existing publication; used by other inputs only."""

    publication_id: strawberry.ID = reference("The publication.")


@strawberry.input(description="New values for a publication: what is left out stays as it is.")
class PublicationModifyInput(PublicationChangeInput, PublicationContentInput):
    pass


@strawberry.input(description="A publication to be put online.")
class PublicationPublishInput(PublicationChangeInput):
    pass


@strawberry.input(description="A publication that is refused.")
class PublicationRefuseInput(PublicationChangeInput):
    reason: str | None = value_of("Why, for the structure to correct it; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A publication that is taken down, or given up.")
class PublicationWithdrawInput(PublicationChangeInput):
    reason: str | None = value_of("Why; 2,000 characters at most. Mandatory.")


@strawberry.input(description="A file to attach to a publication, 10 at most.")
class PublicationFileAttachInput(PublicationChangeInput):
    file: Upload = reference(FILE)
    label: str | None = value_of("What it is, in words, 200 characters at most.")


@strawberry.input(description="A file to take away from a publication.")
class PublicationFileWithdrawInput(PublicationChangeInput):
    sha256: str = reference("The digest of its bytes, in hexadecimal.")


def with_links(values: dict[str, Any]) -> dict[str, Any]:
    """Return the values of an input with the labels and the addresses of its links apart."""
    if "links" not in values:
        return values
    others = dict(values)
    links = others.pop("links") or []
    labels = [_label(link) for link in links]
    return others | {"link_labels": labels, "link_urls": [link.url for link in links]}


def _label(link: LinkInput) -> str:
    return link.label or link.url.partition("://")[2][:100] or link.url[:100]
