"""What fails in one letter concerns that letter; what concerns all letters stops all, and loses none."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from application.followers.mailing import Mailer
from application.notifications import outbox
from application.notifications.composing import Composer
from tests.application.notifications.sending import SENDER, outbox_rows, recipients, send_all, sending_row

ALL = ["p1@example.org", "p2@example.org", "p3@example.org"]


@pytest.mark.parametrize("fault", [AttributeError, TypeError, UnicodeEncodeError, RecursionError, KeyError, OSError])
def test_whatever_is_raised_while_a_letter_is_made_concerns_that_letter_alone(app, office, three, monkeypatch, fault):
    first = outbox_rows(app, "address_position")[0][0]
    made = Composer.draft

    def breaks(self: Composer, conn: Any, kind: str, position: int, about: Any) -> Any:
        if position == first:
            raise fault(*("utf-8", "x", 0, 1, "?")[: 5 if fault is UnicodeEncodeError else 0])
        return made(self, conn, kind, position, about)

    monkeypatch.setattr(Composer, "draft", breaks)
    send_all(app, office.url)
    assert recipients(office) == ALL[1:]
    assert outbox_rows(app, "attempts, sent_at IS NOT NULL, given_up_at, due_at > now()")[0] == (1, False, None, True)
    monkeypatch.undo()
    send_all(app, office.url, later=True)
    assert recipients(office) == ALL


def test_a_query_that_fails_for_one_letter_leaves_the_others_to_be_sent(app, office, three, monkeypatch):
    first = outbox_rows(app, "address_position")[0][0]
    made = Composer.draft

    def breaks(self: Composer, conn: Any, kind: str, position: int, about: Any) -> Any:
        if position == first:
            conn.execute("SELECT 1 / 0")
        return made(self, conn, kind, position, about)

    monkeypatch.setattr(Composer, "draft", breaks)
    send_all(app, office.url)
    assert recipients(office) == ALL[1:]
    assert outbox_rows(app, "reason")[0][0].startswith("DivisionByZero at ")


def test_what_fails_again_and_again_is_set_aside_and_told_twice(app, office, three, monkeypatch, caplog):
    def breaks(*_: Any) -> None:
        raise AttributeError("p1@example.org is personal")

    monkeypatch.setattr(Composer, "draft", breaks)
    for _ in range(outbox.MAX_UNFORESEEN + 2):
        send_all(app, office.url, later=True)
    expected = (outbox.MAX_UNFORESEEN, True, None)
    assert outbox_rows(app, "attempts, set_aside_at IS NOT NULL, given_up_at") == [expected] * 3
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert len(errors) == 6
    assert "example.org" not in "".join(str(vars(record)) for record in errors)


def test_whatever_handing_over_raises_concerns_one_letter(app, three):
    sent: list[str] = []

    def send(message: Any) -> None:
        if "p1@" in message["To"]:
            raise UnicodeError
        sent.append(message["To"])

    mailer = Mailer(app.vault, app.bus.keyed, SENDER, "https://x.example.org", send)
    with app.pool.connection() as conn:
        while mailer.send_next(conn):
            pass
    assert sent == ALL[1:]


@pytest.mark.parametrize(
    "refusal",
    ["550 5.7.1 sender not allowed", "553 5.7.1 not owned by user", "452 4.7.0 daily quota exceeded", "501 5.1.7 bad"],
)
def test_while_the_sender_is_refused_all_letters_wait_and_none_is_lost(app, office, three, refusal, caplog):
    office.to_senders = refusal
    for _ in range(4):
        send_all(app, office.url, later=True)
    assert outbox_rows(app, "attempts, sent_at, given_up_at") == [(0, None, None)] * 3
    assert sending_row(app, "stopped_since IS NOT NULL, failures, reason") == (True, 4, f"refused: {refusal}")
    assert [record.message for record in caplog.records if record.levelno == logging.ERROR] == ["mail stopped"]
    office.to_senders = None
    send_all(app, office.url, later=True)
    assert recipients(office) == ALL
    assert sending_row(app, "stopped_since, retry_at, failures, reason") == (None, None, 0, None)


def test_while_sending_is_stopped_the_mail_server_is_asked_once_in_each_pause(app, office, three):
    office.to_senders = "550 5.7.1 sender not allowed"
    for _ in range(5):
        send_all(app, office.url)
    assert office.connections == 1


@pytest.mark.parametrize(
    "refusal", ["550 5.4.5 daily sending quota exceeded", "552 sending limit", "554 5.7.1 blocked"]
)
def test_a_quota_told_of_a_letter_stops_all_and_loses_none(app, office, three, refusal):
    office.to_letters = refusal
    send_all(app, office.url)
    assert office.connections == 2, "the second letter that is refused in the same way stops the rest"
    assert [row[0] for row in outbox_rows(app, "given_up_at")] == [None] * 3
    assert sending_row(app, "stopped_since IS NOT NULL, reason") == (True, f"refused: {refusal}")
    office.to_letters = None
    send_all(app, office.url, later=True)
    assert recipients(office) == ALL


def test_no_recipient_can_stop_the_letters_of_others(app, office, three):
    office.answers["p1@example.org"] = "550 5.7.1 sender blocked, quota exceeded"
    send_all(app, office.url)
    assert recipients(office) == ALL[1:]
    assert sending_row(app, "stopped_since, suspected") == (None, 0)
    assert outbox_rows(app, "attempts, given_up_at")[0] == (1, None)


def test_recipients_of_a_server_that_blocks_us_keep_nobody_else_waiting(app, office, three):
    for name in ("p1", "p2"):
        office.answers[f"{name}@example.org"] = "550 5.7.1 Recipient address rejected: Access denied"
    send_all(app, office.url)
    assert recipients(office) == ALL[2:]
    assert sending_row(app, "stopped_since, suspected") == (None, 0)
    assert [row[0] for row in outbox_rows(app, "given_up_at")] == [None] * 3


def test_a_mail_server_that_is_away_is_tried_once_for_all(app, office, three):
    for _ in range(3):
        send_all(app, "smtp://127.0.0.1:9")
    assert outbox_rows(app, "attempts, given_up_at") == [(0, None)] * 3
    assert sending_row(app, "stopped_since IS NOT NULL, failures, reason") == (True, 1, "ConnectionRefusedError")
    for _ in range(200):
        send_all(app, "smtp://127.0.0.1:9", later=True)
    assert outbox_rows(app, "attempts, given_up_at") == [(0, None)] * 3
    send_all(app, office.url, later=True)
    assert recipients(office) == ALL


def test_what_is_refused_for_a_time_is_tried_for_five_days(app, office, three):
    office.answers["p1@example.org"] = "450 4.2.2 mailbox full"
    for _ in range(60):
        send_all(app, office.url, later=True)
    assert outbox_rows(app, "attempts, given_up_at, due_at - now() <= interval '1 hour'")[0] == (60, None, True)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET tried_since = now() - interval '119 hours'")
    send_all(app, office.url, later=True)
    assert outbox_rows(app, "given_up_at")[0] == (None,)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET tried_since = now() - interval '121 hours'")
    send_all(app, office.url, later=True)
    assert outbox_rows(app, "unreached, reason")[0] == (True, "tried for 5 days: refused: 450 4.2.2")


def test_days_without_a_mail_server_are_no_days_of_trying(app, office, three):
    office.answers["p1@example.org"] = "450 4.2.2 mailbox full"
    send_all(app, office.url)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET tried_since = now() - interval '10 days', sent_at = NULL")
        conn.execute("UPDATE mail_sending SET stopped_since = now() - interval '9 days'")
    send_all(app, office.url, later=True)
    send_all(app, office.url, later=True)
    assert outbox_rows(app, "given_up_at, tried_since > now() - interval '2 days'")[0] == (None, True)
