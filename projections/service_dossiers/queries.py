"""Pages of service dossiers, and the animations that one may gather or still waits for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.service_dossiers.warnings import LARGEST_DIFFERENCE, LIKENESS_BITS
from projections.animations.standing import AWAITING_ATTESTATION
from projections.engine.paging import Filter, Listing, Order, Source

#: Dossiers with what is shown of their structure, and the terms of their convention as they stand.
SOURCE = Source(
    table="service_dossiers",
    alias="d",
    shown=(
        ", s.siret AS structure_siret, s.name AS structure_name, s.territories AS structure_territories"
        ", c.rates AS agreed_rates, c.required_pieces AS agreed_pieces, c.planned_animations AS agreed_animations"
        ", c.valid_from AS agreed_from, c.valid_until AS agreed_until, c.terminated_on AS agreed_end"
    ),
    joined="JOIN {structures} s USING (structure_id) JOIN {conventions} c USING (convention_id)",
)
BY_IDS = f"SELECT d.*{SOURCE.shown} FROM {SOURCE.rows} {SOURCE.joined} WHERE d.dossier_id = ANY(%(ids)s)"
#: The last opened first.
ORDERS = (Order("opened_at", "d.opened_at", "timestamptz", True), Order("id", "d.dossier_id", "uuid", True))
LISTING = Listing(SOURCE, ORDERS)

_FREE = """
FROM {animations} WHERE convention_id = %(convention_id)s AND day BETWEEN %(period_from)s AND %(period_until)s
AND status = 'PUBLISHED' AND dossier_id IS NULL"""
#: The animations that a dossier of that convention and period may gather: attested, and in no other dossier.
GATHERABLE = f"SELECT animation_id {_FREE} AND attested ORDER BY day, animation_id LIMIT %(most)s"
#: What these dossiers wait for: what is over and lacks its attestation, and what was attested since they were gathered.
AWAITED = f"""
SELECT d.dossier_id, a.animation_id FROM {{service_dossiers}} d JOIN {{animations}} a
ON a.convention_id = d.convention_id AND a.day BETWEEN d.period_from AND d.period_until AND a.dossier_id IS NULL
WHERE d.dossier_id = ANY(%(ids)s)
AND ({AWAITING_ATTESTATION} OR a.status = 'PUBLISHED' AND a.attested AND d.status = 'OPEN')
ORDER BY a.attested, a.day, a.animation_id"""

#: How many animations these dossiers hold of each day.
DAYS = """
SELECT d.dossier_id, a.day, count(*) AS animations FROM {service_dossiers} d
JOIN {animations} a ON a.animation_id = ANY(d.animation_ids)
WHERE d.dossier_id = ANY(%(ids)s) GROUP BY d.dossier_id, a.day"""

#: The people who attested the animations of these dossiers, or handled their sheets.
ATTESTERS = """
SELECT DISTINCT d.dossier_id, a.attesting_acts AS acts FROM {service_dossiers} d
JOIN {animations} a ON a.animation_id = ANY(d.animation_ids)
WHERE d.dossier_id = ANY(%(ids)s) AND a.attesting_acts IS NOT NULL"""

#: Scans of these dossiers that are those of other animations of the structure too, in the dossier or not.
EQUAL_SHEETS = """
SELECT d.dossier_id, page.sha256 AS sheet_sha256,
       count(*) FILTER (WHERE NOT a.animation_id = ANY(d.animation_ids)) AS elsewhere,
       array_agg(a.animation_id ORDER BY a.day, a.animation_id)
           FILTER (WHERE a.animation_id = ANY(d.animation_ids)) AS held
FROM {service_dossiers} d
JOIN {animations} a ON a.structure_id = d.structure_id CROSS JOIN unnest(a.sheet_digests) AS page (sha256)
WHERE d.dossier_id = ANY(%(ids)s) GROUP BY d.dossier_id, page.sha256
HAVING count(*) > 1 AND bool_or(a.animation_id = ANY(d.animation_ids)) ORDER BY d.dossier_id, page.sha256"""

#: Attested animations that are at the place of one of these when it is, have a page of its signed sheet, or one of the
#: same structure that looks like it.
RESEMBLING = f"""
WITH pages AS MATERIALIZED (
    SELECT structure_id, ('x' || likeness)::bit({LIKENESS_BITS}) AS likeness
    FROM {{animations}}, unnest(sheet_likenesses) AS likeness WHERE animation_id = ANY(%(ids)s)
), others AS MATERIALIZED (
    SELECT animation_id, structure_id, ('x' || likeness)::bit({LIKENESS_BITS}) AS likeness
    FROM {{animations}}, unnest(sheet_likenesses) AS likeness
    WHERE sheet_likenesses <> '{{{{}}}}' AND structure_id IN (SELECT structure_id FROM pages)
    AND attested AND NOT animation_id = ANY(%(ids)s)
)
SELECT other.* FROM {{animations}} other WHERE animation_id IN (
    SELECT o.animation_id FROM {{animations}} a JOIN {{animations}} o
    ON o.attested AND o.territory = a.territory AND o.place_key = a.place_key
    AND o.starts_at < a.ends_at AND o.ends_at > a.starts_at
    WHERE a.animation_id = ANY(%(ids)s) AND a.place_key <> ''
    UNION
    SELECT o.animation_id FROM {{animations}} a JOIN {{animations}} o
    ON o.sheet_digests && a.sheet_digests AND o.sheet_digests <> '{{{{}}}}' AND o.attested
    WHERE a.animation_id = ANY(%(ids)s)
    UNION
    SELECT o.animation_id FROM others o JOIN pages p USING (structure_id)
    WHERE bit_count(o.likeness # p.likeness) <= {LARGEST_DIFFERENCE} * bit_count(o.likeness | p.likeness)
) AND NOT animation_id = ANY(%(ids)s) ORDER BY animation_id LIMIT %(most)s"""

#: The dossiers that a reference paid.
PAID_BY_REFERENCE = "SELECT dossier_id FROM {service_dossiers} WHERE payment_key = %(key)s ORDER BY paid_on LIMIT 100"


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of dossiers; None or empty: no filter. A period matches dossiers whose period overlaps it."""

    structure_id: UUID | None = None
    convention_id: UUID | None = None
    territory: Collection[str] | None = None
    status: Collection[str] | None = None
    period_from: date | None = None
    period_until: date | None = None
    amendments_to_decide: bool | None = None


_ONE = {
    "structure_id": "d.structure_id = %(structure_id)s",
    "convention_id": "d.convention_id = %(convention_id)s",
    "period_from": "d.period_until >= %(period_from)s",
    "period_until": "d.period_from <= %(period_until)s",
}
TO_CERTIFY = "d.status = 'SUBMITTED'"
#: Sent back to the structure; certified and not paid.
TO_CORRECT, TO_PAY = "d.status = 'RETURNED'", "d.status = 'CERTIFIED'"
#: Proposed to the coordonnateur, who has neither accepted nor refused.
AMENDMENTS_TO_DECIDE = "d.amendments_to_decide > 0"


def narrowed(filtered: Filter, conditions: Conditions) -> Filter:
    """Add these conditions to a filter."""
    for name in ("territory", "status"):
        if chosen := getattr(conditions, name):
            filtered = filtered.among(f"d.{name}", name, chosen)
    for name, condition in _ONE.items():
        if (value := getattr(conditions, name)) is not None:
            filtered = filtered.where(condition, **{name: value})
    if conditions.amendments_to_decide is not None:
        condition = AMENDMENTS_TO_DECIDE if conditions.amendments_to_decide else f"NOT ({AMENDMENTS_TO_DECIDE})"
        filtered = filtered.where(condition)
    return filtered
