"""Inputs of the national team's mutations: typology, territories, attestation form, erasure."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.commanding.inputs import Repeatable, Versioned, value_of
from domain.typology.typology import TermKind, ThemeFamily

_SINCE = "Animations that start before this local day keep the term; when left out, all history counts anew."


@strawberry.input(description="A new term of the typology.")
class TermAddInput(Repeatable):
    kind: TermKind | None = value_of("The list that it belongs to. Mandatory.")
    code: str | None = value_of("Its name for programs: lower case, digits, hyphens; never used twice. Mandatory.")
    label: str | None = value_of("What people read, in French. Mandatory.")
    description: str | None = value_of("What it covers, in French.")
    family: ThemeFamily | None = value_of("Of a theme: its family; DIGITAL_PARENTING when left out.")
    admits_children: bool | None = value_of("Of an animation type: whether children take part; no when left out.")


@strawberry.input
class TermChangeInput(Versioned):
    """An input on an existing term; used by other inputs only. The expected version is that of the whole typology."""

    kind: TermKind | None = value_of("The list that the term belongs to. Mandatory.")


@strawberry.input(description="A new label for a term.")
class TermRenameInput(TermChangeInput):
    code: str | None = value_of("The term. Mandatory.")
    label: str | None = value_of("What people read from now on, in French. Mandatory.")
    since: date | None = value_of(
        "Animations that start before this local day keep the label before; when left out, all history has the new one."
    )


@strawberry.input(description="A term that becomes part of another: listings and figures then speak of that one.")
class TermMergeInput(TermChangeInput):
    source: str | None = value_of("Code of the term that goes. Mandatory.", name="from")
    into: str | None = value_of("Code of the term, of the same kind, that takes its place. Mandatory.")
    since: date | None = value_of(_SINCE)


@strawberry.input(description="A part of a split: all of its conditions must hold.")
class SplitPartInput:
    into: str | None = value_of("Code of the term, of the same kind, that this part goes to. Mandatory.")
    animation_types: list[str] | None = value_of("Only animations of these types, as they were declared.")
    starts_from: date | None = value_of("Only animations that start on this local day or after.")
    starts_before: date | None = value_of("Only animations that start before this local day.")


@strawberry.input(description="A term that becomes several, by a rule on what was recorded.")
class TermSplitInput(TermChangeInput):
    code: str | None = value_of("The term that goes. Mandatory.")
    parts: list[SplitPartInput] | None = value_of(
        "What an animation counts with: the first part that takes it; the last has no condition. Mandatory."
    )
    since: date | None = value_of(_SINCE)


@strawberry.input(description="A term that is offered no more; history keeps it.")
class TermRetireInput(TermChangeInput):
    code: str | None = value_of("The term. Mandatory.")
    since: date | None = value_of("From this local day of start on; at once for every day when left out.")


@strawberry.input(description="A department that joins the programme.")
class TerritoryJoinInput(Repeatable):
    code: str | None = value_of("Code of the department, such as 34, 2A or 971. Mandatory.")
    name: str | None = value_of("Name of the department. Mandatory.")
    time_zone: str | None = value_of("IANA time zone, such as Europe/Paris. Mandatory.")
    runs_candidatures: bool | None = value_of("Whether parents can volunteer there from the start; no when left out.")


@strawberry.input(description="A territory that begins to take candidatures.")
class TerritoryOpenCandidaturesInput(Versioned):
    code: str | None = value_of("Code of the territory. Mandatory.")


@strawberry.input(description="The further questions of the attestation; earlier answers keep their version of it.")
class AttestationFormWordInput(Versioned):
    questions: list[str] | None = value_of("The questions in their order, 20 at most, in French. Mandatory.")


@strawberry.input(description="A person about whom nothing is to be readable any more. Repeating it is safe.")
class PersonEraseInput:
    subject: str | None = value_of(
        "The person's e-mail address, the subject of their token, their pseudonym, or the id of one of their"
        " candidatures; the id of an animation, convention, dossier or control, for what was written in it; a SIRET,"
        " for the structure's name;"
        " the asker themself when left out, but for the national team."
    )
