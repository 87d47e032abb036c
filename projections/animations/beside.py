"""Find the animations beside others: of the same structure, or of one series."""

from __future__ import annotations

#: Animations of the same structure that begin on one of these days, or until a day, in a territory anywhere.
BESIDE_DATES = """
SELECT a.animation_id FROM {animations} a WHERE a.structure_id = (
    SELECT s.structure_id FROM {animations} s WHERE s.animation_id = %(id)s) AND a.starts_at >= coalesce(
    (SELECT min(d) FROM unnest(%(days)s::date[]) d) - interval '1 day',
    (SELECT s.starts_at FROM {animations} s WHERE s.animation_id = %(id)s))
AND a.starts_at < coalesce((SELECT max(d) FROM unnest(%(days)s::date[]) d), %(until)s::date) + interval '2 days'
AND (%(until)s::date IS NOT NULL OR a.starts_at::date = ANY (
    SELECT d + n FROM unnest(%(days)s::date[]) d, generate_series(-1, 1) n))
ORDER BY a.animation_id LIMIT 1000"""
#: The standing declarations of a structure, which the rows of a table are compared with.
DECLARED_BY = """
SELECT animation_id, title, venue_name, starts_at FROM {animations}
WHERE structure_id = %(structure_id)s AND status IN ('SUBMITTED', 'PUBLISHED') AND starts_at >= %(since)s
ORDER BY starts_at, animation_id LIMIT %(most)s"""
#: The animations of several series, in the order of their dates.
OF_SERIES = """
SELECT animation_id, series_id, status, published_at, structure_id, territory, starts_at, time_zone
FROM {animations} WHERE series_id = ANY(%(ids)s) ORDER BY starts_at, animation_id"""
#: Each place of published animations once, as its last changed animation tells it; a structure whose name was erased
#: may be a person, and so may its place.
PLACES = """
SELECT DISTINCT ON (a.commune_code, a.place_key) a.commune_code, a.place_key, a.venue_name, a.venue_type, a.address,
    a.changed_at, s.siret AS structure_siret, s.name AS structure_name
FROM {animations} a JOIN {structures} s USING (structure_id)
WHERE a.status = 'PUBLISHED' AND a.commune_code IS NOT NULL AND a.address IS NOT NULL AND a.place_key <> ''
    AND a.venue_type <> 'en-ligne' AND s.name <> %(erased)s
ORDER BY a.commune_code, a.place_key, a.changed_at DESC, a.animation_id"""
