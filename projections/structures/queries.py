"""Pages of structures, one structure, its conventions."""

from __future__ import annotations

from collections.abc import Collection

from projections.engine.paging import Filter, Listing, Order, Source
from projections.engine.words import words

SOURCE = Source(table="structures", alias="s")
BY_IDS = "SELECT s.* FROM {structures} s WHERE s.structure_id = ANY(%(ids)s)"
BY_SIRET = "SELECT s.* FROM {structures} s WHERE s.siret = %(siret)s"
CONTACTS = "SELECT * FROM {structure_contacts} WHERE structure_id = ANY(%(structures)s)"
CONVENTIONS = "SELECT * FROM {conventions} WHERE structure_id = ANY(%(structures)s) ORDER BY signed_on, convention_id"
CONVENTIONS_BY_IDS = "SELECT * FROM {conventions} WHERE convention_id = ANY(%(ids)s)"
ORDERS = (Order("name", "s.name_key", "text"), Order("id", "s.structure_id", "uuid"))
LISTING = Listing(SOURCE, ORDERS)


def narrowed(territory: Collection[str] | None, text: str | None) -> Filter:
    """Return the filter for structures of these territories whose name has each word of the text, accents ignored."""
    filtered = Filter()
    if territory:
        filtered = filtered.where("s.territories && %(territory)s", territory=list(territory))
    if text is not None and text.strip():
        # A name is short and structures are few thousand: no index is needed to look inside it.
        terms = words(text)
        holds = "(SELECT bool_and(position(word IN s.name_key) > 0) FROM unnest(%(words)s::text[]) AS word)"
        filtered = filtered.where(holds, words=terms)
    return filtered
