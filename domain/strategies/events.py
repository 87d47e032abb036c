"""What happens to a version of a territory's strategy, as recorded: each version is a stream of its own."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from domain.kernel.euros import Amount
from domain.kernel.events import Event, FreeText, WordsErased, event


class Stakeholder(BaseModel):
    """An organisation that has to validate the strategy, never a person: `kind` says what it is, in words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(title="nom")
    kind: str = Field(title="genre")


def _undated(data: dict[str, Any]) -> dict[str, Any]:
    """Upcast version 1, which did not say of which day the text is."""
    return {"written_on": None, **data}


@event("strategy.written", "Stratégie du territoire écrite", upcasters=(_undated,))
class StrategyWritten(Event):
    """`edition` counts the versions of a territory from 1.

    `targets[n]` is the figure of `objectives[n]`, with two decimals.
    """

    territory: str = Field(title="territoire")
    written_on: date | None = Field(title="texte du")
    edition: int = Field(title="version de la stratégie")
    diagnosis: FreeText = Field(title="diagnostic")
    objectives: tuple[FreeText, ...] = Field(title="objectifs")
    targets: tuple[Amount, ...] = Field(title="cibles")
    target_schools: tuple[str, ...] = Field(title="établissements cibles")
    stakeholders: tuple[Stakeholder, ...] = Field(title="parties prenantes")


@event("strategy.validated", "Stratégie validée par une partie prenante")
class StrategyValidated(Event):
    stakeholder: str = Field(title="partie prenante")
    validated_on: date = Field(title="validée le")


@event("strategy.adopted", "Stratégie adoptée : toutes les parties prenantes l'ont validée")
class StrategyAdopted(Event):
    adopted_on: date = Field(title="adoptée le")


@event("strategy.superseded", "Stratégie remplacée par une nouvelle version")
class StrategySuperseded(Event):
    """A later version was written, which all stakeholders are asked about again."""

    replaced_by: UUID = Field(title="remplacée par")


@event("strategy.document_attached", "Document joint à la stratégie")
class StrategyDocumentAttached(Event):
    heading: FreeText = Field(title="intitulé")
    media_type: str = Field(title="format")
    size: int = Field(title="octets")
    sha256: str = Field(title="empreinte SHA-256")


@event("strategy.document_withdrawn", "Document retiré de la stratégie")
class StrategyDocumentWithdrawn(Event):
    sha256: str
    reason: FreeText = Field(title="motif")


@event("strategy.words_erased", "Textes de la stratégie effacés")
class StrategyWordsErased(WordsErased):
    """Erased: the diagnosis, the objectives' words, the names of documents and the reasons."""
