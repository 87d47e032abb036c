"""The inbox: which recipients a person reads for, and what they have read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from psycopg import Connection

from application.notifications.reaction import NATIONAL, author, school, structure, territory
from domain.accounts.account import STAFF
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import forbidden
from domain.kernel.rights import RIGHTS, Action, Belongings, authorize

_READ = """
INSERT INTO notification_reads (reader, notification_id)
SELECT %(reader)s, notification_id FROM notifications
WHERE recipient = ANY(%(recipients)s) AND (notification_id = ANY(%(ids)s) OR notification_id <= %(up_to)s)
ON CONFLICT DO NOTHING"""


def recipients_of(actor: Actor) -> list[str]:
    """Return the recipients whose inbox the actor reads: what they speak for, and those they registered."""
    own = [author(actor.name)] if actor.role in RIGHTS[Action.REGISTRATION_SUBMIT_FOR] else []
    return _mandate_recipients(actor) + own


def _mandate_recipients(actor: Actor) -> list[str]:
    if actor.role is Role.STRUCTURE:
        return sorted(structure(structure_id) for structure_id in actor.structures)
    if actor.role is Role.COORDONNATEUR:
        return sorted(territory(code) for code in actor.territories)
    if actor.role in STAFF or actor.role is Role.TEACHER:
        return sorted(school(uai, actor.role) for uai in actor.schools)
    return [NATIONAL] if actor.role is Role.NATIONAL else []


def mark_read(conn: Connection[Any], actor: Actor, ids: Sequence[int], up_to: int | None) -> int:
    """Mark these notifications, and all up to one, as read by the actor. Return how many were unread.

    Ids of other people's notifications are ignored. Raises FORBIDDEN if nobody is signed in.
    """
    authorize(actor, Action.NOTIFICATIONS_MARK_READ, Belongings())
    if actor.person_id is None:
        raise forbidden()
    params = {"reader": actor.person_id, "recipients": recipients_of(actor), "ids": list(ids), "up_to": up_to}
    return conn.execute(_READ, params).rowcount
