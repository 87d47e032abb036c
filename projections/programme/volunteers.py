"""Parents Ressource at work: who takes part in animations, who can be named, and what was done in each mission."""

from __future__ import annotations

from projections.engine.paging import Listing, Order, Source

#: By first name and school, no more.
SOURCE = Source(
    table="candidatures",
    alias="c",
    shown=", p.first_name",
    joined="LEFT JOIN {candidature_people} p USING (candidature_id)",
    own="c.candidature_id, c.school_uai, c.validated_at",
)
ORDERS = (Order("validated_at", "c.validated_at", "timestamptz"), Order("id", "c.candidature_id", "uuid"))
LISTING = Listing(SOURCE, ORDERS)
#: The volunteers that structures may ask for: validated, and called by the coordonnateur, who accompanies them.
AT_WORK = "c.status = 'VALIDATED' AND c.repeats IS NULL AND c.erased_at IS NULL"
CALLED = "c.contacted_on IS NOT NULL"
OF_ANIMATIONS = """
SELECT v.animation_id, c.candidature_id, c.school_uai, p.first_name FROM {animation_volunteers} v
CROSS JOIN LATERAL unnest(v.volunteers) WITH ORDINALITY AS named(candidature_id, place)
JOIN {candidatures} c ON c.candidature_id = named.candidature_id
LEFT JOIN {candidature_people} p ON p.candidature_id = c.candidature_id
WHERE v.animation_id = ANY(%(ids)s) ORDER BY v.animation_id, named.place"""
#: The territories that structures have conventions in.
TERRITORIES_OF = "SELECT DISTINCT unnest(territories) AS code FROM {structures} WHERE structure_id = ANY(%(ids)s)"

#: The notes of volunteers, the last first; those taken back are left out.
ACCOMPANIMENTS_OF = """
SELECT candidature_id, number, day, mission, parents FROM {accompaniments}
WHERE candidature_id = ANY(%(ids)s) AND parents > 0 ORDER BY candidature_id, day DESC, number DESC"""
_OWNED = "(%(territories)s::text[] IS NULL OR {0}.territory = ANY(%(territories)s))"
_RANGE = """({0}.day >= coalesce(%(first_day)s::date, '-infinity')
    AND {0}.day <= coalesce(%(last_day)s::date, 'infinity'))"""
COUNT = f"SELECT count(*) AS volunteers FROM {{candidatures}} c WHERE {AT_WORK} AND {_OWNED.format('c')}"
#: In each mission. Taking part in animations follows from those that name volunteers, each counted once.
MISSIONS = f"""
SELECT mission, count(*) AS records, coalesce(sum(parents), 0)::bigint AS parents,
    count(DISTINCT candidature_id) AS volunteers
FROM {{accompaniments}} r WHERE r.parents > 0 AND {_OWNED.format("r")} AND {_RANGE.format("r")} GROUP BY mission
UNION ALL
SELECT 'TAKE_PART', count(DISTINCT a.animation_id), coalesce(sum(a.parents) FILTER (WHERE place = 1), 0)::bigint,
    count(DISTINCT volunteer)
FROM {{animation_volunteers}} v JOIN {{animations}} a USING (animation_id)
CROSS JOIN LATERAL unnest(v.volunteers) WITH ORDINALITY AS named(volunteer, place)
WHERE a.status = 'PUBLISHED' AND a.ends_at <= %(now)s AND {_OWNED.format("a")} AND {_RANGE.format("a")}"""
