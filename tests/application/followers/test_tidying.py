"""Tables beside the log shrink, and nothing is forgotten that must be known."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from application.application import Application
from application.followers import tidying
from application.followers.tidying import tidy
from application.founding import found_database, keys

NOW = datetime(2026, 9, 23, 12, 0, tzinfo=UTC)


def _count(app: Application, query: str) -> int:
    with app.pool.connection() as conn:
        row = conn.execute(query).fetchone()
    assert row is not None
    return int(row[0])


def _tidies(app: Application) -> int:
    with app.pool.connection() as conn:
        return tidy(conn, keys())


def test_a_commands_key_is_forgotten_after_a_month_and_the_foundings_never(app):
    found_database(app, NOW)
    founded = _count(app, "SELECT count(*) FROM command_outcomes")
    with app.pool.connection() as conn:
        conn.execute("UPDATE command_outcomes SET recorded_at = now() - interval '2 years'")
        for days in (29, 31):
            conn.execute(
                "INSERT INTO command_outcomes VALUES (%s, '', %s, 1, now() - make_interval(days => %s))",
                (uuid4(), uuid4(), days),
            )
    assert _tidies(app) == 1
    assert _count(app, "SELECT count(*) FROM command_outcomes") == founded + 1
    assert not found_database(app, NOW), "nothing is founded a second time"


def test_a_letter_is_forgotten_three_months_after_its_end_and_whose_it_was_after_two_days(app, monkeypatch):
    monkeypatch.setattr(tidying, "AT_ONCE", 2)
    ends = [
        *(("sent_at", days, days < 2, days < 90) for days in (0, 1, 3, 89, 91, 400)),
        *(("given_up_at", days, days < 2, days < 90) for days in (1, 89, 91)),
        ("created_at", 400, True, True),
    ]
    with app.pool.connection() as conn:
        for column, days, _, _ in ends:
            conn.execute(
                "INSERT INTO mail_outbox (mail_id, kind, address_position, about, recipient)"
                " VALUES (%(id)s, 'x', 1, '{}', %(id)s)",
                {"id": (mail_id := uuid4())},
            )
            conn.execute(
                f"UPDATE mail_outbox SET {column} = now() - make_interval(days => %s) WHERE mail_id = %s",
                (days, mail_id),
            )
    assert _tidies(app) == sum(not kept for *_, kept in ends)
    assert _count(app, "SELECT count(*) FROM mail_outbox") == sum(kept for *_, kept in ends)
    assert _count(app, "SELECT count(recipient) FROM mail_outbox") == sum(known for _, _, known, _ in ends)
