"""Pages of schools' requests, and which structures work around a school."""

from __future__ import annotations

from collections.abc import Collection

from domain.kernel.schools import named_lycees
from projections.engine.paging import Filter, Listing, Order, Source

SOURCE = Source(table="animation_requests", alias="r")
ORDERS = (
    Order("sent_at", "r.sent_at", "timestamptz", descending=True),
    Order("id", "r.request_id", "uuid", descending=True),
)
LISTING = Listing(SOURCE, ORDERS)
#: Columns of which most values are those of few requests: several are looked for one by one.
_RARE_VALUES = ("school", "status")
#: Open to a structure: in a territory that it has a convention in; and those that it has taken up.
OF_STRUCTURES = """(r.structure_id = ANY(%(own_structures)s) OR (r.status = 'OPEN' AND r.territory = ANY(ARRAY(
    SELECT unnest(s.territories) FROM {structures} s WHERE s.structure_id = ANY(%(own_structures)s)))))"""
#: What waits for a structure account (sent to it and open, or taken up by it), for who asks structures, for a school.
WAITING_FOR_STRUCTURES = """((r.status = 'OPEN' AND r.structures && %(own_structures)s)
    OR (r.status = 'TAKEN_UP' AND r.structure_id = ANY(%(own_structures)s)))"""
WAITING_FOR_A_STRUCTURE, WAITING_FOR_AN_ANIMATION = "r.status = 'OPEN'", "r.status IN ('OPEN', 'TAKEN_UP')"
#: The schools of communes: those that are described, and the listed lycées that are not.
_SCHOOLS_WITHIN = """ARRAY(
    SELECT uai FROM {schools} WHERE commune_code = ANY(%(communes)s)
    UNION SELECT uai FROM unnest(%(listed)s::text[]) AS listed(uai) WHERE NOT EXISTS (
        SELECT FROM {schools} described WHERE described.uai = listed.uai))"""
#: The structures with an account in the territory that have declared most there lately, in these communes.
AROUND = """
SELECT a.structure_id FROM {animations} a JOIN {structures} s USING (structure_id)
WHERE a.commune_code = ANY(%(communes)s) AND a.starts_at > %(since)s AND a.status IN ('SUBMITTED', 'PUBLISHED')
    AND s.territories @> ARRAY[%(territory)s]
GROUP BY a.structure_id ORDER BY count(*) DESC, a.structure_id LIMIT %(most)s"""
#: Requests whose period is over.
TO_LAPSE = """
SELECT request_id FROM {animation_requests}
WHERE status IN ('OPEN', 'TAKEN_UP') AND wished_until < %(day)s ORDER BY wished_until, request_id LIMIT %(most)s"""
#: Requests whose animation was cancelled, refused, or is for another school by now: among those of some streams, which
#: are requests or animations.
TO_REOPEN = """
SELECT r.request_id FROM {animation_requests} r JOIN {animations} a USING (animation_id)
WHERE r.request_id = ANY(ARRAY(
        SELECT unnest(%(streams)s::uuid[]) UNION SELECT request_id FROM {animation_requests}
        WHERE animation_id = ANY(%(streams)s) AND status = 'ANSWERED'))
    AND r.status = 'ANSWERED' AND (a.status IN ('CANCELLED', 'REFUSED') OR a.school IS DISTINCT FROM r.school)
ORDER BY r.request_id"""
#: Requests whose animation was refused, and is submitted again for the school.
TO_ANSWER_AGAIN = """
SELECT r.request_id, r.animation_id FROM {animation_requests} r JOIN {animations} a USING (animation_id)
WHERE r.status = 'TAKEN_UP' AND a.status IN ('SUBMITTED', 'PUBLISHED') AND a.school = r.school
    AND a.structure_id = r.structure_id AND a.ends_at > %(now)s
ORDER BY r.request_id LIMIT %(most)s"""
#: Those of a school, on a theme, for an audience, in a period, that somebody may still answer.
RESEMBLING = """
SELECT request_id FROM {animation_requests}
WHERE school = %(school)s AND theme = %(theme)s AND audience = %(audience)s
    AND wished_from = %(wished_from)s AND wished_until = %(wished_until)s AND status IN ('OPEN', 'TAKEN_UP') LIMIT 20"""


def among(filtered: Filter, column: str, values: Collection[str]) -> Filter:
    """Add to a filter that the column has one of the values."""
    if column in _RARE_VALUES and len(values) > 1:
        return filtered.each_of(f"r.{column}", f"%({column})s::text[]", **{column: list(values)})
    return filtered.among(f"r.{column}", column, values)


def within(filtered: Filter, communes: Collection[str]) -> Filter:
    """Add to a filter that the school is in one of the communes."""
    listed = [lycee.uai for lycee in named_lycees().values() if lycee.commune_code in communes]
    # Looked for school by school: most requests are of elsewhere.
    return filtered.each_of("r.school", _SCHOOLS_WITHIN, communes=list(communes), listed=listed)
