"""The message of an event: its kind, position, time, what it is about, and a link. No text of anybody, and no name."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import orjson
from standardwebhooks.webhooks import Webhook as Signer

from application.notifications.reaction import NATIONAL, structure, territory
from application.wording.pages import animation_page, desk_page, publication_page
from domain.kernel.identifiers import NAMESPACE
from domain.webhooks.kinds import WITHOUT_SUBJECT
from domain.webhooks.webhook import Webhook
from eventstore.records import Recorded

#: After a rotation the former secret signs beside the new one for as long, so that nobody misses a message.
BOTH_SIGN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Message:
    """`id` is the same in every attempt and every replay: receivers know a repetition by it."""

    id: str
    position: int
    kind: str
    body: bytes


def message_id(webhook_id: UUID, position: int) -> str:
    return f"msg_{uuid5(NAMESPACE, f'webhook:{webhook_id}:{position}').hex}"


def message_of(webhook: Webhook, record: Recorded, public_url: str) -> Message:
    stamp = record.stamp
    animation_id, anonymous = _animation_of(record), record.event.topic in WITHOUT_SUBJECT
    data = {
        "position": record.position,
        "subject": None if anonymous else str(record.originator_id),
        "version": None if anonymous else record.originator_version,
        "structureId": str(stamp.structure_id) if stamp.structure_id else None,
        "territory": stamp.territory,
        "animationId": str(animation_id) if animation_id else None,
        "link": public_url + _page(webhook, record, animation_id),
    }
    timestamp = stamp.recorded_at.isoformat().replace("+00:00", "Z")
    body = orjson.dumps({"type": record.event.topic, "timestamp": timestamp, "data": data})
    return Message(message_id(webhook.id, record.position), record.position, record.event.topic, body)


def headers_of(message: Message, secrets: list[str], now: datetime) -> dict[str, str]:
    """Return the headers of Standard Webhooks for an attempt made now, signed with each of the secrets."""
    body = message.body.decode()
    signatures = [Signer(secret).sign(message.id, now, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "parentalite-webhooks/1",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _animation_of(record: Recorded) -> UUID | None:
    if record.event.topic.startswith("animation."):
        return record.originator_id
    animation_id = getattr(record.event, "animation_id", None)
    return animation_id if isinstance(animation_id, UUID) else None


def _page(webhook: Webhook, record: Recorded, animation_id: UUID | None) -> str:
    if animation_id is not None:
        return animation_page(animation_id)
    recipient, topic, thing = recipient_of(webhook), record.event.topic, record.originator_id
    if topic == "publication.published":
        return publication_page(thing)
    family = topic.partition(".")[0]
    # The national team reads these where coordonnateurs do.
    if family == "strategy":
        return f"/territoire/strategies/{thing}"
    if family == "school_project":
        return "/territoire/projets"
    if family == "action_group":
        return f"/territoire/groupes/{thing}"
    if topic in WITHOUT_SUBJECT:
        return "/moderation/chiffres" if recipient == NATIONAL else "/territoire/chiffres"
    return desk_page(recipient, family.removeprefix("service_"), thing)


def recipient_of(webhook: Webhook) -> str:
    """Return the inbox of those whose subscription it is."""
    if webhook.structure_id is not None:
        return structure(webhook.structure_id)
    return NATIONAL if webhook.territory is None else territory(webhook.territory)
