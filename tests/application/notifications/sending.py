"""Send what the outbox holds to a mail server of the tests, and read what became of it."""

from __future__ import annotations

from typing import Any

from application.application import Application
from application.followers.mailing import Mailer, Smtp
from tests.support.network.post_office import PostOffice

SENDER = "Parentalité <ne-pas-repondre@example.org>"


def send_all(app: Application, url: str, later: bool = False) -> None:
    """`later`: whatever waits for a time has waited for long enough."""
    mailer = Mailer(app.vault, app.bus.keyed, SENDER, "https://x.example.org", Smtp(url).send)
    with app.pool.connection() as conn:
        if later:
            conn.execute("UPDATE mail_outbox SET due_at = created_at WHERE due_at <> 'infinity'")
            conn.execute("UPDATE mail_sending SET retry_at = now()")
        while mailer.send_next(conn):
            pass


def outbox_rows(app: Application, columns: str) -> list[Any]:
    with app.pool.connection() as conn:
        return conn.execute(f"SELECT {columns} FROM mail_outbox ORDER BY address_position").fetchall()


def sending_row(app: Application, columns: str) -> tuple[Any, ...]:
    with app.pool.connection() as conn:
        (row,) = conn.execute(f"SELECT {columns} FROM mail_sending").fetchall()
    return tuple(row)


def recipients(office: PostOffice) -> list[str]:
    return sorted(str(letter["To"]) for letter in office.received)
