"""What a structure lives besides its animations: all of it is in a season, once, however often it is started."""

from __future__ import annotations

from datetime import UTC, datetime

from psycopg import sql

from application.proof.rules.log import judge_log
from cli.demo.everyday import live_everyday
from cli.demo.roles import cast_roles
from cli.demo.season import load_once, structure_of
from eventstore.log import head
from projections.engine.generations import live_tables
from tests.cli.conftest import project

NOW = datetime(2026, 11, 23, 10, 30, tzinfo=UTC)
_LIVED = """SELECT
    (SELECT count(*) FROM {contacts}) AS contacts,
    (SELECT count(DISTINCT series_id) FROM {animations} WHERE status = 'PUBLISHED') AS series,
    (SELECT count(*) FROM {registrations} WHERE NOT on_behalf) AS alone,
    (SELECT count(*) FROM {registrations} WHERE on_behalf) AS on_behalf,
    (SELECT count(*) FROM {registrations} WHERE status = 'WAITING') AS waiting,
    (SELECT count(*) FROM {registrations} WHERE present IS NOT NULL) AS ticked,
    (SELECT count(*) FROM {walk_ins} WHERE walk_in_parents > 0) AS walk_ins,
    (SELECT count(*) FROM {structures} WHERE cardinality(former_sirets) > 0) AS moved,
    (SELECT count(*) FROM {animations} WHERE school IS NOT NULL) AS at_school,
    (SELECT count(*) FROM {animations} WHERE online_link IS NOT NULL) AS online,
    (SELECT count(*) FROM {animations} WHERE cardinality(accessibility) > 0) AS accessible,
    (SELECT count(*) FROM {animations} WHERE cardinality(languages) > 0) AS in_languages,
    (SELECT count(*) FROM {animations} WHERE description LIKE '%**%') AS in_markdown,
    (SELECT count(*) FROM stored_events WHERE topic = 'account.school_staff_bound') AS teachers,
    (SELECT count(DISTINCT status) = 6 FROM {animation_requests})::int AS asked_for,
    (SELECT count(*) FROM {animation_volunteers}) AS helping,
    (SELECT count(DISTINCT mission) = 4 FROM {accompaniments})::int AS helped,
    (SELECT count(*) FROM {logos}) AS logos,
    (SELECT count(*) FROM {webhooks} WHERE status = 'PAUSED') AS systems,
    (SELECT count(*) FROM {publications} WHERE status = 'PROPOSED') AS to_review,
    (SELECT count(*) FROM {publications} WHERE status = 'REFUSED') AS refused_publications,
    (SELECT count(*) FROM {publications} WHERE status = 'WITHDRAWN') AS withdrawn_publications,
    (SELECT count(*) FROM {publications} WHERE jsonb_array_length(files) > 0) AS with_files,
    (SELECT min(online) = 2 AND count(*) = 7 FROM (SELECT least(count(*), 2) AS online FROM {publications}
        WHERE status = 'PUBLISHED' GROUP BY kind) AS kinds) AS two_of_every_kind,
    (SELECT count(*) FROM {satisfaction_packets}) AS answered,
    (SELECT count(*) > 3 FROM (SELECT animation_id FROM {registrations} GROUP BY 1) AS several)::int AS of_several,
    (SELECT count(DISTINCT structure_id) > 2 FROM {contacts})::int AS several_have_contacts,
    (SELECT count(DISTINCT series_id) > 1 FROM {animations})::int AS several_series,
    (SELECT count(*) FROM {unreached}) AS bounced,
    (SELECT count(*) > 2 FROM {animations} WHERE jsonb_array_length(sheets) > 0)::int AS signed"""


def test_a_season_holds_what_a_structure_lives_and_holds_it_once(opened):
    load_once(opened, 120, NOW)
    project(opened)
    with opened.connection() as conn:
        cursor = conn.execute(sql.SQL(_LIVED).format(**live_tables(conn)))
        names, row = [column.name for column in cursor.description], cursor.fetchone()
        siret = structure_of(cast_roles(conn, NOW))[0]
        before = head(conn)
    missing = [name for name, number in zip(names, row, strict=True) if not number]
    assert missing == []
    live_everyday(opened, siret, NOW)
    with opened.connection() as conn:
        assert head(conn) == before, "everything is there already"
        assert [str(finding) for finding in judge_log(conn).findings] == []
