"""The content of a publication, as events record it and within today's limits."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from domain.kernel.events import FreeText
from domain.kernel.schools import Degree
from domain.kernel.validation import Article, Label, Summary
from domain.kernel.web_links import WebLink
from domain.typology.codes import Audience, Theme

MOST_THEMES, MOST_LINKS, MOST_FILES = 3, 10, 10


class PublicationKind(StrEnum):
    NEWS = "NEWS"
    WORKSHOP = "WORKSHOP"
    RECEIVED_IDEA = "RECEIVED_IDEA"
    TUTORIAL = "TUTORIAL"
    VIDEO = "VIDEO"
    KIT = "KIT"
    LESSON = "LESSON"


#: French names of the kinds.
KIND_LABELS: Mapping[PublicationKind, str] = {
    PublicationKind.NEWS: "Actualité",
    PublicationKind.WORKSHOP: "Atelier clé en main",
    PublicationKind.RECEIVED_IDEA: "Idée reçue",
    PublicationKind.TUTORIAL: "Tutoriel",
    PublicationKind.VIDEO: "Vidéo",
    PublicationKind.KIT: "Kit",
    PublicationKind.LESSON: "Retour d'expérience",
}


class PublicationDetails(BaseModel):
    """The words of a publication. The first theme is the main one; no degree: both; no audience: everybody.

    Each of `link_urls` has its label in `link_labels`, at the same place.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PublicationKind = Field(title="genre")
    title: FreeText = Field(title="titre")
    summary: FreeText = Field(title="résumé")
    text: FreeText = Field(title="texte")
    themes: tuple[str, ...] = Field(title="thèmes")
    degree: Degree | None = Field(None, title="degré")
    audience: str | None = Field(None, title="public")
    link_labels: tuple[FreeText, ...] = Field((), title="intitulés des liens")
    link_urls: tuple[FreeText, ...] = Field((), title="liens")


class PublicationContent(PublicationDetails):
    """`PublicationDetails` within today's limits, as commands take them."""

    title: Label
    summary: Summary
    text: Article
    themes: Annotated[tuple[Theme, ...], Field(min_length=1, max_length=MOST_THEMES)]
    audience: Audience | None = None
    link_labels: Annotated[tuple[Label, ...], Field(max_length=MOST_LINKS)] = ()
    link_urls: Annotated[tuple[WebLink, ...], Field(max_length=MOST_LINKS)] = ()

    @field_validator("themes")
    @classmethod
    def _each_theme_once(cls, themes: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(themes))
