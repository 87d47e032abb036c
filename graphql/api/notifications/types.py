"""Notifications: events that concern the asker."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import strawberry

from api.core.context import Context, Info
from api.core.lists.connections import connection
from api.core.lists.nodes import Node
from api.core.lists.paging import PageArguments
from application.notifications.inbox import recipients_of
from application.notifications.reaction import append_reason
from domain.kernel.events import ERASED_WORDS
from domain.kernel.rights import Action, Belongings, may
from eventstore.records import decode
from eventstore.vault import Vault
from projections.engine.paging import Filter
from projections.notifications import queries

NOTIFICATION_PREFIX = "notification:"
_PERSONAL = "Personal: gone once it is erased."


@strawberry.type(description="Somebody who registered without an e-mail address. For who may read it, and who did it.")
class PersonToCall:
    registration_id: strawberry.ID = strawberry.field(description="The registration.")
    first_name: str = strawberry.field(description="First name. " + _PERSONAL)
    last_name: str = strawberry.field(description="Last name. " + _PERSONAL)
    phone: str | None = strawberry.field(description="Telephone number, where one was given. " + _PERSONAL)


@strawberry.type(description="Something that happened, told to those whom it concerns. For oneself.")
class Notification(Node):
    kind: str = strawberry.field(description="What kind of thing, for programs: `animation.published`.")
    message: str = strawberry.field(description="What happened, in French.")
    subject_id: strawberry.ID = strawberry.field(description="The thing it happened to: an animation, a dossier…")
    happened_at: datetime = strawberry.field(description="When (UTC).")
    read: bool = strawberry.field(description="Whether the asker has read it.")
    row: strawberry.Private[dict[str, Any]]

    @strawberry.field(description="Whom to tell of it by telephone; empty where everybody is written to.")
    async def to_call(self, info: Info) -> list[PersonToCall]:
        context = info.context
        key = tuple(self.row["registrations"])
        return await context.together("people to call", key, lambda keys: _load(context, keys)) if key else []


async def _load(context: Context, keys: list[tuple[UUID, ...]]) -> list[list[PersonToCall]]:
    read = await context.read()
    rows = await read.rows(
        read.sql(queries.TO_CALL), {"ids": [registration_id for key in keys for registration_id in key]}
    )
    people = {row["registration_id"]: _person(row) for row in rows if _readable(context, row)}
    return [[people[registration_id] for registration_id in key if registration_id in people] for key in keys]


def _readable(context: Context, row: dict[str, Any]) -> bool:
    """Whether the asker reads registrations of the structure, or registered this person."""
    actor = context.actor
    is_registrant: bool = row["on_behalf"] and row["registered_by"] == actor.name
    return is_registrant or may(actor, Action.REGISTRATION_READ, Belongings(structure_id=row["structure_id"]))


def _person(row: dict[str, Any]) -> PersonToCall:
    return PersonToCall(
        registration_id=strawberry.ID(str(row["registration_id"])),
        first_name=row["first_name"],
        last_name=row["last_name"],
        phone=row["phone"],
    )


def notification_of(vault: Vault, row: dict[str, Any]) -> Notification:
    return Notification(
        id=strawberry.ID(f"{NOTIFICATION_PREFIX}{row['notification_id']}"),
        kind=row["kind"],
        message=_message(vault, row),
        subject_id=strawberry.ID(str(row["subject_id"])),
        happened_at=row["happened_at"],
        read=row["is_read"],
        row=row,
    )


def own_notifications(context: Context) -> Filter:
    """Return the filter of what the asker reads: what those they speak for were told."""
    return queries.received_by(recipients_of(context.actor), context.actor.person_id or UUID(int=0))


async def load_notification(context: Context, notification_id: int) -> Notification | None:
    """Return the notification, or None if there is none for the asker under that number."""
    filtered = own_notifications(context).where("n.notification_id = %(number)s", number=notification_id)
    make = partial(notification_of, context.services.application.vault)
    page = await connection(context, queries.LISTING, filtered, PageArguments(first=1), make)
    return page.nodes[0] if page.nodes else None


def _message(vault: Vault, row: dict[str, Any]) -> str:
    message: str = row["message"]
    if not row["with_reason"]:
        return message
    place = (row[name] for name in ("position", "originator_id", "originator_version", "topic", "state"))
    key = [(row["key_id"], row["wrapped_key"])] if row["key_id"] else []
    (record,) = vault.opened([decode(*place)], key)
    return append_reason(message, getattr(record.event, "reason", ERASED_WORDS))
