"""What is recorded of a school's project, a stream for each school year: has it a digital-and-parents part?"""

from __future__ import annotations

from pydantic import Field

from domain.kernel.events import Event, FreeText, WordsErased, event


class PartRecorded(Event):
    """The findings about the project; used by other events only."""

    uai: str = Field(title="UAI")
    school_year: str = Field(title="année scolaire")
    has_part: bool = Field(title="volet numérique et parents")
    evidence: FreeText | None = Field(title="élément de preuve")


@event("school_project.recorded", "Volet « numérique et parents » du projet d'établissement relevé")
class SchoolProjectRecorded(PartRecorded):
    """The first record of a school year."""


@event("school_project.corrected", "Relevé du projet d'établissement corrigé")
class SchoolProjectCorrected(PartRecorded):
    """A later record takes the place of the one before it."""

    reason: FreeText = Field(title="motif")


@event("school_project.words_erased", "Textes sur le projet d'établissement effacés")
class SchoolProjectWordsErased(WordsErased):
    """Erased: the evidence and the reasons."""
