"""The programme's own measures, by territory, as of an instant; and which communes and schools were reached."""

from __future__ import annotations

#: In force at the instant: the last version of its territory's strategy that was adopted until then.
_IN_FORCE = """g.adopted_at <= %(until)s AND NOT EXISTS (
    SELECT FROM {strategies} later
    WHERE later.territory = g.territory AND later.edition > g.edition AND later.adopted_at <= %(until)s)"""
#: The last record of each school for the school year.
TARGET_SCHOOLS = f"""
SELECT school.uai, g.territory, coalesce(record.has_part, false) AS has_part
FROM {{strategies}} g CROSS JOIN LATERAL unnest(g.target_schools) AS school(uai) LEFT JOIN LATERAL (
    SELECT r.has_part FROM {{school_project_records}} r
    WHERE r.school_year = %(school_year)s AND r.uai = school.uai AND r.recorded_at <= %(until)s
    ORDER BY r.position DESC LIMIT 1
) AS record ON true WHERE {_IN_FORCE} ORDER BY school.uai"""
ADOPTED = "SELECT DISTINCT territory FROM {strategies} WHERE adopted_at <= %(until)s"
GROUPS = """
SELECT territory, count(*) AS groups FROM {action_groups}
WHERE opened_at <= %(until)s AND (closed_at IS NULL OR closed_at > %(until)s) GROUP BY territory"""
#: Validated at the instant, and neither withdrawn nor rejected before it.
VOLUNTEERS = """
SELECT territory, count(*) AS volunteers FROM {candidatures}
WHERE repeats IS NULL AND validated_at <= %(until)s AND (status = 'VALIDATED' OR decided_at > %(until)s)
GROUP BY territory"""
#: The figures of the year before the instant.
ANIMATIONS = """
SELECT territory, sum(published)::bigint AS animations, sum(parents)::bigint AS parents FROM {territory_days}
WHERE day > %(first_day)s AND day <= %(last_day)s GROUP BY territory"""
_OF_THE_YEAR = """a.status = 'PUBLISHED' AND a.starts_at > %(since)s AND a.starts_at <= %(until)s
    AND a.published_at <= %(until)s"""
#: One step of an index for each commune or school, however many animations there are.
REACHED_COMMUNES = f"""
SELECT code FROM unnest(%(codes)s::text[]) AS code WHERE EXISTS (
    SELECT FROM {{animations}} a WHERE a.commune_code = code AND {_OF_THE_YEAR})"""
REACHED_SCHOOLS = f"""
SELECT uai FROM unnest(%(uais)s::text[]) AS uai WHERE EXISTS (
    SELECT FROM {{animations}} a WHERE a.school = uai AND {_OF_THE_YEAR})"""
