"""Figures: of a structure straight from its animations, of territories from the rollups that the projector keeps."""

from __future__ import annotations

_RANGE = """
  AND (%(first_day)s::date IS NULL OR day >= %(first_day)s) AND (%(last_day)s::date IS NULL OR day <= %(last_day)s)"""

#: Of the structure `structure_id`, in `territories` unless that is null.
STRUCTURE_TOTALS = f"""
WITH mine AS MATERIALIZED (
    SELECT status, attested, coalesce(parents, 0) AS parents, ends_at, day, type, themes
    FROM {{animations}}
    WHERE structure_id = %(structure_id)s
      AND (%(territories)s::text[] IS NULL OR territory = ANY(%(territories)s)){_RANGE}
)
SELECT 'total' AS part, NULL AS code, count(*) AS animations,
    count(*) FILTER (WHERE status = 'PUBLISHED') AS published,
    count(*) FILTER (WHERE status = 'PUBLISHED' AND ends_at > %(now)s) AS upcoming,
    count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled,
    count(*) FILTER (WHERE attested) AS attested, coalesce(sum(parents), 0)::bigint AS parents
FROM mine
UNION ALL
SELECT 'month', to_char(day, 'YYYY-MM'), count(*), 0, 0, 0, 0, sum(parents)::bigint FROM mine GROUP BY 2
UNION ALL
SELECT 'ANIMATION_TYPE', type, count(*), 0, 0, 0, 0, sum(parents)::bigint FROM mine GROUP BY 2
UNION ALL
SELECT 'THEME', theme, count(*), 0, 0, 0, 0, sum(parents)::bigint FROM mine, unnest(themes) AS theme GROUP BY 2
ORDER BY 1, 2"""

#: Of the territories `territories`, or of the whole country when that is null.
TERRITORY_TOTALS = f"""
WITH days AS MATERIALIZED (
    SELECT to_char(day, 'YYYY-MM') AS month, sum(animations)::bigint AS animations, sum(published)::bigint AS published,
        sum(cancelled)::bigint AS cancelled, sum(attested)::bigint AS attested, sum(parents)::bigint AS parents
    FROM {{territory_days}}
    WHERE (%(territories)s::text[] IS NULL OR territory = ANY(%(territories)s)){_RANGE}
    GROUP BY 1
)
SELECT 'total' AS part, NULL AS code, coalesce(sum(animations), 0)::bigint AS animations,
    coalesce(sum(published), 0)::bigint AS published,
    (SELECT count(*) FROM {{animations}}
     WHERE status = 'PUBLISHED' AND ends_at > %(now)s
       AND (%(territories)s::text[] IS NULL OR territory = ANY(%(territories)s)){_RANGE}) AS upcoming,
    coalesce(sum(cancelled), 0)::bigint AS cancelled, coalesce(sum(attested), 0)::bigint AS attested,
    coalesce(sum(parents), 0)::bigint AS parents
FROM days
UNION ALL
SELECT 'month', month, animations, 0, 0, 0, 0, parents FROM days
UNION ALL
SELECT kind, code, sum(animations)::bigint, 0, 0, 0, 0, sum(parents)::bigint
FROM {{territory_terms}}
WHERE (%(territories)s::text[] IS NULL OR territory = ANY(%(territories)s)){_RANGE}
GROUP BY kind, code
ORDER BY 1, 2"""

#: What waits for a structure account: of its structures.
WAITING_FOR_STRUCTURE = """
SELECT count(*) FILTER (WHERE status = 'PUBLISHED' AND NOT attested AND ends_at <= %(now)s) AS awaiting_attestation,
    count(*) FILTER (WHERE status = 'REFUSED') AS refused
FROM {animations} WHERE structure_id = ANY(%(structures)s)"""
WAITING_FOR_NATIONAL_TEAM = "SELECT count(*) AS awaiting_publication FROM {animations} WHERE status = 'SUBMITTED'"
#: Candidatures of the asker's schools that wait for a step that is theirs to take.
WAITING_FOR_SCHOOL = """
SELECT count(*) AS candidatures_to_examine FROM {candidatures}
WHERE school_uai = ANY(%(schools)s) AND degree = %(degree)s AND status = %(status)s"""
