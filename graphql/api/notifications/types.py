"""Notifications: events that concern the asker."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import strawberry

from api.core.blanked import blanked_for
from api.core.context import Context, Info
from api.core.lists.connections import connection
from api.core.lists.nodes import Node
from api.core.lists.paging import PageArguments
from application.notifications.inbox import recipients_of
from application.notifications.kinds import NoticeKind
from application.notifications.reaction import append_reason
from application.wording.notice_pages import notice_page
from application.wording.schools import schools_named
from application.wording.things import Streams, fill, streams_of, things_of
from domain.kernel.events import ERASED_WORDS
from domain.kernel.rights import Action, Belongings, may
from eventstore.records import Recorded, decode
from eventstore.seals import sealed_with
from eventstore.vault import Vault
from projections.engine.paging import Filter
from projections.notifications import queries

_KINDS = frozenset(NoticeKind)
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
    kind: str = strawberry.field(
        description="What kind of thing, for programs: `animation.published`; `code` is the same as a closed list."
    )
    code: NoticeKind | None = strawberry.field(
        description="What kind of thing, for programs; null for a kind of before that is not told any more."
    )
    subject_id: strawberry.ID = strawberry.field(description="The thing it happened to: an animation, a dossier…")
    happened_at: datetime = strawberry.field(description="When (UTC).")
    read: bool = strawberry.field(description="Whether the asker has read it.")
    url: str | None = strawberry.field(description="The page to deal with it; null where there is none.")
    row: strawberry.Private[dict[str, Any]]
    vault: strawberry.Private[Vault]

    @strawberry.field(description="What happened, in French; what it names is shown as the asker may read it today.")
    async def message(self, info: Info) -> str:
        things, context = things_of(self.row["things"]), info.context
        needed = tuple(sorted(streams_of(things.values())))
        streams = await context.together("things named", needed, lambda keys: _streams(context, self.vault, keys))
        message = fill(self.row["message"], things, streams, self.row["since"])
        return _with_reason(self.vault, self.row, message)

    @strawberry.field(description="Whom to tell of it by telephone; empty where everybody is written to.")
    async def to_call(self, info: Info) -> list[PersonToCall]:
        context = info.context
        key = tuple(self.row["registrations"])
        return await context.together("people to call", key, lambda keys: _load(context, keys)) if key else []


async def _streams(context: Context, vault: Vault, keys: list[tuple[UUID, ...]]) -> Sequence[Streams]:
    """Return the opened events of these streams, for each key."""
    streams: dict[UUID, list[Recorded]] = {}
    wanted = {stream for key in keys for stream in key}
    while wanted:
        streams |= {stream: [] for stream in wanted}
        read = await context.read()
        records = [decode(*row.values()) for row in await read.rows(read.sql(queries.STREAMS), {"streams": [*wanted]})]
        rows = await read.rows(read.sql(queries.KEYS), {"ids": sealed_with(records)})
        wrapped = [(row["key_id"], row["wrapped_key"]) for row in rows]
        structures = {record.stamp.structure_id for record in records} - {None}
        blanked = await blanked_for(context, structures)
        for record in vault.opened(records, wrapped):
            streams[record.originator_id].append(blanked.masked(record))
        # Read the schools that these streams name next.
        wanted = schools_named(streams.values()) - streams.keys()
    return [streams] * len(keys)


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


def notification_of(vault: Vault, public_url: str, row: dict[str, Any]) -> Notification:
    kind, things = row["kind"], things_of(row["things"])
    page = notice_page(row["page"], row["recipient"], kind, row["subject_id"], things, row["message"])
    return Notification(
        id=strawberry.ID(f"{NOTIFICATION_PREFIX}{row['notification_id']}"),
        kind=row["kind"],
        code=NoticeKind(row["kind"]) if row["kind"] in _KINDS else None,
        subject_id=strawberry.ID(str(row["subject_id"])),
        happened_at=row["happened_at"],
        read=row["is_read"],
        url=page and f"{public_url}{page}",
        row=row,
        vault=vault,
    )


def own_notifications(context: Context) -> Filter:
    """Return the filter of what the asker reads: what those they speak for were told."""
    return queries.received_by(recipients_of(context.actor), context.actor.person_id or UUID(int=0))


async def load_notification(context: Context, notification_id: int) -> Notification | None:
    """Return the notification, or None if there is none for the asker under that number."""
    filtered = own_notifications(context).where("n.notification_id = %(number)s", number=notification_id)
    services = context.services
    make = partial(notification_of, services.application.vault, services.public_url)
    page = await connection(context, queries.LISTING, filtered, PageArguments(first=1), make)
    return page.nodes[0] if page.nodes else None


def _with_reason(vault: Vault, row: dict[str, Any], message: str) -> str:
    if not row["with_reason"]:
        return message
    place = (row[name] for name in ("position", "originator_id", "originator_version", "topic", "state"))
    key = [(row["key_id"], row["wrapped_key"])] if row["key_id"] else []
    (record,) = vault.opened([decode(*place)], key)
    return append_reason(message, getattr(record.event, "reason", ERASED_WORDS))
