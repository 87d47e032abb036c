"""Sending the outbox: one e-mail at a time, taken and marked in one transaction, and retried where that helps.

The vault opens the address at the moment of sending: an erased person gets no more letters, and the outbox never holds
an address. After a crash between the mail server's acceptance and our commit, a letter is sent again under the same
Message-ID; SMTP offers no better guarantee (RFC 5321, section 6.1).

An error in making or sending one letter affects that letter alone. Trouble with the server stops all sending, loses
nothing and is shown to operators (`application.notifications.sending_state`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed
from application.notifications import outbox
from application.notifications.capping import HELD_BACK, capped_until, mailbox_of
from application.notifications.changes import NotToBeSent
from application.notifications.composing import Composer
from application.notifications.messages import UnusableAddress, build_message
from application.notifications.outbox import Letter
from application.notifications.sending_state import Sending, read_sending, resume, stop, suspect
from application.notifications.set_aside import describe_error
from application.notifications.smtp import Failure, Smtp, Trouble
from application.notifications.tables import MAIL_CHANNEL
from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.vault import Vault

__all__ = ["Mailer", "Smtp", "mailing"]

log = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
#: After so many letters, check whether to stop.
LETTERS_AT_ONCE = 50

Conn = Connection[Any]
Send = Callable[[EmailMessage], None]


@dataclass(frozen=True, slots=True)
class Mailer:
    """Makes letters of outbox rows. `sender` is their From address, `public_url` the site that their links lead to."""

    vault: Vault
    keyed: Keyed
    sender: str
    public_url: str
    send: Send

    def send_next(self, conn: Conn) -> bool:
        """Try the letter that has been due for longest. Return False if none is due or sending is stopped."""
        with conn.transaction():
            # A mail server may take long to accept a letter.
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
                composed = self._compose(conn, letter)
                until = capped_until(conn, composed[1], letter.kind) if composed else None
        except NotToBeSent as why:
            outbox.give_up(conn, letter, str(why), unreached=False)
            return
        except UnusableAddress:
            self._give_up(conn, letter, "unusable address", unreached=True)
            return
        except Exception as fault:
            self._unforeseen(conn, letter, fault)
            return
        if composed is None:
            self._give_up(conn, letter, "erased", unreached=False)
        elif until is not None:
            outbox.hold_back(conn, letter, until, HELD_BACK)
        else:
            self._hand_over(conn, state, letter, *composed)

    def _compose(self, conn: Conn, letter: Letter) -> tuple[EmailMessage, UUID, int | None] | None:
        """Return the e-mail, the keyed digest of its mailbox and the version of what it tells of; None if erased."""
        composer = Composer(self.vault, self.keyed, self.public_url, self.sender)
        draft = composer.draft(conn, letter.kind, letter.address_position, letter.about)
        if draft is None:
            return None
        email = build_message(draft, letter.mail_id, self.sender)
        (recipient,) = email["To"].addresses
        return email, self.keyed.pseudonym(f"mailbox:{mailbox_of(recipient.addr_spec)}"), draft.as_of

    def _hand_over(
        self,
        conn: Conn,
        state: Sending,
        letter: Letter,
        email: EmailMessage,
        recipient: UUID,
        as_of: int | None,
    ) -> None:
        try:
            self.send(email)
        except Failure as failure:
            self._failed(conn, state, letter, failure)
        except Exception as fault:
            self._unforeseen(conn, letter, fault)
        else:
            outbox.mark_sent(conn, letter, recipient, as_of)
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
                details = {"mail": str(letter.mail_id), "reason": failure.reason, "attempts": letter.attempts + 1}
                log.warning("mail not sent", extra=details)
        if failure.trouble is Trouble.SUSPECTED:
            suspect(conn, state, failure)
        elif not state.suspected:
            # The server refused this letter only, so it accepts others.
            resume(conn, state)

    def _give_up(self, conn: Conn, letter: Letter, reason: str, *, unreached: bool) -> None:
        outbox.give_up(conn, letter, reason, unreached=unreached)
        if unreached:
            log.warning("mail refused", extra={"mail": str(letter.mail_id), "reason": reason})

    def _unforeseen(self, conn: Conn, letter: Letter, fault: Exception) -> None:
        """Set the letter aside after an unforeseen error. Raise it if the connection broke: nothing can be recorded."""
        if conn.closed:
            raise fault
        reason, places = describe_error(fault)
        details = {"mail": str(letter.mail_id), "kind": letter.kind, "reason": reason, "places": places}
        if letter.attempts + 1 >= outbox.MAX_UNFORESEEN:
            outbox.set_aside(conn, letter, reason)
            log.error("mail set aside", extra=details)
            return
        outbox.retry_later(conn, letter, reason)
        if letter.attempts == 0:
            log.error("mail cannot be made", extra=details)


@contextmanager
def mailing(database_url: str, mailer: Mailer, tell: Callable[[Conn], object] = lambda conn: None) -> Iterator[None]:
    """Send in a thread of its own for as long as the context lasts; another process may have the lead.

    `tell` reports the outcomes of letters.
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
