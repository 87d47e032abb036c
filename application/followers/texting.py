"""Sending text messages: one at a time, taken and marked in one transaction, and tried again where that helps.

The number is opened at the moment of sending. A message is accepted by the gateway at least once, always under the same
id. One that reaches nobody is told to those who answer for the person, unless letters reach them.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed, telephone_of
from application.notifications.changes import NotToBeSent
from application.notifications.refused_letters import LetterRefuse
from application.notifications.set_aside import describe_error
from application.texting import outbox
from application.texting.composing import draft_text
from application.texting.gateway import NotAccepted
from application.texting.outbox import TextMessage
from application.texting.tables import SMS_CHANNEL
from domain.kernel.actors import SYSTEM, Actor
from domain.kernel.errors import DomainError
from domain.notifications.events import LetterAbout, Unreached
from domain.registrations.events import RegistrationMade
from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.log import read_at
from eventstore.vault import Vault

log = logging.getLogger(__name__)

IDLE_SECONDS = 10.0
AT_ONCE = 50

Conn = Connection[Any]
Send = Callable[[UUID, str, str], None]
Execute = Callable[[LetterRefuse, Actor, datetime], object]

_TO_TELL = """
SELECT sms_id, phone_position FROM sms_outbox WHERE unreached AND told_at IS NULL ORDER BY due_at LIMIT %s"""
_TOLD = "UPDATE sms_outbox SET told_at = now() WHERE sms_id = %s"


def number_digest(keyed: Keyed, number: str) -> UUID:
    """Return what a number is known by in the tables: nobody reads it back."""
    return keyed.pseudonym(f"texted:{telephone_of(number)}")


@dataclass(frozen=True, slots=True)
class Texter:
    vault: Vault
    keyed: Keyed
    public_url: str
    send: Send

    def send_next(self, conn: Conn) -> bool:
        """Try the message that has been due for longest. Return False if none is due."""
        with conn.transaction():
            message = outbox.next_due(conn)
            if message is None:
                return False
            try:
                self._try(conn, message)
            except Exception as fault:
                if conn.closed:
                    raise
                reason, places = describe_error(fault)
                outbox.retry_later(conn, message, reason)
                log.error("text cannot be made", extra={"sms": str(message.sms_id), "reason": reason, "places": places})
            return True

    def _try(self, conn: Conn, message: TextMessage) -> None:
        try:
            with conn.transaction():
                draft = draft_text(conn, self.vault, self.keyed, self.public_url, message)
        except NotToBeSent as why:
            outbox.give_up(conn, message, str(why), unreached=False)
            return
        if draft is None:
            outbox.give_up(conn, message, "erased", unreached=False)
            return
        recipient = number_digest(self.keyed, draft.number)
        alone = not draft.has_email
        if not draft.number.startswith("+"):
            outbox.give_up(conn, message, "unusable number", unreached=alone)
        elif outbox.is_stopped(conn, recipient):
            outbox.give_up(conn, message, "stopped", unreached=alone)
        elif outbox.is_capped(conn, recipient):
            outbox.give_up(conn, message, "many messages to one number", unreached=alone)
        else:
            self._hand_over(conn, message, recipient, draft.number, draft.text, alone)

    def _hand_over(
        self, conn: Conn, message: TextMessage, recipient: UUID, number: str, text: str, alone: bool
    ) -> None:
        try:
            self.send(message.sms_id, number, text)
        except NotAccepted as failure:
            details = {"sms": str(message.sms_id), "reason": failure.reason, "attempts": message.attempts + 1}
            log.warning("text not sent", extra=details)
            if failure.for_good or message.expired:
                outbox.give_up(conn, message, failure.reason, unreached=alone)
            else:
                outbox.retry_later(conn, message, failure.reason)
            return
        outbox.mark_sent(conn, message, recipient)
        log.info("text sent", extra={"sms": str(message.sms_id), "kind": message.kind})


def tell_untexted(conn: Conn, execute: Execute, now: datetime) -> int:
    """Record whom no text message reaches, and return how many were checked."""
    rows = conn.execute(_TO_TELL, (AT_ONCE,)).fetchall()
    for sms_id, position in rows:
        for record in read_at(conn, [position]):
            registration = record.event
            assert isinstance(registration, RegistrationMade)
            command = LetterRefuse(
                about=LetterAbout.REGISTRATION,
                about_id=registration.registration_id,
                animation_id=registration.animation_id,
                reason=Unreached.TEXT,
            )
            # Refused where the event exists already.
            with suppress(DomainError):
                execute(command, SYSTEM, now)
        conn.execute(_TOLD, (sms_id,))
    return len(rows)


@contextmanager
def texting(database_url: str, texter: Texter, tell: Callable[[Conn], object] = lambda conn: None) -> Iterator[None]:
    """Send in a thread of its own for as long as the context lasts; another process may have the lead."""

    def empty(conn: Conn) -> float:
        for _ in range(AT_ONCE):
            if not texter.send_next(conn):
                tell(conn)
                return outbox.seconds_until_due(conn, IDLE_SECONDS)
        tell(conn)
        return 0.0

    with working_at(database_url, Work("texter", Lock.TEXTER, empty, SMS_CHANNEL)):
        yield
