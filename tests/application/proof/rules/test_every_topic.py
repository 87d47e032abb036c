"""Every topic of the log is judged, or stands in the one list of what is free."""

from __future__ import annotations

from application.proof.rules.judgements import ALONE, FREE, FURTHER, JUDGEMENTS
from domain.kernel.events import registered_events


def test_every_topic_is_judged_or_is_free_for_a_reason():
    judged = {kind.topic for kind in (*JUDGEMENTS, *ALONE, *FURTHER)}
    free = {topic for topic in registered_events() if topic.partition(".")[0] in FREE}
    assert judged | free == set(registered_events())
    assert not judged & free
