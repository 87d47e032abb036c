"""What each event does to the rows of subscriptions."""

from __future__ import annotations

from typing import Any

import pytest

from domain.kernel.events import ERASED_WORDS
from domain.webhooks.events import (
    PauseCause,
    WebhookPaused,
    WebhookReplayed,
    WebhookResumed,
    WebhookSecretRotated,
    WebhookSubscribed,
    WebhookUnsubscribed,
    WebhookWordsErased,
)
from tests.support.domain.builders import OURS
from tests.support.projection_spec import Spec, at

URL = "https://systeme.exemple.fr/evenements"
SUBSCRIBED = WebhookSubscribed(structure_id=OURS, url=URL, kinds=("animation.*",))
PAUSED = WebhookPaused(because=PauseCause.FAILURES)


def spec(sentence: str, given: list[Any], when: Any, then: dict[str, Any]) -> Spec:
    return Spec("webhooks", sentence, given, when, then)


SPECS = [
    spec(
        "one that is subscribed is sent events",
        [],
        SUBSCRIBED,
        {
            **{"structure_id": OURS, "status": "ACTIVE", "url": URL, "kinds": ["animation.*"], "secret_number": 1},
            "subscribed_at": at(1),
        },
    ),
    spec("a rotated secret is the next one", [SUBSCRIBED], WebhookSecretRotated(), {"secret_number": 2}),
    spec("one that is paused says why", [SUBSCRIBED], PAUSED, {"status": "PAUSED", "because": "FAILURES"}),
    spec("one that is resumed goes on", [SUBSCRIBED, PAUSED], WebhookResumed(), {"status": "ACTIVE", "because": None}),
    spec("a replay changes nothing here", [SUBSCRIBED], WebhookReplayed(from_position=1), {}),
    spec("one that is ended stays", [SUBSCRIBED, PAUSED], WebhookUnsubscribed(), {"status": "ENDED", "because": None}),
    spec(
        "without its address it is over", [SUBSCRIBED], WebhookWordsErased(), {"status": "ENDED", "url": ERASED_WORDS}
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
