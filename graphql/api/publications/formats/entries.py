"""A publication as every feed presents it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from api.typology.territories_and_terms import Lists
from application.wording.markdown import markdown_html, plain_text
from domain.publications.content import KIND_LABELS
from domain.publications.content import PublicationKind as PublicationKind
from domain.typology.typology import TermKind

#: The publisher of publications that are neither a structure's nor a territory's.
NATIONAL = "Trousse à projets, équipe nationale"


@dataclass(frozen=True, slots=True)
class File:
    label: str
    url: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A publication that is online. `publisher`: its structure, its territory, or the national team."""

    id: UUID
    url: str
    kind: PublicationKind
    title: str
    summary: str
    html: str
    text: str
    themes: Sequence[str]
    audience: str | None
    publisher: str
    author: str | None
    published_at: datetime
    changed_at: datetime
    files: Sequence[File]
    links: Sequence[tuple[str, str]]

    @property
    def kind_label(self) -> str:
        return KIND_LABELS[self.kind]


def entry_of(row: dict[str, Any], lists: Lists, public_url: str) -> Entry:
    territory = lists.territories.get(row["territory"] or "")
    place = f"{public_url}/publications/{row['publication_id']}/files"
    return Entry(
        id=row["publication_id"],
        url=f"{public_url}/ressources/{row['publication_id']}",
        kind=PublicationKind(row["kind"]),
        title=row["title"],
        summary=row["summary"],
        html=markdown_html(row["text"]),
        text=plain_text(row["text"]),
        themes=[lists.term(TermKind.THEME, theme).label for theme in row["themes"]],
        audience=lists.term(TermKind.AUDIENCE, row["audience"]).label if row["audience"] else None,
        publisher=row["structure_name"] or (territory.name if territory else NATIONAL),
        author=row["author"],
        published_at=row["published_at"],
        changed_at=row["changed_at"],
        files=[
            File(file["label"] or file["file_name"], f"{place}/{file['sha256']}", file["media_type"], file["size"])
            for file in row["files"]
        ],
        links=[(link["label"], link["url"]) for link in row["links"]],
    )
