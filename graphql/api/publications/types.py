"""Publications: news and resources, what is online for everybody, the rest for those who answer for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

from api.core.allowed import AllowedAction, shown_actions
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from api.publications.standing import Standing
from api.structures.types import Structure, structure_with_id
from api.typology.territories_and_terms import Lists, lists_of
from api.typology.territory import Territory
from api.typology.types import Term
from application.wording.markdown import markdown_html
from domain.kernel.rights import Action, Belongings, may
from domain.kernel.schools import Degree
from domain.publications.content import KIND_LABELS, PublicationKind
from domain.publications.transitions import PublicationStatus, allowed_actions, belongings
from domain.typology.typology import TermKind
from projections.publications import queries

Row = dict[str, Any]
FOR_PUBLICATIONS = (
    "For its structure, the coordonnateur of its territory, the national team and auditors; null for others."
)


@strawberry.type(description="A page elsewhere on the web.")
class Link:
    label: str = strawberry.field(description="What it leads to, in words.")
    url: str = strawberry.field(description="Its address: http or https.")


@strawberry.type(description="A file of a publication, checked by its content.")
class PublicationFile:
    label: str = strawberry.field(description="What it is, in words.")
    file_name: str = strawberry.field(description="The name that it is saved under.")
    media_type: str = strawberry.field(description="Its type, told by its content.")
    size: int = strawberry.field(description="Its size in bytes.")
    sha256: str = strawberry.field(description="The digest of its bytes, in hexadecimal.")
    attached_at: datetime = strawberry.field(description="When it was attached (UTC).")
    url: str = strawberry.field(description="Where it is downloaded: a path on this site that never changes.")


@strawberry.type(
    description="News, or a resource for animations. What is online is public; the rest is for its structure, the"
    " coordonnateur of its territory, the national team and auditors."
)
class Publication(Node):
    version: int = strawberry.field(description="Rises with every change: for `expectedVersion`.")
    kind: PublicationKind = strawberry.field(description="What kind of publication it is.")
    kind_label: str = strawberry.field(description="The same in French, for a person.")
    status: PublicationStatus = strawberry.field(description="Where it stands.")
    title: str = strawberry.field(description="Its title.")
    summary: str = strawberry.field(description="What it is about, in a few sentences: plain text.")
    text: str = strawberry.field(
        description="Its text as it is written: Markdown (CommonMark, no HTML) in which line breaks count."
    )
    themes: list[Term] = strawberry.field(description="Its themes, the main one first.")
    degree: Degree | None = strawberry.field(description="The degree that it is for; null: both.")
    audience: Term | None = strawberry.field(description="For whom it is; null: everybody.")
    territory: Territory | None = strawberry.field(
        description="The territory that publishes it, or where its structure is at home; null for the national team's."
    )
    author: str | None = strawberry.field(description="Who signs it. Personal: null once erased, and for what is past.")
    proposed_at: datetime = strawberry.field(description="When it was first proposed (UTC).")
    published_at: datetime | None = strawberry.field(description="When it was last put online (UTC).")
    changed_at: datetime = strawberry.field(description="When anything in it last changed (UTC).")
    files: list[PublicationFile] = strawberry.field(description="Its files, in the order that they were attached.")
    links: list[Link] = strawberry.field(description="Its links, in their order.")
    row: strawberry.Private[Row]

    @strawberry.field(
        description="The text as HTML that is safe to show: links to http, https, mailto and tel alone, no pictures."
    )
    def html(self) -> str:
        return markdown_html(self.text)

    @strawberry.field(description="The structure that proposed it; null for a territory's or the national team's.")
    async def structure(self, info: Info) -> Structure | None:
        structure_id: UUID | None = self.row["structure_id"]
        return None if structure_id is None else await structure_with_id(info.context, structure_id)

    @strawberry.field(description="Why the national team refused it. " + FOR_PUBLICATIONS)
    def refusal_reason(self, info: Info) -> str | None:
        reason: str | None = self.row["refusal_reason"]
        return reason

    @strawberry.field(description="Why it was withdrawn. " + FOR_PUBLICATIONS)
    def withdrawal_reason(self, info: Info) -> str | None:
        reason: str | None = self.row["withdrawal_reason"]
        return reason

    @strawberry.field(description="What the asker may do with it now, and for what is not possible, why.")
    def allowed_actions(self, info: Info) -> list[AllowedAction]:
        if "past" in self.row:
            return []
        return shown_actions(allowed_actions(Standing(self.row), info.context.actor))

    @property
    def belongings(self) -> Belongings:
        return belongings(Standing(self.row))


def is_visible(context: Context, row: Row) -> bool:
    """Online publications are for everybody, others for those who answer for them."""
    return row["status"] == PublicationStatus.PUBLISHED or answers_for(context, row)


def answers_for(context: Context, row: Row) -> bool:
    return may(context.actor, Action.STRUCTURE_READ, belongings(Standing(row)))


def publication_of(row: Row, lists: Lists) -> Publication:
    """Return the publication of a row of `queries.SOURCE`."""
    publication_id, audience, kind = row["publication_id"], row["audience"], PublicationKind(row["kind"])
    return Publication(
        id=strawberry.ID(str(publication_id)),
        version=row["version"],
        kind=kind,
        kind_label=KIND_LABELS[kind],
        status=PublicationStatus(row["status"]),
        title=row["title"],
        summary=row["summary"],
        text=row["text"],
        themes=[lists.term(TermKind.THEME, theme) for theme in row["themes"]],
        degree=Degree(row["degree"]) if row["degree"] else None,
        audience=lists.term(TermKind.AUDIENCE, audience) if audience else None,
        territory=lists.territories.get(row["territory"] or ""),
        author=row["author"],
        proposed_at=row["proposed_at"],
        published_at=row["published_at"],
        changed_at=row["changed_at"],
        files=[_file(publication_id, file) for file in row["files"]],
        links=[Link(label=link["label"], url=link["url"]) for link in row["links"]],
        row=row,
    )


def _file(publication_id: UUID, file: Row) -> PublicationFile:
    return PublicationFile(
        label=file["label"] or file["file_name"],
        file_name=file["file_name"],
        media_type=file["media_type"],
        size=file["size"],
        sha256=file["sha256"],
        attached_at=datetime.fromisoformat(file["attached_at"]),
        url=f"/publications/{publication_id}/files/{file['sha256']}",
    )


async def load_publications(context: Context, ids: Sequence[UUID]) -> list[Publication | None]:
    """Return the publications in the order of `ids`, None for those that do not exist or are not for the asker."""
    read, lists = await context.read(), await lists_of(context)
    rows = await read.of_ids(queries.BY_IDS, ids)
    visible = {row["publication_id"]: publication_of(row, lists) for row in rows if is_visible(context, row)}
    return [visible.get(publication_id) for publication_id in ids]


async def load_publication(context: Context, publication_id: UUID) -> Publication | None:
    (publication,) = await load_publications(context, [publication_id])
    return publication
