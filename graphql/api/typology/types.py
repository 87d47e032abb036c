"""Terms of the typology, and the attestation form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

import strawberry

from api.core.back_references import later
from api.core.context import Context, Info
from api.core.lists.nodes import Node
from domain.typology.typology import TermKind, ThemeFamily
from projections.typology import queries

TERM_PREFIX = "term:"


def term_id(kind: TermKind, code: str, until: date | None = None) -> strawberry.ID:
    """Return the id of a term; `until` is that of a former label, which animations before that day show."""
    return strawberry.ID(f"{TERM_PREFIX}{kind}:{code}" if until is None else f"{TERM_PREFIX}{kind}:{code}:{until}")


@strawberry.type(description="A label that a term had.")
class FormerLabel:
    label: str = strawberry.field(description="What people read, in French.")
    until: date = strawberry.field(description="Animations that start before this local day keep it.")


@strawberry.type(
    description="A choice of one of the typology's lists. Public. Under a former label, which earlier animations"
    " show, it has an id of its own."
)
class Term(Node):
    #: The same object appears in many places of an answer (see `api.compiled`).
    SHARED: ClassVar = True

    kind: TermKind = strawberry.field(description="The list that it belongs to.")
    code: str = strawberry.field(description="Its stable code, used in inputs and filters.")
    label: str = strawberry.field(
        description="What people read, in French. An animation shows the label of the day of its start."
    )
    description: str | None = strawberry.field(description="What it covers, in French.")
    retired: bool = strawberry.field(description="Whether it is offered no more.")
    since: date | None = strawberry.field(
        description="Of a retired term: the first local day of start it is not offered for; null: not for any.",
        default=None,
    )
    became: list[str] = strawberry.field(
        description="The codes that took its place, after a merge or a split; `successors` are the terms themselves.",
        default_factory=list,
    )
    family: ThemeFamily | None = strawberry.field(description="Of a theme: its family.", default=None)
    admits_children: bool = strawberry.field(
        description="Of an animation type: whether children take part.", default=False
    )
    former_labels: list[FormerLabel] = strawberry.field(
        description="What it was called before, where a renaming holds from a day on.", default_factory=list
    )

    @strawberry.field(description="The terms that took its place, after a merge or a split.")
    async def successors(self, info: Info) -> list[Term]:
        lists = await later("api.typology.territories_and_terms", "lists_of")(info.context)
        return [lists.term(self.kind, code) for code in self.became]

    def on(self, day: date) -> Term:
        """Return the term as an animation of that local day shows it."""
        if not self.former_labels:
            return self
        label = next((label for label in self.former_labels if day < label.until), None)
        return self if label is None else self.called(label)

    def called(self, former: FormerLabel) -> Term:
        """Return the term under a former label, with an id of its own: clients keep what they read by id."""
        return replace(self, id=term_id(self.kind, self.code, former.until), label=former.label)


@strawberry.type(description="The further questions of the attestation, as the national team words them. Public.")
class AttestationForm:
    version: int = strawberry.field(description="Counts from 1; an attestation keeps the version that it answered.")
    questions: list[str] = strawberry.field(description="The questions, in French, in the order of the answers.")


def term_of(row: dict[str, Any]) -> Term:
    return Term(
        id=term_id(TermKind(row["kind"]), row["code"]),
        kind=TermKind(row["kind"]),
        code=row["code"],
        label=row["label"],
        description=row["description"],
        retired=row["retired"],
        since=row["since"],
        became=row["became"],
        family=ThemeFamily(row["family"]) if row["family"] else None,
        admits_children=row["admits_children"],
        former_labels=[
            FormerLabel(label=label["label"], until=date.fromisoformat(label["until"]))
            for label in row["former_labels"]
        ],
    )


async def load_form(context: Context) -> AttestationForm | None:
    """Return the form in force."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.FORM))
    return AttestationForm(version=rows[0]["version"], questions=rows[0]["questions"]) if rows else None
