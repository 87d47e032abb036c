"""`parentalite mail`: what is stuck is seen, tried again and given up."""

from __future__ import annotations

import json
from mailbox import Maildir
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.backups.settling import hold_letters
from tests.cli.conftest import error_line
from tests.support.network.delivery_reports import POSTFIX, report


def _letter(opened: Any, **columns: object) -> UUID:
    mail_id = uuid4()
    with opened.connection() as conn:
        conn.execute(
            "INSERT INTO mail_outbox (mail_id, kind, address_position, about)"
            " VALUES (%s, 'registration.seated', 1, '{}')",
            (mail_id,),
        )
        for name, value in columns.items():
            conn.execute(f"UPDATE mail_outbox SET {name} = %s WHERE mail_id = %s", (value, mail_id))
    return mail_id


def _status(run: Any) -> Any:
    result = run("mail", "status", "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.fixture
def stuck(opened: Any) -> dict[str, Any]:
    """A letter of each kind of trouble, and an event."""
    with opened.connection() as conn:
        conn.execute(
            "INSERT INTO reactions_set_aside (position, event, reason, attempts) VALUES (7, 'x.y', 'KeyError', 14)"
        )
        conn.execute("UPDATE mail_sending SET letters_after = 0, stopped_since = now(), reason = 'refused: 550 5.7.1'")
    return {
        "waiting": _letter(opened, attempts=3, reason="refused: 450", due_at="2030-01-01"),
        "set aside": _letter(opened, attempts=8, reason="KeyError", set_aside_at="2026-01-01", due_at="infinity"),
        "given up": _letter(opened, attempts=1, reason="refused: 550", given_up_at="2026-01-01", unreached=True),
        "erased": _letter(opened, attempts=1, reason="erased", given_up_at="2026-01-01"),
        "sent": _letter(opened, attempts=1, sent_at="2026-01-01"),
    }


def test_status_tells_what_is_stuck_why_and_whether_letters_leave(run, stuck):
    status = _status(run)
    assert status["sending"]["reason"] == "refused: 550 5.7.1"
    assert status["sending"]["stoppedSince"] is not None
    shown = {(letter["state"], letter["mailId"], letter["reason"]) for letter in status["letters"]}
    assert shown == {
        ("waiting", str(stuck["waiting"]), "refused: 450"),
        ("set aside", str(stuck["set aside"]), "KeyError"),
        ("given up", str(stuck["given up"]), "refused: 550"),
    }
    assert [(reaction["position"], reaction["reason"]) for reaction in status["reactions"]] == [(7, "KeyError")]
    table = run("mail", "status")
    assert table.exit_code == 0
    assert str(stuck["set aside"]) in table.stdout
    assert "stopped since" in table.stdout


def test_where_mail_was_never_on_status_says_so(run, environment):
    result = run("mail", "status")
    assert (result.exit_code, "never switched on" in result.stdout) == (0, True)


def test_reports_in_a_maildir_and_on_standard_input_are_taken_in_once(run, opened, stuck, tmp_path):
    box = Maildir(tmp_path / "retours", create=True)
    returned = _letter(opened, attempts=1, sent_at="2026-01-01")
    for mail_id in (stuck["sent"], uuid4(), stuck["waiting"]):
        box.add(report(POSTFIX, mail_id))
    box.add(report(POSTFIX, returned, action="delayed"))
    first = run("mail", "bounced", str(tmp_path / "retours"))
    assert (first.exit_code, "1 letter; 3 messages" in first.stderr) == (0, True), first.stderr
    again = run("mail", "bounced", str(tmp_path / "retours"))
    assert "0 letters; 0 messages" in again.stderr
    assert run("mail", "bounced", input=report(POSTFIX, returned)).exit_code == 0
    reasons = "SELECT reason FROM mail_outbox WHERE unreached AND told_at IS NULL AND sent_at IS NOT NULL"
    assert _rows(opened, reasons) == {"bounced: 5.1.1"}
    assert _status(run)["counts"]["bounced"] == 2
    missing = run("mail", "bounced", str(tmp_path / "nowhere"))
    assert (missing.exit_code, "does not exist" in missing.stderr) == (2, True)


def _rows(opened: Any, query: str) -> set[Any]:
    with opened.connection() as conn:
        return {row[0] for row in conn.execute(query).fetchall()}


DUE = "SELECT mail_id FROM mail_outbox WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= now()"


@pytest.mark.parametrize(
    ("arguments", "due"),
    [
        (["--all"], {"waiting", "set aside"}),
        (["--all", "--given-up"], {"waiting", "set aside", "given up"}),
    ],
)
def test_all_that_is_stuck_is_tried_again_now(run, opened, stuck, arguments, due):
    assert run("mail", "retry", *arguments).exit_code == 0
    assert _rows(opened, DUE) == {stuck[name] for name in due}
    assert _rows(opened, "SELECT position FROM reactions_set_aside WHERE due_at <= now()") == {7}
    assert _rows(opened, "SELECT retry_at <= now() FROM mail_sending") == {True}


def test_one_is_tried_again_by_its_id(run, opened, stuck):
    assert run("mail", "retry", str(stuck["given up"]), "7").exit_code == 0
    assert _rows(opened, DUE) == {stuck["given up"]}
    assert _rows(opened, "SELECT position FROM reactions_set_aside WHERE due_at <= now()") == {7}


def test_letters_held_after_a_restore_leave_again_with_all_of_them_alone(run, opened, stuck):
    with opened.connection() as conn:
        hold_letters(conn)
    held = "SELECT retry_at > now() FROM mail_sending"
    assert run("mail", "retry", str(stuck["waiting"])).exit_code == 0
    assert _rows(opened, held) == {True}
    assert run("mail", "retry", "--all").exit_code == 0
    assert _rows(opened, held) == {False}


def test_one_is_given_up_with_a_reason_and_what_was_sent_is_not(run, opened, stuck):
    gone = run("mail", "give-up", str(stuck["set aside"]), "7", "--reason", "Faute connue", "--yes")
    assert gone.exit_code == 0
    status = _status(run)
    given_up = {letter["mailId"]: letter["reason"] for letter in status["letters"] if letter["state"] == "given up"}
    assert given_up[str(stuck["set aside"])] == "given up by hand: Faute connue"
    assert status["reactions"] == []
    line = error_line(run("mail", "give-up", str(stuck["sent"]), "--reason", "x", "--yes"))
    assert "not stuck" in line
    assert "not stuck" in error_line(run("mail", "retry", str(stuck["sent"])))


@pytest.mark.parametrize(
    "arguments",
    [
        ["retry"],
        ["retry", "x"],
        ["retry", "--given-up"],
        ["retry", "7", "--all"],
        ["give-up", "7"],
        ["give-up", "--reason", "x"],
        ["give-up", "7", "--reason", "x" * 201],
        ["give-up", "99999999999999999999", "--reason", "x"],
    ],
)
def test_what_is_wrongly_typed_is_told_and_does_nothing(run, opened, stuck, arguments):
    result = run("mail", *arguments)
    assert result.exit_code == 2
    assert _rows(opened, DUE) == set()
    assert _rows(opened, "SELECT given_up_at FROM reactions_set_aside") == {None}
