"""Pages of publications: what is published, what waits, and what people answer for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from uuid import UUID

from projections.engine.paging import Filter, Listing, Order, Source
from projections.engine.words import text_query

#: Publications with their authors.
SOURCE = Source(
    table="publications",
    alias="p",
    shown=", n.author",
    joined="LEFT JOIN {publication_people} n USING (publication_id)",
)
BY_IDS = f"SELECT p.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined} WHERE p.publication_id = ANY(%(ids)s)"
#: Publications without their authors, which the past does not hold.
BY_IDS_WITHOUT_PEOPLE = f"SELECT p.*, NULL::text AS author FROM {SOURCE.rows} WHERE p.publication_id = ANY(%(ids)s)"
#: For feeds, which name the structure.
WITH_STRUCTURE = replace(
    SOURCE,
    shown=f"{SOURCE.shown}, s.name AS structure_name",
    joined=f"{SOURCE.joined} LEFT JOIN {{structures}} s ON s.structure_id = p.structure_id",
)
TO_REVIEW = Filter(("p.status = 'PROPOSED'", "p.structure_id IS NOT NULL"))
_ID = Order("id", "p.publication_id", "uuid", True)
_PUBLISHED_AT = Order("PUBLISHED_AT", "p.published_at", "timestamptz", True)
_RELEVANCE = Order("RELEVANCE", "ts_rank(p.search, %(sought)s::tsquery)", "real", True)
BY_DATE = Listing(SOURCE, (_PUBLISHED_AT, _ID))
BY_RELEVANCE = Listing(SOURCE, (_RELEVANCE, _PUBLISHED_AT, _ID))
#: The first that waits first.
REVIEWING = Listing(
    SOURCE, (Order("waiting_since", "p.waiting_since", "timestamptz"), Order("id", "p.publication_id", "uuid"))
)
#: The last proposed first.
MANAGED = Listing(SOURCE, (Order("proposed_at", "p.proposed_at", "timestamptz", True), _ID))
#: The last changed first, for readers of feeds.
CHANGED = (Order("changed_at", "p.changed_at", "timestamptz", True), _ID)
#: The digests of the files of what is not withdrawn.
FILES_IN_USE = """
SELECT DISTINCT file->>'sha256' FROM {publications}, jsonb_array_elements(files) AS file
WHERE status <> 'WITHDRAWN'"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of a list; None: no filter. Collections mean any of their members."""

    kind: Collection[str] | None = None
    theme: Collection[str] | None = None
    #: Those for that degree, and those for both.
    degree: str | None = None
    #: Those for any of these, and those for everybody.
    audience: Collection[str] | None = None
    territory: Collection[str] | None = None
    structure_id: UUID | None = None
    status: Collection[str] | None = None
    text: str | None = None

    @property
    def sought(self) -> str:
        """Return the query of the text; empty where there is none."""
        return text_query(self.text) if self.text and self.text.strip() else ""


def published() -> Filter:
    return Filter(("p.status = 'PUBLISHED'",))


def narrowed(filtered: Filter, conditions: Conditions) -> Filter:
    """Add the conditions to a filter."""
    for name in ("kind", "territory", "status"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"p.{name}", name, chosen)
    if conditions.theme:
        filtered = filtered.where("p.themes && %(theme)s", theme=list(conditions.theme))
    if conditions.degree:
        filtered = filtered.where("(p.degree IS NULL OR p.degree = %(degree)s)", degree=conditions.degree)
    if conditions.audience:
        condition = "(p.audience IS NULL OR p.audience = ANY(%(audience)s))"
        filtered = filtered.where(condition, audience=list(conditions.audience))
    if conditions.structure_id is not None:
        filtered = filtered.where("p.structure_id = %(structure_id)s", structure_id=conditions.structure_id)
    if conditions.text and conditions.text.strip():
        sought = conditions.sought
        filtered = (
            filtered.where("p.search @@ %(sought)s::tsquery", sought=sought) if sought else filtered.where("false")
        )
    return filtered


def listing(conditions: Conditions, by_relevance: bool) -> Listing:
    """Return the list in the order asked for; nothing is relevant to no words."""
    return BY_RELEVANCE if by_relevance and conditions.sought else BY_DATE
