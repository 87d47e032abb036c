"""A message links to the page on which its subscriber sees what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from application.webhooks.messages import message_of
from domain.action_groups.events import LessonLinked
from domain.animation_requests.events import RequestLapsed
from domain.kernel.actors import SYSTEM
from domain.kernel.rights import Action, Belongings
from domain.publications.events import PublicationPublished, PublicationWithdrawn
from domain.strategies.events import StrategyAdopted
from domain.webhooks.kinds import offered
from domain.webhooks.webhook import Webhook
from eventstore.records import Recorded, Stamp
from tests.support.samples import newest_samples

THING, OURS = UUID(int=7), UUID(int=8)
NOW = datetime(2027, 1, 4, 9, tzinfo=UTC)
LAPSED = RequestLapsed()
WITHDRAWN = PublicationWithdrawn(reason="Texte périmé")


@pytest.mark.parametrize(
    ("owner", "event", "page"),
    [
        ((OURS, None), PublicationPublished(), f"/ressources/{THING}"),
        ((OURS, None), WITHDRAWN, f"/structure/publications/{THING}"),
        ((None, "34"), WITHDRAWN, f"/territoire/publications/{THING}"),
        ((None, None), WITHDRAWN, f"/moderation/publications/{THING}"),
        ((OURS, None), LAPSED, f"/structure/demandes/{THING}"),
        ((None, None), LAPSED, f"/territoire/demandes/{THING}"),
        ((None, "34"), LessonLinked(publication_id=OURS), f"/territoire/groupes/{THING}"),
        ((None, "34"), StrategyAdopted(adopted_on=NOW.date()), f"/territoire/strategies/{THING}"),
    ],
)
def test_a_link_leads_to_the_page_of_the_thing(owner: tuple[Any, Any], event: Any, page: str) -> None:
    stamp = Stamp.for_command(Action.PUBLICATION_PUBLISH, SYSTEM, UUID(int=1), NOW, Belongings())
    webhook = Webhook(UUID(int=9), *owner, "https://systeme.exemple.fr", ("publication.*",))
    message = message_of(webhook, Recorded(3, THING, 2, stamp, event), "https://site")
    assert orjson.loads(message.body)["data"]["link"] == f"https://site{page}"


def test_no_kind_that_is_offered_says_a_word_of_anybody_or_whose_an_accompaniment_is() -> None:
    webhook, wrong = Webhook(UUID(int=9), None, None, "https://systeme.exemple.fr", ("animation.*",)), []
    expected = {"position", "subject", "version", "structureId", "territory", "animationId", "link"}
    for sample in newest_samples():
        if sample.topic not in offered():
            continue
        stamp = Stamp.for_command(Action.PUBLICATION_PUBLISH, SYSTEM, UUID(int=1), NOW, Belongings())
        body = orjson.loads(message_of(webhook, Recorded(3, THING, 2, stamp, sample), "https://site").body)
        if set(body) != {"type", "timestamp", "data"} or set(body["data"]) != expected:
            wrong.append(f"{sample.topic} says {body}")
        if sample.topic.startswith("candidature.") and (body["data"]["subject"] or str(THING) in body["data"]["link"]):
            wrong.append(f"{sample.topic} says whose it is")
    assert not wrong, "\n".join(wrong)
    families = {topic.partition(".")[0] for topic in offered()}
    assert {"action_group", "animation_request", "candidature", "school_project", "strategy"} <= families
    assert not {topic for topic in offered() if "member" in topic or topic == "candidature.submitted"}
