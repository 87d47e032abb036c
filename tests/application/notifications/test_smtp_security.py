"""How a relay is spoken to: addresses beyond ASCII, passwords, certificates, and whom a refusal concerns."""

from __future__ import annotations

import smtplib

import pytest

from application.followers.reacting import react
from application.notifications import smtp
from application.notifications.smtp import Trouble, classify_connection_error, classify_refusal
from application.registrations import RegistrationSubmit
from domain.kernel.actors import PUBLIC
from tests.application.notifications.sending import outbox_rows, recipients, send_all, sending_row
from tests.support.network.post_office import post_office


def test_a_domain_beyond_ascii_is_reached_and_a_local_part_only_where_the_server_takes_it(world, app, large_animation):
    for address in ("a@école2.example.org", "josé2@example.org"):
        recorded = RegistrationSubmit.model_construct(
            animation_id=large_animation, first_name="Zoé", last_name="Nom", email=address
        )
        world.does(recorded, PUBLIC)
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
    with post_office(enable_SMTPUTF8=False) as old:
        send_all(app, old.url)
        assert old.recipients == ["a@xn--cole2-9ra.example.org"]
    sent, given_up = outbox_rows(app, "sent_at IS NOT NULL, given_up_at IS NOT NULL, attempts, reason")
    assert sent == (True, False, 1, None)
    assert given_up == (False, True, 1, "an address beyond ASCII, which this mail server takes none of")
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET given_up_at = NULL, sent_at = NULL")
    with post_office(enable_SMTPUTF8=True) as new:
        send_all(app, new.url)
        assert sorted(new.recipients) == ["a@xn--cole2-9ra.example.org", "josé2@example.org"]


@pytest.mark.parametrize(
    "address", ["grp:b@example.org;.fr", "a@[.example.org", "root,b@example.org", "x:;@example.org"]
)
def test_an_address_of_old_that_is_no_mailbox_is_given_up_alone(world, app, office, large_animation, address):
    for email in (address, "p2@example.org"):
        recorded = RegistrationSubmit.model_construct(
            animation_id=large_animation, first_name="Zoé", last_name="Nom", email=email
        )
        world.does(recorded, PUBLIC)
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
    send_all(app, office.url)
    assert office.recipients == ["p2@example.org"]
    assert outbox_rows(app, "given_up_at IS NOT NULL, unreached, reason")[0] == (True, True, "unusable address")


def test_a_password_is_never_sent_in_clear_to_another_machine(app, office, three, monkeypatch):
    monkeypatch.setattr(smtp, "_is_this_machine", lambda host: False)
    passwords: list[bytes] = []
    monkeypatch.setattr(smtplib.SMTP, "login", lambda self, *words: passwords.append(b"password"))
    send_all(app, office.url.replace("smtp://", "smtp://user:password@"))
    assert passwords == []
    assert recipients(office) == []
    reason = "no STARTTLS is offered: the password is not sent in clear"
    assert sending_row(app, "stopped_since IS NOT NULL, reason") == (True, reason)
    assert outbox_rows(app, "attempts, given_up_at") == [(0, None)] * 3


def test_a_refused_sign_in_stops_all_and_loses_none(app, office, three):
    send_all(app, office.url.replace("smtp://", "smtp://user:wrong@"))
    assert outbox_rows(app, "attempts, given_up_at") == [(0, None)] * 3
    assert sending_row(app, "stopped_since IS NOT NULL") == (True,)


@pytest.mark.parametrize(
    ("host", "here"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("10.0.0.1", False)]
)
def test_only_this_machine_is_trusted_without_tls(host, here):
    assert smtp._is_this_machine(host) is here


def _refused(code: int, text: str) -> smtplib.SMTPRecipientsRefused:
    return smtplib.SMTPRecipientsRefused({"dead@example.org": (code, text.encode())})


SORTED: list[tuple[smtplib.SMTPException | OSError, Trouble]] = [
    (_refused(550, "5.1.1 <dead@example.org> no such user"), Trouble.RECIPIENT),
    (_refused(550, "No such user"), Trouble.RECIPIENT),
    (_refused(552, "5.2.2 mailbox over quota"), Trouble.RECIPIENT),
    (_refused(550, "5.4.1 Recipient address rejected: Access denied"), Trouble.RECIPIENT),
    (_refused(554, "5.7.1 <dead@example.org>: Relay access denied"), Trouble.LATER),
    (_refused(550, "relaying denied"), Trouble.LATER),
    (_refused(530, "5.7.0 authentication required"), Trouble.LATER),
    (_refused(550, "5.1.8 bad sender's system address"), Trouble.LATER),
    (_refused(450, "4.2.0 Greylisted"), Trouble.LATER),
    (_refused(451, "4.7.1 Greylisting in action"), Trouble.LATER),
    (_refused(452, "4.2.2 over quota"), Trouble.LATER),
    (_refused(450, "4.7.1 too many messages, rate limited"), Trouble.LATER),
    (_refused(421, "4.3.2 shutting down"), Trouble.LATER),
    (smtplib.SMTPDataError(550, b"5.4.5 Daily user sending quota exceeded"), Trouble.SUSPECTED),
    (smtplib.SMTPDataError(550, b"5.7.26 unauthenticated sender"), Trouble.SUSPECTED),
    (smtplib.SMTPDataError(552, b"5.3.4 message size exceeds limit"), Trouble.RECIPIENT),
    (smtplib.SMTPDataError(554, b"5.6.0 malformed"), Trouble.RECIPIENT),
    (smtplib.SMTPDataError(554, b"Transaction failed"), Trouble.RECIPIENT),
    (smtplib.SMTPDataError(451, b"4.3.0 try again"), Trouble.LATER),
    (smtplib.SMTPSenderRefused(550, b"5.7.1 not allowed", "a@example.org"), Trouble.SERVICE),
    (smtplib.SMTPSenderRefused(452, b"4.3.1 insufficient storage", "a@example.org"), Trouble.SERVICE),
    (smtplib.SMTPSenderRefused(552, b"5.3.4 message size exceeds fixed limit", "a@example.org"), Trouble.RECIPIENT),
    (smtplib.SMTPSenderRefused(421, b"going away", "a@example.org"), Trouble.AWAY),
    (smtplib.SMTPNotSupportedError(), Trouble.RECIPIENT),
    (smtplib.SMTPServerDisconnected("closed"), Trouble.SUSPECTED),
    (TimeoutError(), Trouble.SUSPECTED),
    (smtplib.SMTPRecipientsRefused({}), Trouble.RECIPIENT),
]


def test_a_refusal_is_sorted_by_whose_trouble_it_is_and_never_told_with_the_address():
    wrong = []
    for error, trouble in SORTED:
        failure = classify_refusal(error)
        if failure.trouble is not trouble or "example.org" in failure.reason:
            wrong.append(f"{error!r}: {failure}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (ConnectionRefusedError(), Trouble.AWAY),
        (TimeoutError(), Trouble.AWAY),
        (smtplib.SMTPConnectError(421, b"too busy"), Trouble.AWAY),
        (smtplib.SMTPConnectError(554, b"no service for you"), Trouble.SERVICE),
        (smtplib.SMTPAuthenticationError(535, b"5.7.8 bad credentials"), Trouble.SERVICE),
        (smtplib.SMTPAuthenticationError(454, b"4.7.0 temporary"), Trouble.SERVICE),
        (smtplib.SMTPNotSupportedError("no AUTH"), Trouble.SERVICE),
    ],
)
def test_what_happens_before_any_letter_concerns_all(error, trouble):
    assert classify_connection_error(error).trouble is trouble
