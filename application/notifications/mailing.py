"""Sending the outbox: one e-mail at a time, taken and marked in one transaction, tried again later where that helps.

The address is opened in the vault at the moment of sending: an erased person is written to no more, and the outbox
never holds an address. Between the mail server's acceptance and our commit a crash sends a letter again, under the same
Message-ID: nothing more can be had from SMTP (RFC 5321, section 6.1).
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from psycopg import Connection

from application.background import Work, working_at
from application.eventstore.vault import Vault
from application.keyed import Keyed
from application.notifications.composing import Composer
from application.notifications.messages import message
from application.notifications.tables import MAIL_CHANNEL

log = logging.getLogger(__name__)

LEASE = 7311006
IDLE_SECONDS = 10.0
TIMEOUT_SECONDS = 10
#: Waits of 30 s, 1 min, 2 min… an hour at most: some four hours in all.
MOST_ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = 30, 3600

Conn = Connection[Any]
Send = Callable[[EmailMessage], None]

_DUE = """
SELECT mail_id, kind, address_position, about, attempts FROM mail_outbox
WHERE sent_at IS NULL AND given_up_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED"""
_SENT = "UPDATE mail_outbox SET sent_at = now(), attempts = attempts + 1 WHERE mail_id = %s"
_GIVEN_UP = "UPDATE mail_outbox SET given_up_at = now(), attempts = attempts + 1, reason = %s WHERE mail_id = %s"
_LATER = """
UPDATE mail_outbox SET attempts = attempts + 1, reason = %s, due_at = now() + make_interval(secs => %s)
WHERE mail_id = %s"""


@dataclass(frozen=True, slots=True)
class Smtp:
    """A mail server: `smtp://` takes STARTTLS where it is offered, `smtps://` begins with TLS."""

    url: str = field(repr=False)

    def send(self, message: EmailMessage) -> None:
        address = urlsplit(self.url)
        host, port = address.hostname or "", address.port or (465 if address.scheme == "smtps" else 25)
        if address.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
            )
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        with server:
            server.ehlo_or_helo_if_needed()
            if address.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=ssl.create_default_context())
            if address.username:
                server.login(unquote(address.username), unquote(address.password or ""))
            server.send_message(message)


@dataclass(frozen=True, slots=True)
class Mailer:
    """Makes letters of outbox rows. `sender` is who they come from, `public_url` the site that their links lead to."""

    vault: Vault
    keyed: Keyed
    sender: str
    public_url: str
    send: Send

    def send_next(self, conn: Conn) -> bool:
        """Sends the letter that has been due for longest; False when none is."""
        with conn.transaction():
            row = conn.execute(_DUE).fetchone()
            if row is None:
                return False
            mail_id, kind, position, about, attempts = row
            try:
                draft = Composer(self.vault, self.keyed, self.public_url).draft(conn, kind, position, about)
                host = urlsplit(self.public_url).hostname or "localhost"
                letter = None if draft is None else message(draft, mail_id, self.sender, host)
            except (ValueError, LookupError) as unusable:
                # An address that no header can hold: it must not be told, and nobody else's letter waits for it.
                log.error("mail cannot be made", extra={"mail": str(mail_id), "reason": type(unusable).__name__})
                conn.execute(_GIVEN_UP, (f"unusable: {type(unusable).__name__}", mail_id))
                return True
            if letter is None:
                conn.execute(_GIVEN_UP, ("erased", mail_id))
                return True
            try:
                self.send(letter)
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused) as refused:
                self._refused(conn, mail_id, attempts, refused)
            except (smtplib.SMTPException, OSError) as fault:
                self._later(conn, mail_id, attempts, type(fault).__name__)
            else:
                conn.execute(_SENT, (mail_id,))
                log.info("mail sent", extra={"mail": str(mail_id), "kind": kind})
            return True

    def _refused(self, conn: Conn, mail_id: UUID, attempts: int, refused: smtplib.SMTPException) -> None:
        """For good with a code of 500 or more (RFC 5321, section 4.2.1): nobody else's letter waits for it."""
        codes = (
            [code for code, _ in refused.recipients.values()]
            if isinstance(refused, smtplib.SMTPRecipientsRefused)
            else [getattr(refused, "smtp_code", 500)]
        )
        if min(codes) >= 500:
            conn.execute(_GIVEN_UP, (f"refused: {min(codes)}", mail_id))
            log.warning("mail refused", extra={"mail": str(mail_id), "code": min(codes)})
        else:
            self._later(conn, mail_id, attempts, f"refused: {min(codes)}")

    def _later(self, conn: Conn, mail_id: UUID, attempts: int, reason: str) -> None:
        if attempts + 1 >= MOST_ATTEMPTS:
            conn.execute(_GIVEN_UP, (reason, mail_id))
        else:
            conn.execute(_LATER, (reason, min(LONGEST_WAIT, FIRST_WAIT * 2**attempts), mail_id))
        log.warning("mail not sent", extra={"mail": str(mail_id), "reason": reason, "attempts": attempts + 1})


@contextmanager
def mailing(database_url: str, mailer: Mailer) -> Iterator[None]:
    """Sends in a thread of its own for as long as the context lasts; another process may have the lead."""

    def empty(conn: Conn) -> float:
        while mailer.send_next(conn):
            pass
        return IDLE_SECONDS

    with working_at(database_url, Work("mailer", LEASE, empty, MAIL_CHANNEL)):
        yield
