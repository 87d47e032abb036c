"""Whatever is asked, fetched or done by itself finds its rows by an index, however large the tables grow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from projections.animations.standing import WITHOUT_CONVENTION
from tests.api.rights.whole_product import works_through
from tests.support.api.full_tables import filled_up
from tests.support.api.nested_plans import nested
from tests.support.api.plans_at_size import Planned, large_parts, planned, planned_for_any, planned_unsent, sizes_of
from tests.support.api.reading import opened_town
from tests.support.api.statements import Statements, sent
from tests.support.api.written import unknown

#: Tables that history does not lengthen beyond some hundreds or thousands of rows, and why.
SHORT = {
    "terms": "the typology",
    "territories": "a row for each",
    "strategies": "some for each territory",
    "action_groups": "some for each territory",
    "school_projects": "a row for each target school and year",
    "schools": "those of the country, whose names hold what is typed anywhere",
    "school_animations": "a row for each school",
    "school_candidatures": "a row for each school",
    "school_staff": "some rows for each school",
    "listed_animations": "a row for each combination of what the listing is filtered by",
    "territory_days": "a row for each day of a territory",
    "territory_terms": "a row for each day of a territory and term",
    "country_terms": "a row for each day and term",
    "questionnaire_keys": "emptied whole",
    "webhook_progress": "a row for each subscription",
    "structures": "some thousands, whose names hold what is typed anywhere",
    "conventions": "some for each structure",
    "candidatures": "a row for each volunteer, some thousands",
    **dict.fromkeys(("publications", "publication_people"), "written by hand, some hundreds a year"),
    **dict.fromkeys(
        ("account_people", "invitations", "invited_people", "sign_ins_seen"), "a row for each account, some thousands"
    ),
    "unreached": "what did not reach somebody, until it does",
    "animation_drafts": "a row for each who declares, for some weeks",
    "reactions_set_aside": "what could not be reacted to",
    **dict.fromkeys(("satisfaction_forms", "attestation_forms"), "a row for each wording"),
    **dict.fromkeys(("job_failures", "troubles", "leases"), "a row for each work"),
    "generations": "some for each read model",
    "logos": "a row for each structure that has one",
    "keys": "the notary's, of which there is one for years",
    "log": "one row",
    "map": "one row",
    "stored_events_notification_id_seq": "one row",
    **dict.fromkeys(
        ("reaction_position", "person_index_position", "forgetting", "mail_sending", "sms_sending"), "one row"
    ),
}
#: Statements that read a table whole, by a part of their text (after "^": by how they begin), and why.
WHOLE = {
    "SELECT structure_id, contact_id FROM": "retention, once a day",
    "a.ends_at < %(ended_before)s": "retention, once a day",
    "DELETE FROM mail_outbox WHERE ctid": "once an hour, of what it keeps short itself",
    "DELETE FROM command_outcomes WHERE ctid": "once an hour: an index would cost each command",
    "FROM questionnaire_packets ORDER BY packet_id": "answers are recorded once a night",
    "FROM questionnaire_tallies WHERE": "answers are recorded once a night",
    **dict.fromkeys(
        ("a.languages && %(language)s", "a.accessibility && %(accessibility)s"),
        "a list is planned for its values, here for one that nothing has",
    ),
    "originator_id BETWEEN": "a rebuild reads all keys, range by range",
    "WHERE wrapped_key IS NOT NULL LIMIT 1": "once a process: few keys are erased",
    "SELECT count(*) FROM stored_events WHERE notification_id >": "status: what a read model has yet to read",
    "LEFT JOIN stored_events AS before": "audit check, from a position on",
    '^SELECT count(*) FROM "read_models"': "audit check --read-models",
    "FROM proof.checkpoints ORDER BY size": "audit check",
    "SELECT prefix, entries FROM proof.map_tiles": "audit check",
    "SELECT mail_id, kind, attempts": "mail status",
    "AS held_back": "mail status",
    "max(reason) FI": "sms status",
    "UPDATE sms_outbox SET due_at = now(), given_up_at = NULL": "sms retry",
}
#: The same of statements that nothing here occasions.
WHOLE_ON_OCCASION = {
    "-> 'stamp' ->> 'recorded_at')::timestamptz <=": "backup settle, to a moment",
    "WHERE authenticator IS NOT NULL)": "migrate: the first event tells, unless the log is of an old release",
    "^SELECT count(*) FROM stored_events": "audit check",
    "max(size), 0) FROM proof.cosignatures WHERE witness": "found from the end, unless the witness is new",
    "WITH written (kind, id, name, texts, at)": "whom texts mention, before somebody is erased",
}
#: Texts of statements, by a part, that are not planned here, and why.
UNPLANNED = {
    "FROM pg_temp.record_": "its own statements are: see below",
    **dict.fromkeys(
        (
            "'PUBLISHED'), count(*) FILTER (WHERE status",
            "SELECT 'ANIMATION_TYPE', type UNION ALL",
            "venue_type, status,",
        ),
        "a rebuild sums the animations that it has written",
    ),
    **dict.fromkeys(
        ("GROUP BY school", "count(*) FILTER (WHERE listed)", "(question, first,", "AS school (uai) GROUP BY"),
        "a rebuild sums other rows that it has written",
    ),
    "AS touched WHERE stretch IS NOT NULL": "a change of terms that touches many animations looks at all",
    "json_populate_recordset(NULL::": "and copies them",
}
#: Indexes, by a part of how they are made, of statements that nothing here occasions.
ON_OCCASION = {
    "accompaniments USING btree (day)": "a period of the whole country",
    "(territory, type, audience, starts_at, animation_id)": "what is rare in a large territory",
    "passkeys USING gin (keys jsonb_path_ops)": "somebody signs in by a passkey",
    "sms_waiting": "an event takes back a text message",
    "stored_events_school_staff": "the staff of a school is written to",
}
#: PostgreSQL takes plans for equally dear of which one costs at most a hundredth more, with what is worked out before
#: it added to each. A walk over the log, before which most is worked out, costs 70,000.
MOST_ASIDE = 5_000_000
#: The last event of a stream.
_LAST_EVENT = """
SELECT originator_id, originator_version, topic, state FROM stored_events ORDER BY originator_version DESC LIMIT 1"""
_TAKE_LEASE = "INSERT INTO leases VALUES (1, 'work', %(key)s, 'process', 0, now(), now())"
#: One event more in a stream that was read, under the lease.
_RECORD = """
SELECT * FROM pg_temp.record_leased(1, (SELECT token FROM leases WHERE lease = 1),
    ARRAY[0], ARRAY[%(stream)s]::uuid[], ARRAY[%(version)s]::bigint[],
    ARRAY[0], ARRAY[%(key)s]::uuid[], ARRAY['x']::bytea[], ARRAY[%(stream)s]::uuid[],
    ARRAY[0], ARRAY[%(stream)s]::uuid[], ARRAY[%(version)s + 1]::bigint[], ARRAY[%(topic)s],
    ARRAY[%(state)s]::bytea[], ARRAY['x']::bytea[])"""
#: The index by which is found what is to be suspended.
_SUSPENDABLE = """
SELECT indexrelid::regclass::text FROM pg_index
WHERE indrelid = 'read_models.animations_g1'::regclass AND pg_get_indexdef(indexrelid) LIKE '%suspended%'"""


@pytest.fixture(scope="module")
def statements(
    server_url: str, worker_id: str, founded_name: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Statements]]:
    """The address of a world, and each statement that the product sends there, with parameters it was sent with."""
    folder = tmp_path_factory.mktemp("product")
    with opened_town(server_url, f"api_statements_{worker_id}", founded_name) as town:
        with sent() as statements:
            works_through(town, folder)
        yield town.url, statements


@pytest.fixture(scope="module")
def full(statements: tuple[str, Statements]) -> Iterator[psycopg.Connection[Any]]:
    """A connection for which all tables are large."""
    with psycopg.connect(statements[0]) as conn, filled_up(conn):
        yield conn


@pytest.fixture(scope="module")
def product(statements: tuple[str, Statements], full: psycopg.Connection[Any]) -> Planned:
    return planned(full, statements[1])


@pytest.fixture(scope="module")
def unsent(statements: tuple[str, Statements], full: psycopg.Connection[Any]) -> dict[str, dict[str, float]]:
    return planned_unsent(full, statements[1])


def _is(text: str, part: str) -> bool:
    return text.startswith(part[1:]) if part.startswith("^") else part in text


def _faults(read: dict[str, dict[str, float]], excused: Iterable[str] = WHOLE) -> list[str]:
    """The statements that read a large part of a table that history lengthens, and are not excused."""
    long = {text: sorted(names.keys() - SHORT.keys()) for text, names in read.items()}
    return [
        f"{names}: {text}" for text, names in long.items() if names and not any(_is(text, part) for part in excused)
    ]


def test_no_statement_reads_a_large_part_of_a_table_that_history_lengthens(product: Planned):
    faults = _faults(product.read)
    assert faults == [], "\n\n".join(faults)
    large = [text for text, names in product.read.items() if names.keys() - SHORT.keys()]
    assert [part for part in WHOLE if not any(_is(text, part) for text in large)] == []
    assert len(product.read) > 1_000


def test_no_plan_looks_as_dear_as_any_other_for_what_is_worked_out_before(product: Planned):
    assert {text: cost for text, cost in product.aside.items() if cost > MOST_ASIDE} == {}
    assert max(product.aside.values()) > 10_000


def test_nor_does_a_plan_for_any_values_that_is_kept(statements: tuple[str, Statements], full: psycopg.Connection[Any]):
    read = planned_for_any(full, statements[1])
    faults = _faults(read)
    assert faults == [], "\n\n".join(faults)
    assert len(read) > 1_000


def test_nor_does_one_that_nothing_occasions_here(unsent: dict[str, dict[str, float]]):
    faults = _faults(unsent, [*WHOLE, *WHOLE_ON_OCCASION])
    assert faults == [], "\n\n".join(faults)
    large = [text for text, names in unsent.items() if names.keys() - SHORT.keys()]
    assert [part for part in WHOLE_ON_OCCASION if not any(_is(text, part) for text in large)] == []
    assert len(unsent) > 100


def test_each_statement_of_the_product_is_among_these(product: Planned, unsent: dict[str, dict[str, float]]):
    texts = list(unknown([*product.read, *unsent]))
    assert [text for text in texts if not any(part in text for part in UNPLANNED)] == []
    assert [part for part in UNPLANNED if not any(part in text for text in texts)] == []


def test_what_records_decisions_finds_by_index_what_it_checks(full: psycopg.Connection[Any]):
    with full.transaction(force_rollback=True):
        full.execute((files("eventstore") / "record_decisions.sql").read_bytes())
        ((stream, version, topic, state),) = full.execute(_LAST_EVENT).fetchall()
        once = {"stream": stream, "version": version, "topic": topic, "state": state, "key": uuid4()}
        full.execute(_TAKE_LEASE, once)
        with nested(full) as plans:
            # Recorded; with the same key; and for a version that has passed.
            verdicts = [full.execute(_RECORD, each).fetchall() for each in (once, once, once | {"key": uuid4()})]
        places = [[(place, position is None) for place, position, *_ in rows] for rows in verdicts]
        assert places == [[(None, False)], [(0, False)], [(0, True)]]
        sizes = sizes_of(full)
    assert _faults({text: large_parts(plan, sizes, text) for text, plan in plans.items()}) == []
    assert sum("stored_events" in text for text in plans) >= 3
    assert sum("command_outcomes" in text for text in plans) >= 3


def test_a_walk_past_what_is_looked_for_is_seen(product: Planned, full: psycopg.Connection[Any]):
    """What is to be suspended, as it was once looked for: by the primary key, without an index of its own."""
    tables = {name: sql.SQL(f"read_models.{name}_g1") for name in ("animations", "conventions")}
    condition = f"NOT suspended AND ends_at > %(now)s AND {WITHOUT_CONVENTION}"
    query = sql.SQL(f"SELECT animation_id FROM {{animations}} a WHERE {condition} ORDER BY animation_id LIMIT 500")
    with full.transaction(force_rollback=True):
        for (name,) in full.execute(_SUSPENDABLE).fetchall():
            full.execute(f"DROP INDEX {name}")
        text = query.format(**tables).as_string(full)
        assert _faults(planned(full, {text: {"now": datetime(2026, 10, 1, tzinfo=UTC)}}).read) == [
            f"['animations']: {text}"
        ]


def test_a_statement_uses_every_index(product: Planned):
    unused = [made for made in product.unused_indexes if not any(part in made for part in ON_OCCASION)]
    assert unused == [], "\n".join(unused)
