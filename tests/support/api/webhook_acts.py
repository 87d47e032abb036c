"""What happens to a subscription of a structure."""

from __future__ import annotations

from uuid import UUID

from application.webhooks.commands import (
    WebhookPause,
    WebhookReplay,
    WebhookResume,
    WebhookSecretRotate,
    WebhookSubscribe,
    WebhookUnsubscribe,
)
from domain.kernel.actors import SYSTEM
from domain.webhooks.events import PauseCause
from tests.support.world import NATIONAL, STRUCTURE, STRUCTURE_ID, World


def keeps_a_subscription(world: World, webhook_id: UUID) -> None:
    which = {"webhook_id": webhook_id}
    world.does(WebhookSecretRotate(**which), STRUCTURE)
    world.does(WebhookPause(**which, because=PauseCause.FAILURES), SYSTEM)
    world.does(WebhookReplay(**which, from_position=1), STRUCTURE)
    world.does(WebhookResume(**which), STRUCTURE)
    world.does(WebhookUnsubscribe(**which), STRUCTURE)
    another = WebhookSubscribe(structure_id=STRUCTURE_ID, url="https://exemple.fr/", kinds=("animation.*",))
    world.app.erase_person(str(world.does(another, STRUCTURE).subject_id), NATIONAL, world.now)
