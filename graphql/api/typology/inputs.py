"""The inputs of the national team's mutations: the typology, the territories, the attestation's form, erasure."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.inputs import Repeatable, Versioned, said
from domain.typology.typology import TermKind, ThemeFamily

_SINCE = "Animations that start before this local day keep the term; when left out, all history counts anew."


@strawberry.input(description="A new term of the typology.")
class TermAddInput(Repeatable):
    kind: TermKind | None = said("The list that it belongs to. Mandatory.")
    code: str | None = said("Its name for programs: lower case, digits, hyphens; never used twice. Mandatory.")
    label: str | None = said("What people read, in French. Mandatory.")
    description: str | None = said("What it covers, in French.")
    family: ThemeFamily | None = said("Of a theme: its family; DIGITAL_PARENTING when left out.")
    admits_children: bool | None = said("Of an animation type: whether children take part; no when left out.")


@strawberry.input
class TermChangeInput(Versioned):
    """An input on a term that exists; not an input of its own. The version expected is the whole typology's."""

    kind: TermKind | None = said("The list that the term belongs to. Mandatory.")


@strawberry.input(description="A new label for a term.")
class TermRenameInput(TermChangeInput):
    code: str | None = said("The term. Mandatory.")
    label: str | None = said("What people read from now on, in French. Mandatory.")
    since: date | None = said(
        "Animations that start before this local day keep the label before; when left out, all history has the new one."
    )


@strawberry.input(description="A term that becomes part of another: listings and figures then speak of that one.")
class TermMergeInput(TermChangeInput):
    source: str | None = said("Code of the term that goes. Mandatory.", name="from")
    into: str | None = said("Code of the term, of the same kind, that takes its place. Mandatory.")
    since: date | None = said(_SINCE)


@strawberry.input(description="A part of a split: all of its conditions must hold.")
class SplitPartInput:
    into: str | None = said("Code of the term, of the same kind, that this part goes to. Mandatory.")
    animation_types: list[str] | None = said("Only animations of these types, as they were declared.")
    starts_from: date | None = said("Only animations that start on this local day or after.")
    starts_before: date | None = said("Only animations that start before this local day.")


@strawberry.input(description="A term that becomes several, by a rule on what was recorded.")
class TermSplitInput(TermChangeInput):
    code: str | None = said("The term that goes. Mandatory.")
    parts: list[SplitPartInput] | None = said(
        "What an animation counts with: the first part that takes it; the last has no condition. Mandatory."
    )
    since: date | None = said(_SINCE)


@strawberry.input(description="A term that is offered no more; history keeps it.")
class TermRetireInput(TermChangeInput):
    code: str | None = said("The term. Mandatory.")
    since: date | None = said("From this local day of start on; at once for every day when left out.")


@strawberry.input(description="A department that joins the programme.")
class TerritoryJoinInput(Repeatable):
    code: str | None = said("Code of the department, such as 34, 2A or 971. Mandatory.")
    name: str | None = said("Name of the department. Mandatory.")
    time_zone: str | None = said("IANA time zone, such as Europe/Paris. Mandatory.")
    runs_candidatures: bool | None = said("Whether parents can volunteer there from the start; no when left out.")


@strawberry.input(description="A territory that begins to take candidatures.")
class TerritoryOpenCandidaturesInput(Versioned):
    code: str | None = said("Code of the territory. Mandatory.")


@strawberry.input(description="The further questions of the attestation; earlier answers keep their version of it.")
class AttestationFormWordInput(Versioned):
    questions: list[str] | None = said("The questions in their order, 20 at most, in French. Mandatory.")


@strawberry.input(description="A person about whom nothing is to be readable any more. Repeating it is safe.")
class PersonEraseInput:
    subject: str | None = said(
        "The person's e-mail address, the subject of their token, their pseudonym, or the id of one of their"
        " candidatures; the id of an animation, convention, dossier or control, for what was written in it; a SIRET,"
        " for the structure's name;"
        " the asker themself when left out, but for the national team."
    )
