"""A system of a structure that is sent its events: paused, since nothing listens where it stands."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from uuid import uuid5

from application.webhooks.commands import WebhookPause, WebhookSubscribe
from cli.composition import Runtime
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import NAMESPACE, structure_id

_URL = "http://127.0.0.1:9000/evenements"


def subscribe_a_system(opened: Runtime, siret: str, now: datetime) -> None:
    """Subscribe it, and pause it. Another run after an interruption repeats neither."""
    owner = structure_id(siret)
    actor = Actor(Role.STRUCTURE, "demonstration", structures=frozenset([owner]))
    kinds = ("animation.*", "registration.made")
    command = WebhookSubscribe(
        idempotency_key=uuid5(NAMESPACE, f"demonstration webhook {owner}"), structure_id=owner, url=_URL, kinds=kinds
    )
    webhook = opened.application.execute(command, actor, now).subject_id
    with suppress(DomainError):
        opened.application.execute(WebhookPause(webhook_id=webhook), actor, now)
