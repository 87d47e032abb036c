"""Filters of publications. A filter left out, null or empty does not apply."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum

import strawberry

from api.core.context import Context
from api.core.lists.checks import check_codes, checked_text, checked_texts, filter_id
from api.structures.types import check_structure
from api.typology.territories_and_terms import Lists, lists_of
from domain.kernel.schools import Degree
from domain.publications.content import PublicationKind
from domain.publications.transitions import PublicationStatus
from domain.typology.typology import TermKind
from projections.publications import queries

_ANY_OF = "Any of these codes."
_TEXT = (
    "Holding words that begin with each of these, in the singular or the plural; accents and case are ignored. A word"
    " of the title weighs most, then of the summary, then of the text."
)


@strawberry.enum(description="How publications are ordered.")
class PublicationOrder(StrEnum):
    PUBLISHED_AT = "PUBLISHED_AT"
    RELEVANCE = "RELEVANCE"


@strawberry.input(description="Narrows what is online. All that is given must hold.")
class PublicationWhere:
    kind: list[PublicationKind] | None = strawberry.field(default=None, description="Any of these kinds.")
    theme: list[str] | None = strawberry.field(default=None, description=_ANY_OF)
    degree: Degree | None = strawberry.field(default=None, description="For this degree, or for both.")
    audience: list[str] | None = strawberry.field(
        default=None, description="For any of these (codes of the kind AUDIENCE), or for everybody."
    )
    territory: list[str] | None = strawberry.field(default=None, description="Any of these department codes.")
    structure_id: strawberry.ID | None = strawberry.field(default=None, description="Proposed by this structure.")
    text: str | None = strawberry.field(default=None, description=_TEXT)

    def conditions(self) -> queries.Conditions:
        return queries.Conditions(
            kind=[kind.value for kind in self.kind or ()],
            theme=checked_texts(self.theme, "theme"),
            degree=self.degree.value if self.degree else None,
            audience=checked_texts(self.audience, "audience"),
            territory=checked_texts(self.territory, "territory"),
            structure_id=filter_id(self.structure_id, "structureId"),
            text=checked_text(self.text, "text"),
        )


@strawberry.input(description="Narrows publications in every status. All that is given must hold.")
class ManagedPublicationWhere(PublicationWhere):
    status: list[PublicationStatus] | None = strawberry.field(default=None, description="Any of these statuses.")

    def conditions(self) -> queries.Conditions:
        return replace(PublicationWhere.conditions(self), status=[status.value for status in self.status or ()])


async def conditions_in_force(context: Context, where: PublicationWhere | None) -> queries.Conditions:
    """Return the conditions of a filter by today's terms. Raises INVALID for an unknown code or structure."""
    conditions = where.conditions() if where else queries.Conditions()
    await check_structure(context, conditions.structure_id)
    return in_force(conditions, await lists_of(context))


def in_force(conditions: queries.Conditions, lists: Lists) -> queries.Conditions:
    """Replace the codes of the conditions by today's terms, together with the codes that became them.

    Raise INVALID for a code that never was one: it would filter everything away.
    """
    check_codes(lists.territories, conditions.territory, "territory")
    check_codes(lists.codes(TermKind.THEME), conditions.theme, "theme")
    check_codes(lists.codes(TermKind.AUDIENCE), conditions.audience, "audience")
    return replace(
        conditions,
        theme=lists.with_successors(TermKind.THEME, conditions.theme),
        audience=lists.with_successors(TermKind.AUDIENCE, conditions.audience),
    )
