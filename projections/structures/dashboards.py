"""Figures: of structures straight from their animations, of territories from the rollups that the projector keeps.

Every statement answers for many owners at once, one row for each `owner`, `part` and `code`.
What is attested is over, whatever a clock that is behind says: it is never upcoming.
"""

from __future__ import annotations

from projections.animation_requests.queries import (
    WAITING_FOR_A_STRUCTURE,
    WAITING_FOR_AN_ANIMATION,
    WAITING_FOR_STRUCTURES,
)
from projections.animations.standing import AWAITING_ATTESTATION, AWAITING_CORRECTION, AWAITING_PUBLICATION
from projections.candidatures.queries import CERTIFICATE_TO_ISSUE, OWN_STEP, TO_CONTACT, TO_EXAMINE
from projections.publications.queries import TO_REVIEW
from projections.service_dossiers.queries import AMENDMENTS_TO_DECIDE, TO_CERTIFY, TO_CORRECT, TO_PAY

_RANGE = """
  AND (%(first_day)s::date IS NULL OR day >= %(first_day)s) AND (%(last_day)s::date IS NULL OR day <= %(last_day)s)"""

#: Of each of the structures `owners`, in `territories` unless that is null.
OF_STRUCTURES = f"""
WITH mine AS MATERIALIZED (
    SELECT structure_id AS owner, status, attested, coalesce(parents, 0) AS parents, ends_at, type, themes,
        to_char(day, 'YYYY-MM') AS month
    FROM {{animations}}
    WHERE structure_id = ANY(%(owners)s)
      AND (%(territories)s::text[] IS NULL OR territory = ANY(%(territories)s)){_RANGE}
)
SELECT owner, 'total' AS part, NULL AS code, count(*) AS animations,
    count(*) FILTER (WHERE status = 'PUBLISHED') AS published,
    count(*) FILTER (WHERE status = 'PUBLISHED' AND NOT attested AND ends_at > %(now)s) AS upcoming,
    count(*) FILTER (WHERE status = 'CANCELLED') AS cancelled,
    count(*) FILTER (WHERE attested) AS attested, sum(parents)::bigint AS parents
FROM mine GROUP BY owner
UNION ALL
SELECT owner, 'month', month, count(*), 0, 0, 0, 0, sum(parents)::bigint FROM mine GROUP BY owner, month
UNION ALL
SELECT owner, 'ANIMATION_TYPE', type, count(*), 0, 0, 0, 0, sum(parents)::bigint FROM mine GROUP BY owner, type
UNION ALL
SELECT owner, 'THEME', theme, count(*), 0, 0, 0, 0, sum(parents)::bigint
FROM mine, unnest(themes) AS theme GROUP BY owner, theme
ORDER BY part, code"""

_ROLLED_UP = f"""
WITH days AS MATERIALIZED (
    SELECT <owner> AS owner, to_char(day, 'YYYY-MM') AS month, sum(animations)::bigint AS animations,
        sum(published)::bigint AS published, sum(cancelled)::bigint AS cancelled, sum(attested)::bigint AS attested,
        sum(parents)::bigint AS parents
    FROM {{territory_days}} WHERE <owned>{_RANGE} GROUP BY 1, 2
), upcoming AS (
    SELECT <owner> AS owner, count(*) AS upcoming
    FROM {{animations}}
    WHERE status = 'PUBLISHED' AND NOT attested AND ends_at > %(now)s AND <owned>{_RANGE} GROUP BY 1
)
SELECT owner, 'total' AS part, NULL AS code, sum(animations)::bigint AS animations,
    sum(published)::bigint AS published, coalesce(min(upcoming), 0) AS upcoming, sum(cancelled)::bigint AS cancelled,
    sum(attested)::bigint AS attested, sum(parents)::bigint AS parents
FROM days LEFT JOIN upcoming USING (owner) GROUP BY owner
UNION ALL
SELECT owner, 'month', month, animations, 0, 0, 0, 0, parents FROM days
UNION ALL
SELECT <owner>, kind, code, sum(animations)::bigint, 0, 0, 0, 0, sum(parents)::bigint
FROM {{territory_terms}} WHERE <owned>{_RANGE} GROUP BY 1, kind, code
ORDER BY part, code"""

#: Of each of the territories `owners`.
OF_TERRITORIES = _ROLLED_UP.replace("<owner>", "territory").replace("<owned>", "territory = ANY(%(owners)s)")
#: Of all territories together; `owners` is one name for them.
OF_THE_COUNTRY = (
    _ROLLED_UP.replace("<owner>", "(%(owners)s::text[])[1]")
    .replace("<owned>", "true")
    .replace("{territory_terms}", "{country_terms}")
)

#: What waits for a structure account: of its structures.
WAITING_FOR_STRUCTURE = f"""
SELECT count(*) FILTER (WHERE {AWAITING_ATTESTATION}) AS awaiting_attestation,
    count(*) FILTER (WHERE {AWAITING_ATTESTATION}) AS attestations_due,
    count(*) FILTER (WHERE {AWAITING_CORRECTION}) AS refused,
    (SELECT count(*) FROM {{service_dossiers}} d WHERE d.structure_id = ANY(%(own_structures)s) AND {TO_CORRECT})
        AS dossiers_to_correct,
    (SELECT count(*) FROM {{animation_requests}} r WHERE {WAITING_FOR_STRUCTURES}) AS animation_requests
FROM {{animations}} a WHERE a.structure_id = ANY(%(own_structures)s)"""
_DOSSIERS = f"""
count(*) FILTER (WHERE {TO_CERTIFY}) AS dossiers_to_certify,
count(*) FILTER (WHERE {AMENDMENTS_TO_DECIDE}) AS amendments_to_decide FROM {{service_dossiers}} d"""
_VOLUNTEERS = f"""
count(*) FILTER (WHERE {TO_EXAMINE}) AS candidatures_to_examine,
count(*) FILTER (WHERE {TO_CONTACT}) AS volunteers_to_contact,
count(*) FILTER (WHERE {CERTIFICATE_TO_ISSUE}) AS certificates_to_issue FROM {{candidatures}} c"""
#: What waits for coordonnateurs: of their territories, by the conditions of the lists that show it.
WAITING_FOR_COORDONNATEUR = f"""
SELECT * FROM (SELECT {_DOSSIERS} WHERE d.territory = ANY(%(own_territories)s)) AS dossiers,
    (SELECT {_VOLUNTEERS} WHERE c.territory = ANY(%(own_territories)s)) AS volunteers,
    (SELECT count(*) AS attestations_due FROM {{animations}} a
     WHERE a.territory = ANY(%(own_territories)s) AND {AWAITING_ATTESTATION}) AS animations,
    (SELECT count(*) AS animation_requests FROM {{animation_requests}} r
     WHERE r.territory = ANY(%(own_territories)s) AND {WAITING_FOR_A_STRUCTURE}) AS requests"""
WAITING_FOR_NATIONAL_TEAM = f"""
SELECT count(*) AS awaiting_publication,
    (SELECT count(*) FROM {{service_dossiers}} d WHERE {TO_PAY}) AS dossiers_to_pay,
    (SELECT count(*) FROM {{publications}} p WHERE {TO_REVIEW.clause}) AS publications_to_review
FROM {{animations}} a WHERE {AWAITING_PUBLICATION}"""
#: Candidatures of the asker's schools that wait for a step that is theirs to take.
_REQUESTS_OF_SCHOOL = f"""(SELECT count(*) FROM {{animation_requests}} r
    WHERE r.school = ANY(%(own_schools)s) AND {WAITING_FOR_AN_ANIMATION})"""
WAITING_FOR_SCHOOL = f"""
SELECT count(*) AS candidatures_to_examine, {_REQUESTS_OF_SCHOOL} AS animation_requests FROM {{candidatures}} c
WHERE {OWN_STEP}"""
WAITING_FOR_TEACHER = f"SELECT {_REQUESTS_OF_SCHOOL} AS animation_requests"
