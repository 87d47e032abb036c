"""Terms of the typology, and the questions of the attestation."""

from __future__ import annotations

from datetime import date
from typing import Any

import strawberry

from api.context import Context
from domain.typology import TermKind, ThemeFamily
from projections.queries import lists as queries


@strawberry.type(description="A choice of one of the typology's lists. Public.")
class Term:
    kind: TermKind = strawberry.field(description="The list that it belongs to.")
    code: str = strawberry.field(description="Its stable code, used in inputs and filters.")
    label: str = strawberry.field(description="What people read, in French.")
    description: str | None = strawberry.field(description="What it covers, in French.")
    retired: bool = strawberry.field(description="Whether it is offered no more.")
    since: date | None = strawberry.field(
        description="Of a retired term: the first local day of start it is not offered for; null: not for any.",
        default=None,
    )
    became: list[str] = strawberry.field(
        description="The codes that took its place, after a merge or a split.", default_factory=list
    )
    family: ThemeFamily | None = strawberry.field(description="Of a theme: its family.", default=None)
    admits_children: bool = strawberry.field(
        description="Of an animation type: whether children take part.", default=False
    )


@strawberry.type(description="The further questions of the attestation, as the national team words them. Public.")
class AttestationForm:
    version: int = strawberry.field(description="Counts from 1; an attestation keeps the version that it answered.")
    questions: list[str] = strawberry.field(description="The questions, in French, in the order of the answers.")


def term_of(row: dict[str, Any]) -> Term:
    return Term(
        kind=TermKind(row["kind"]),
        code=row["code"],
        label=row["label"],
        description=row["description"],
        retired=row["retired"],
        since=row["since"],
        became=row["became"],
        family=ThemeFamily(row["family"]) if row["family"] else None,
        admits_children=row["admits_children"],
    )


async def load_term(context: Context, kind: str, code: str) -> Term | None:
    return (await context.lists()).terms.get((TermKind(kind).value, code))


async def load_form(context: Context) -> AttestationForm | None:
    """The form in force."""
    read = await context.read()
    rows = await read.rows(read.sql(queries.FORM))
    return AttestationForm(version=rows[0]["version"], questions=rows[0]["questions"]) if rows else None
