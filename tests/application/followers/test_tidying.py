"""Tables beside the log shrink, and nothing is forgotten that must be known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from application import drafts
from application.application import Application
from application.followers import tidying
from application.followers.tidying import tidy
from application.founding import found_database, keys
from domain.kernel.actors import Actor, Role
from eventstore.vault import erase_key

STRUCTURE = uuid4()
NOW = datetime(2026, 9, 23, 12, 0, tzinfo=UTC)


def _count(app: Application, query: str) -> int:
    return int(_value(app, query))


def _value(app: Application, query: str) -> Any:
    with app.pool.connection() as conn:
        row = conn.execute(query).fetchone()
    assert row is not None
    return row[0]


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


def test_a_draft_is_forgotten_after_two_months_and_with_the_person(app):
    people = [Actor(Role.STRUCTURE, name, frozenset([STRUCTURE]), person_id=uuid4()) for name in ("une", "autre")]
    with app.pool.connection() as conn:
        for person in people:
            drafts.keep(conn, app.vault, person, STRUCTURE, f"Café de {person.name}")
        assert "Café" not in _value(app, "SELECT string_agg(content, '') FROM animation_drafts")
        read = [drafts.kept(conn, app.vault, person, STRUCTURE) for person in people]
        assert [draft and draft.content for draft in read] == ["Café de une", "Café de autre"]
        assert people[0].person_id is not None
        erase_key(conn, people[0].person_id, drafts.draft_id_of(people[0].person_id, STRUCTURE))
        assert drafts.kept(conn, app.vault, people[0], STRUCTURE) is None
        conn.execute("UPDATE animation_drafts SET saved_at = now() - interval '61 days'")
        drafts.keep(conn, app.vault, people[1], STRUCTURE, "Repris")
    assert _tidies(app) == 1
    assert _count(app, "SELECT count(*) FROM animation_drafts") == 1
