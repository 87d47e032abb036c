"""Pages of structures, one structure, its conventions."""

from __future__ import annotations

from collections.abc import Collection

from projections.engine.paging import Filter, Listing, Order, Source
from projections.engine.words import words

SOURCE = Source(table="structures", alias="s")
BY_IDS = "SELECT s.* FROM {structures} s WHERE s.structure_id = ANY(%(ids)s)"
BY_SIRET = "SELECT s.* FROM {structures} s WHERE s.siret = %(siret)s OR s.former_sirets @> ARRAY[%(siret)s]"
#: Other establishments of the same company that have an account.
OF_SIREN = """
SELECT s.* FROM {structures} s WHERE s.siret LIKE left(%(siret)s, 9) || '%%' AND s.siret <> %(siret)s
ORDER BY s.siret LIMIT 5"""
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


#: Attested animations of a convention outside of these days, whose service is not certified.
UNCERTIFIED = """
SELECT animation_id FROM (
    SELECT animation_id, day FROM {animations}
    WHERE convention_id = %(convention_id)s AND status = 'PUBLISHED' AND dossier_id IS NULL AND attested
    UNION ALL
    SELECT a.animation_id, a.day FROM {service_dossiers} d JOIN {animations} a ON a.animation_id = ANY(d.animation_ids)
    WHERE d.convention_id = %(convention_id)s AND d.status NOT IN ('CERTIFIED', 'PAID')
) AS held WHERE day < %(first_day)s::date OR day > %(last_day)s::date ORDER BY day, animation_id LIMIT %(most)s"""
