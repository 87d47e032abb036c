"""Events for people whom no letter reaches, made from the outcomes of letters in the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg import Connection

from application.notifications.bounces import BOUNCED
from application.notifications.refused_letters import LetterRefuse
from application.notifications.set_aside import describe_error
from domain.accounts.events import InvitationSent
from domain.candidatures.events import CandidatureSubmitted
from domain.contacts.events import ContactAdded
from domain.kernel.actors import SYSTEM, Actor
from domain.kernel.errors import DomainError
from domain.notifications.events import LetterAbout, Unreached
from domain.registrations.events import RegistrationMade
from eventstore.log import read_at

log = logging.getLogger(__name__)

Conn = Connection[Any]
Execute = Callable[[LetterRefuse, Actor, datetime], object]

AT_ONCE = 50

_TO_TELL = """
SELECT mail_id, address_position, reason FROM mail_outbox
WHERE unreached AND told_at IS NULL AND due_at <= now() ORDER BY due_at LIMIT %s"""
_TOLD = "UPDATE mail_outbox SET told_at = now() WHERE mail_id = %s"
_LATER = "UPDATE mail_outbox SET due_at = now() + interval '10 minutes' WHERE mail_id = %s AND told_at IS NULL"


def tell_unreached(conn: Conn, execute: Execute, now: datetime) -> int:
    """Record undelivered letters and return how many were checked. A failing one is retried and stops no other."""
    rows = conn.execute(_TO_TELL, (AT_ONCE,)).fetchall()
    for mail_id, position, reason in rows:
        try:
            command = _command(conn, position, _reason(reason))
            if command is not None:
                execute(command, SYSTEM, now)
        except DomainError:
            # The event exists already.
            pass
        except Exception as fault:
            if conn.closed:
                raise
            why, places = describe_error(fault)
            log.error("mail not told", extra={"mail": str(mail_id), "reason": why, "places": places})
            conn.execute(_LATER, (mail_id,))
            continue
        conn.execute(_TOLD, (mail_id,))
    return len(rows)


def _command(conn: Conn, position: int, reason: Unreached) -> LetterRefuse | None:
    """Return the command, or None for the address of a person's own preferences: they read their inbox."""
    for record in read_at(conn, [position]):
        match record.event:
            case RegistrationMade() as made:
                return LetterRefuse(
                    about=LetterAbout.REGISTRATION,
                    about_id=made.registration_id,
                    animation_id=made.animation_id,
                    reason=reason,
                )
            case ContactAdded() as added:
                return LetterRefuse(
                    about=LetterAbout.CONTACT,
                    about_id=added.contact_id,
                    structure_id=added.structure_id,
                    reason=reason,
                )
            case CandidatureSubmitted():
                return LetterRefuse(about=LetterAbout.CANDIDATURE, about_id=record.originator_id, reason=reason)
            case InvitationSent() as sent:
                return LetterRefuse(
                    about=LetterAbout.INVITATION,
                    about_id=record.originator_id,
                    structure_id=sent.structure_id,
                    reason=reason,
                )
    return None


def _reason(reason: str | None) -> Unreached:
    """Return the kind of failure for a reason in the outbox: see `mailing` and `operating`."""
    text = reason or ""
    if text.startswith(("unusable", "an address beyond ASCII")):
        return Unreached.UNUSABLE
    if text.startswith(("tried for", f"{BOUNCED}4.")):
        return Unreached.EXPIRED
    return Unreached.GIVEN_UP if text.startswith("given up by hand") else Unreached.REFUSED
