"""What PostgreSQL does for a question, and copies of rows that are many enough to tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from domain.kernel.actors import Actor
from tests.support.api.reading import Reader, executed, opened_town, reading

ANIMATIONS, EVENTS = 5_000, 25_000

#: Copies of one animation, each other in what is asked for.
ANIMATIONS_COPIED = f"""
INSERT INTO read_models.animations_g1
SELECT (jsonb_populate_record(a, jsonb_build_object(
    'animation_id', gen_random_uuid(),
    'structure_id', CASE WHEN n % 300 = 0 THEN a.structure_id ELSE md5((n % 300)::text)::uuid END,
    'territory', (ARRAY['02','13','18','2A','25','29','34','38','86','88','95','971'])[1 + n % 12],
    'status', CASE WHEN n % 40 = 0 THEN 'SUBMITTED' WHEN n % 41 = 0 THEN 'REFUSED' ELSE 'PUBLISHED' END,
    'type', CASE WHEN n % 50 = 0 THEN 'seminaire' ELSE 'atelier-parents' END,
    'audience', CASE WHEN n % 60 = 0 THEN 'mediateurs' ELSE 'parents' END,
    'themes', CASE WHEN n % 100 = 0 THEN '["jeux-video"]'::jsonb ELSE '["temps-ecran"]'::jsonb END,
    'commune_code', CASE WHEN n % 200 = 0 THEN '34172' WHEN n % 333 = 0 THEN '34129' WHEN n % 2 = 0 THEN '13001' END,
    'accessibility', CASE WHEN n % 150 = 0 THEN '["braille"]'::jsonb ELSE '[]'::jsonb END,
    'school', CASE WHEN n % 200 = 0 THEN '0340766Y' WHEN n % 3 = 0 THEN '0130001A' END,
    'languages', CASE WHEN n % 150 = 0 THEN '["ta"]'::jsonb ELSE '[]'::jsonb END,
    'title_key', md5(n::text),
    'starts_at', a.starts_at + n * interval '1 hour',
    'ends_at', a.ends_at + n * interval '1 hour',
    'published_at', a.created_at + n * interval '1 minute',
    'search', 'cafe ' || md5((n % 500)::text)
))).*
FROM read_models.animations_g1 a, generate_series(1, {ANIMATIONS}) n
"""
#: Copies of the event of a declaration, which read models take for read.
EVENTS_COPIED = f"""
INSERT INTO stored_events (notification_id, originator_id, originator_version, topic, state)
SELECT 1000000 + n, md5((n % 9000)::text)::uuid, 1000 + n,
    (ARRAY['animation.created','animation.published','animation.attested','animation.refused'])[1 + n % 4],
    convert_to(replace(replace(replace(convert_from(state, 'UTF8'),
        substring(convert_from(state, 'UTF8') from '"recorded_at":"[^"]*"'),
        '"recorded_at":"' || to_char(event_time(state) AT TIME ZONE 'UTC' + n * interval '5 minutes',
            'YYYY-MM-DD"T"HH24:MI:SS') || 'Z"'),
        '"structure_id":"' || event_structure(state),
        '"structure_id":"' || CASE WHEN n % 300 = 0 THEN event_structure(state) ELSE md5((n % 300)::text)::uuid END),
        '"territory":"' || event_territory(state),
        '"territory":"' || (ARRAY['02','13','18','2A','25','29','34','38','86','88','95','971'])[1 + n % 12]), 'UTF8')
FROM stored_events, generate_series(1, {EVENTS}) n WHERE topic = 'animation.created'
"""
#: An older history, imported at last.
OLDER, OLDER_COPIED = (
    3_000,
    f"""
INSERT INTO stored_events (notification_id, originator_id, originator_version, topic, state)
SELECT 1000000 + {EVENTS} + n, md5('older' || n)::uuid, 1, topic,
    convert_to(replace(convert_from(state, 'UTF8'), '"recorded_at":"20', '"recorded_at":"19'), 'UTF8')
FROM stored_events, generate_series(1, 3000) n WHERE notification_id = 1000001""",
)
EVENTS_READ = f"UPDATE read_models.generations SET position = {1_000_000 + EVENTS + OLDER}"
STRUCTURES_ADDED = """
INSERT INTO read_models.structures_g1
    (structure_id, version, siret, name, name_key, compared_name, territories, former_sirets, aliases, opened_at)
SELECT md5(n::text)::uuid, 1, n::text, 'x', 'x', 'x', '{34}', '{}', '{}', now() FROM generate_series(0, 299) n
"""


@contextmanager
def many_animations(server_url: str, name: str, template: str, *statements: str) -> Iterator[Reader]:
    """Open a town with thousands of copies of one animation; further `statements` add to them, or change them."""
    with opened_town(server_url, name, template) as town:
        town.signs()
        town.declares(published=True)
        with reading(town) as reader:
            with town.app.pool.connection() as conn:
                conn.execute("SET statement_timeout = '120s'")
                for statement in (ANIMATIONS_COPIED, *statements):
                    conn.execute(statement)
                conn.execute("VACUUM ANALYZE read_models.animations_g1, stored_events, read_models.structures_g1")
            yield reader


def plans_of(reader: Reader, document: str, actor: Actor, variables: dict[str, Any]) -> list[dict[str, Any]]:
    """What PostgreSQL does, and how much of it, for each statement of an answer."""
    with executed() as statements:
        assert reader.asks(document, actor, **variables).data
    # Not on a connection of the commands, which avoid reading a table whole.
    with psycopg.connect(reader.town.url, autocommit=True) as conn:
        plans = []
        for query, params in statements:
            text = query.as_string(conn)
            ((plan,),) = conn.execute("EXPLAIN (ANALYZE, FORMAT JSON) " + text, params).fetchall()
            plans.append(plan[0]["Plan"])
        return plans


def nodes_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from nodes_of(below)


def rows_read(node: dict[str, Any]) -> float:
    """How many rows of a table were looked at, those thrown away included."""
    thrown = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    loops: int = node["Actual Loops"]
    return float((node["Actual Rows"] + thrown) * loops)
