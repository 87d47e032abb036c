"""Sending the outbox: one e-mail at a time, taken and marked in one transaction, tried again later where that helps.

The address is opened in the vault at the moment of sending: an erased person is written to no more, and the outbox
never holds an address. Between the mail server's acceptance and our commit a crash sends a letter again, under the same
Message-ID: nothing more can be had from SMTP (RFC 5321, section 6.1).

Whatever is raised while one letter is made or sent concerns that letter alone; what concerns all stops all, loses
nothing and is told (`application.notifications.sending_state`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed
from application.notifications import outbox
from application.notifications.capping import HELD_BACK, capped_until, mailbox_of
from application.notifications.composing import Composer, NotToBeSent
from application.notifications.messages import UnusableAddress, build_message
from application.notifications.outbox import Letter
from application.notifications.sending_state import Sending, read_sending, resume, stop, suspect
from application.notifications.set_aside import describe_error
from application.notifications.smtp import Failure, Smtp, Trouble
from application.notifications.tables import MAIL_CHANNEL
from eventstore.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.vault import Vault

__all__ = ["Mailer", "Smtp", "mailing"]

log = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
#: Then it is looked whether to stop.
LETTERS_AT_ONCE = 50

Conn = Connection[Any]
Send = Callable[[EmailMessage], None]


@dataclass(frozen=True, slots=True)
class Mailer:
    """Makes letters of outbox rows. `sender` is who they come from, `public_url` the site that their links lead to."""

    vault: Vault
    keyed: Keyed
    sender: str
    public_url: str
    send: Send

    def send_next(self, conn: Conn) -> bool:
        """Tries the letter that has been due for longest; False when none is, or nothing is to be sent for now."""
        with conn.transaction():
            # A mail server may take its time over a letter.
            conn.execute("SET LOCAL idle_in_transaction_session_timeout = '10min'")
            state = read_sending(conn)
            letter = None if state.pausing else outbox.next_due(conn)
            if letter is None:
                return False
            self._try(conn, state, letter)
            return True

    def _try(self, conn: Conn, state: Sending, letter: Letter) -> None:
        if letter.superseded:
            outbox.give_up(conn, letter, "superseded by a newer letter", unreached=False)
            return
        try:
            with conn.transaction():
                made = self._made(conn, letter)
                until = capped_until(conn, made[1], letter.kind) if made else None
        except NotToBeSent as why:
            outbox.give_up(conn, letter, str(why), unreached=False)
            return
        except UnusableAddress:
            self._give_up(conn, letter, "unusable address", unreached=True)
            return
        except Exception as fault:
            self._unforeseen(conn, letter, fault)
            return
        if made is None:
            self._give_up(conn, letter, "erased", unreached=False)
        elif until is not None:
            outbox.hold_back(conn, letter, until, HELD_BACK)
        else:
            self._hand_over(conn, state, letter, *made)

    def _made(self, conn: Conn, letter: Letter) -> tuple[EmailMessage, UUID] | None:
        """With the keyed digest of its mailbox. None when the address can never be read again."""
        composer = Composer(self.vault, self.keyed, self.public_url)
        draft = composer.draft(conn, letter.kind, letter.address_position, letter.about)
        if draft is None:
            return None
        made = build_message(draft, letter.mail_id, self.sender, urlsplit(self.public_url).hostname or "localhost")
        (recipient,) = made["To"].addresses
        return made, self.keyed.pseudonym(f"mailbox:{mailbox_of(recipient.addr_spec)}")

    def _hand_over(self, conn: Conn, state: Sending, letter: Letter, made: EmailMessage, recipient: UUID) -> None:
        try:
            self.send(made)
        except Failure as failure:
            self._failed(conn, state, letter, failure)
        except Exception as fault:
            self._unforeseen(conn, letter, fault)
        else:
            outbox.mark_sent(conn, letter, recipient)
            resume(conn, state)
            log.info("mail sent", extra={"mail": str(letter.mail_id), "kind": letter.kind})

    def _failed(self, conn: Conn, state: Sending, letter: Letter, failure: Failure) -> None:
        match failure.trouble:
            case Trouble.AWAY | Trouble.SERVICE:
                outbox.postpone(conn, letter, stop(conn, state, failure), failure.reason)
                return
            case Trouble.RECIPIENT:
                self._give_up(conn, letter, failure.reason, unreached=True)
            case _ if letter.expired and state.stopped_since is None:
                self._give_up(conn, letter, f"tried for {outbox.TRIED_FOR}: {failure.reason}", unreached=True)
            case _:
                outbox.retry_later(conn, letter, failure.reason)
                seen = {"mail": str(letter.mail_id), "reason": failure.reason, "attempts": letter.attempts + 1}
                log.warning("mail not sent", extra=seen)
        if failure.trouble is Trouble.SUSPECTED:
            suspect(conn, state, failure)
        elif not state.suspected:
            # The server answers of one letter: it takes others.
            resume(conn, state)

    def _give_up(self, conn: Conn, letter: Letter, reason: str, *, unreached: bool) -> None:
        outbox.give_up(conn, letter, reason, unreached=unreached)
        if unreached:
            log.warning("mail refused", extra={"mail": str(letter.mail_id), "reason": reason})

    def _unforeseen(self, conn: Conn, letter: Letter, fault: Exception) -> None:
        """Raises what broke the connection: then nothing can be written down."""
        if conn.closed:
            raise fault
        reason, places = describe_error(fault)
        seen = {"mail": str(letter.mail_id), "kind": letter.kind, "reason": reason, "places": places}
        if letter.attempts + 1 >= outbox.MAX_UNFORESEEN:
            outbox.set_aside(conn, letter, reason)
            log.error("mail set aside", extra=seen)
            return
        outbox.retry_later(conn, letter, reason)
        if letter.attempts == 0:
            log.error("mail cannot be made", extra=seen)


@contextmanager
def mailing(database_url: str, mailer: Mailer, tell: Callable[[Conn], object] = lambda conn: None) -> Iterator[None]:
    """Sends in a thread of its own for as long as the context lasts; another process may have the lead.

    `tell` makes known what became of letters.
    """

    def empty(conn: Conn) -> float:
        for _ in range(LETTERS_AT_ONCE):
            if not mailer.send_next(conn):
                tell(conn)
                return outbox.seconds_until_due(conn, IDLE_SECONDS)
        tell(conn)
        return 0.0

    with working_at(database_url, Work("mailer", Lock.MAILER, empty, MAIL_CHANNEL)):
        yield
