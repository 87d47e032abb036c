"""The indexes of the read model of animations: by what lists, figures and queues look rows up."""

from __future__ import annotations

INDEXES = (
    "(structure_id, starts_at, animation_id)",
    # The listing and its exports, in which nothing else is passed over. A period of local days is counted in the index.
    "(starts_at, animation_id) INCLUDE (day) WHERE status = 'PUBLISHED'",
    # Covers every status, for those who answer for a territory or the country; larger than that of the listing, which
    # pages would be read by otherwise.
    "(starts_at, animation_id) INCLUDE (day)",
    "(territory, starts_at, animation_id)",
    "(status, starts_at, animation_id)",
    "(attested, starts_at, animation_id)",
    "(territory, starts_at, animation_id) WHERE status = 'PUBLISHED' AND NOT attested",
    "(series_id, starts_at) WHERE series_id IS NOT NULL",
    "(commune_code, starts_at, animation_id) WHERE commune_code IS NOT NULL",
    "(school, starts_at, animation_id) WHERE school IS NOT NULL",
    # Holds the listing's further filters, so that the animations of a period are counted in the index.
    "(territory, starts_at, animation_id) INCLUDE (type, audience, venue_type) WHERE status = 'PUBLISHED'",
    # For selective filters in a large territory. PostgreSQL also keeps the plan of a page that an index answers alone.
    "(territory, type, audience, starts_at, animation_id) WHERE status = 'PUBLISHED'",
    "(coalesce(published_at, 'epoch'), animation_id)",
    "(changed_at, animation_id) WHERE status = 'PUBLISHED'",
    "(title_key, animation_id)",
    "(type, starts_at, animation_id)",
    "(audience, starts_at, animation_id)",
    "(venue_type, starts_at, animation_id)",
    "(ends_at) INCLUDE (territory, day) WHERE status = 'PUBLISHED' AND NOT attested",
    "(ends_at, animation_id) WHERE status = 'PUBLISHED' AND NOT ended",
    "(created_at, animation_id) WHERE status = 'SUBMITTED'",
    # What may lack a convention: looked at twice a minute for what is to be suspended, and by lists of all that does.
    "(ends_at) INCLUDE (structure_id, territory, day, suspended, animation_id) WHERE NOT attested"
    " AND status IN ('SUBMITTED', 'REFUSED', 'PUBLISHED')",
    "USING gin (themes)",
    "USING gin (accessibility)",
    "USING gin (languages)",
    "USING gin (search)",
    "(convention_id, day) WHERE status = 'PUBLISHED' AND dossier_id IS NULL",
    # For the comparison before a service is certified.
    "(territory, place_key, starts_at) WHERE attested",
    "USING gin (sheet_digests) WHERE sheet_digests <> '{}'",
    "(structure_id) WHERE sheet_likenesses <> '{}'",
)
