"""A message links to the page on which its subscriber sees what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from application.webhooks.messages import message_of
from domain.kernel.actors import SYSTEM
from domain.kernel.rights import Action, Belongings
from domain.publications.events import PublicationPublished, PublicationWithdrawn
from domain.strategies.events import StrategyAdopted
from domain.webhooks.webhook import Webhook
from eventstore.records import Recorded, Stamp

THING, OURS = UUID(int=7), UUID(int=8)
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
WITHDRAWN = PublicationWithdrawn(reason="Texte périmé")


@pytest.mark.parametrize(
    ("owner", "event", "page"),
    [
        ((OURS, None), PublicationPublished(), f"/ressources/{THING}"),
        ((OURS, None), WITHDRAWN, f"/structure/publications/{THING}"),
        ((None, "34"), WITHDRAWN, f"/territoire/publications/{THING}"),
        ((None, None), WITHDRAWN, f"/moderation/publications/{THING}"),
        ((None, "34"), StrategyAdopted(adopted_on=NOW.date()), f"/territoire/strategies/{THING}"),
    ],
)
def test_a_link_leads_to_the_page_of_the_thing(owner: tuple[Any, Any], event: Any, page: str) -> None:
    stamp = Stamp.for_command(Action.PUBLICATION_PUBLISH, SYSTEM, UUID(int=1), NOW, Belongings())
    webhook = Webhook(UUID(int=9), *owner, "https://systeme.exemple.fr", ("publication.*",))
    message = message_of(webhook, Recorded(3, THING, 2, stamp, event), "https://site")
    assert orjson.loads(message.body)["data"]["link"] == f"https://site{page}"
