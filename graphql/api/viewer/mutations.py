"""Mutations of the asker: notifications read, and mail preferences."""

from __future__ import annotations

import strawberry

from api.core.commanding.commands import carry_out, refusal_of, settle
from api.core.commanding.inputs import Repeatable, to_command, value_of
from api.core.commanding.payloads import Payload
from api.core.context import Info
from api.viewer.types import Viewer, viewer_of
from application.accounts.commands import MailPreferencesSet
from application.notifications.inbox import mark_read, recipients_of
from application.notifications.kinds import NoticeKind
from domain.kernel.errors import DomainError, Problem, gathering, invalid
from eventstore.log import head

_PREFIX = "notification:"
_MOST = 500


@strawberry.input(description="Notifications that the asker has read.")
class NotificationsMarkReadInput:
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description="These, 500 at most.")
    up_to: strawberry.ID | None = strawberry.field(default=None, description="This one and all before it.")


@strawberry.type(description="What became of marking notifications as read.")
class NotificationsPayload(Payload):
    marked: int | None = strawberry.field(description="How many were unread until now; null after errors.")


@strawberry.input(description="Where and of what the asker wants to be written to.")
class MailPreferencesSetInput(Repeatable):
    email: str | None = value_of("The address; when left out, no e-mails are sent. Kept encrypted.")
    muted: list[str] | None = value_of(
        "Kinds of notifications that no e-mails are sent of, such as `animation.published`; or else `mutedCodes`."
    )
    muted_codes: list[NoticeKind] | None = value_of("Kinds of notifications that no e-mails are sent of.")


@strawberry.type(description="What became of the preferences.")
class MailPreferencesPayload(Payload):
    viewer: Viewer | None = strawberry.field(
        description="The asker, with the preferences as they now stand; null after errors."
    )


@strawberry.type
class NotificationMutations:
    @strawberry.mutation(
        description="Says where the asker wants e-mails of the notifications of what they speak for, and of which kinds"
        " not. For who is signed in, for themself; to be said again when they speak for something else."
    )
    async def mail_preferences_set(self, info: Info, input: MailPreferencesSetInput) -> MailPreferencesPayload:
        values = to_command(input) | {"recipients": recipients_of(info.context.actor)}
        if codes := values.pop("muted_codes", None):
            values["muted"] = list(dict.fromkeys([*values.get("muted", ()), *(code.value for code in codes)]))
        carried = await carry_out(info.context, MailPreferencesSet, values)
        viewer = None if carried.errors else viewer_of(info.context)
        return MailPreferencesPayload(viewer=viewer, position=carried.position, errors=list(carried.errors))

    @strawberry.mutation(
        description="Marks notifications as read by the asker; others who read the same inbox keep theirs. For who is"
        " signed in, of their own notifications; others' are left alone."
    )
    async def notifications_mark_read(self, info: Info, input: NotificationsMarkReadInput) -> NotificationsPayload:
        application, actor = info.context.services.application, info.context.actor
        marked: list[int] = []
        problems: list[Problem] = []

        def mark() -> tuple[None, int]:
            if len(input.ids or ()) > _MOST:
                raise invalid(f"ids : {_MOST} au plus.", "ids")
            ids = []
            for place, notification_id in enumerate(input.ids or ()):
                # Mark the others as read all the same.
                with gathering(problems):
                    ids.append(_number(notification_id, "ids", str(place)))
            up_to = _number(input.up_to, "upTo") if input.up_to else None
            with application.pool.connection() as conn:
                marked.append(mark_read(conn, actor, ids, up_to))
                return None, head(conn)

        carried = await settle(info.context, mark)
        done = marked[0] if marked else None
        errors = [*carried.errors, *refusal_of(info.context, DomainError(problems)).errors]
        return NotificationsPayload(marked=done, position=carried.position, errors=errors)


def _number(notification_id: str, *field: str) -> int:
    number = notification_id.removeprefix(_PREFIX)
    if not (notification_id.startswith(_PREFIX) and number.isascii() and number.isdigit() and len(number) <= 18):
        raise invalid(f"{field[0]} : identifiants de notifications attendus.", *field)
    return int(number)
