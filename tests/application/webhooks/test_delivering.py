"""Events reach other systems in order, at least once and under a stable id; what fails is tried, then told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from threading import Event
from typing import Any
from uuid import UUID

import anyio
import pytest

from application.followers.reacting import react
from application.notifications.reaction import structure
from application.webhooks.commands import (
    WebhookPause,
    WebhookReplay,
    WebhookResume,
    WebhookSecretRotate,
    WebhookSubscribe,
)
from application.webhooks.delivering import Batch, Deliverer
from application.webhooks.messages import message_id
from application.webhooks.progress import MOST_DEAD_IN_A_ROW, WAITS
from application.webhooks.secrets import webhook_secret
from application.webhooks.sending import MOST_WAIT, Connected, NotDelivered, Sender
from tests.support.network.receiver import Receiver, receiver
from tests.support.server import Clock
from tests.support.world import NATIONAL, STRUCTURE, STRUCTURE_ID, World

SITE = "https://parentalite.example.org"


@pytest.fixture
def conn(app) -> Iterator[Any]:
    with app.pool.connection() as conn:
        yield conn


@pytest.fixture
def taking() -> Iterator[Receiver]:
    with receiver() as taking:
        yield taking


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


class Dying(Deliverer):
    """Stops between the answer and its record."""

    def _take(self, conn: Any, batch: Batch) -> None:
        raise KeyboardInterrupt


def deliverer(app, clock: Clock, kind: type[Deliverer] = Deliverer, **sender: Any) -> Deliverer:
    return kind(app.execute, app.vault, app.bus.keyed, SITE, Sender(local=True, **sender), clock)


def subscribes(world: World, taking: Receiver, *kinds: str) -> UUID:
    command = WebhookSubscribe(structure_id=STRUCTURE_ID, url=taking.url, kinds=kinds or ("animation.*",))
    return world.does(command, STRUCTURE).subject_id


def rounds(delivering: Deliverer, conn) -> None:
    """Go on until nothing is due."""
    while delivering.deliver(conn) == 0:
        pass


def test_events_arrive_signed_in_order_and_without_a_word_of_anybody(world: World, app, conn, taking, clock):
    animation = world.creates()
    webhook = subscribes(world, taking)
    taking.secret = webhook_secret(app.bus.keyed, webhook, 1)
    published = world.publishes(animation)
    other = world.creates(title="Un titre que personne ne voit ici")
    rounds(deliverer(app, clock), conn)
    assert taking.kinds == ["animation.published", "animation.created"]
    assert taking.ids == [message_id(webhook, position) for position in taking.positions]
    assert taking.positions[0] == published.position
    assert taking.received[1]["data"] == {
        **{"position": taking.positions[1], "subject": str(other), "version": 1, "animationId": str(other)},
        **{"structureId": str(STRUCTURE_ID), "territory": "971", "link": f"{SITE}/animations/{other}"},
    }
    assert set(taking.received[0]) == {"type", "timestamp", "data"}


def test_what_was_sent_before_a_crash_is_sent_again_under_the_same_id(world: World, app, conn, taking, clock):
    webhook = subscribes(world, taking)
    world.creates()

    with pytest.raises(KeyboardInterrupt):
        deliverer(app, clock, Dying).deliver(conn)
    rounds(deliverer(app, clock), conn)
    assert taking.ids == [message_id(webhook, taking.positions[0])] * 2


def test_a_failure_holds_back_what_follows_and_is_tried_ever_less_often(world: World, app, conn, taking, clock):
    subscribes(world, taking)
    first, second = world.creates(), world.creates()
    taking.answers = [500, 302]
    delivering = deliverer(app, clock)
    rounds(delivering, conn)
    assert len(taking.received) == 1
    for seconds in WAITS[:2]:
        clock.now += timedelta(seconds=seconds - 1)
        rounds(delivering, conn)
        before = len(taking.received)
        clock.now += timedelta(seconds=1)
        rounds(delivering, conn)
        assert len(taking.received) > before
    subjects = [message["data"]["subject"] for message in taking.received]
    assert subjects == [str(first)] * 3 + [str(second)]
    assert len(set(taking.ids)) == 2


@pytest.mark.parametrize(
    ("status", "after", "seconds"),
    [
        (429, "900", 900),
        (503, "{date}", 900),
        (503, "1000000", MOST_WAIT),
        (503, "demain", WAITS[0]),
        (503, "Wed, 21 Oct 99999999999999999999 07:28:00 GMT", WAITS[0]),
        (429, "Wed, 21 Oct 2026 07:28:00 +99999999999999999999", WAITS[0]),
        (500, "900", WAITS[0]),
        (429, "1", WAITS[0]),
    ],
)
def test_a_receiver_says_when_to_come_back_within_a_bound(world, app, conn, taking, clock, status, after, seconds):
    subscribes(world, taking)
    world.creates()
    clock.now = clock.now.replace(microsecond=0)
    taking.answers, taking.retry_after = (
        [status],
        after.format(date=format_datetime(clock.now + timedelta(seconds=900), usegmt=True)),
    )
    delivering = deliverer(app, clock)
    rounds(delivering, conn)
    for step, received in ((seconds - 1, 1), (1, 2)):
        clock.now += timedelta(seconds=step)
        rounds(delivering, conn)
        assert len(taking.received) == received


def test_dead_letters_pause_it_and_its_owner_is_told_and_a_replay_sends_them(world: World, app, conn, taking, clock):
    webhook = subscribes(world, taking)
    wanted = [world.creates() for _ in range(MOST_DEAD_IN_A_ROW + 1)]
    taking.answers = [503] * (MOST_DEAD_IN_A_ROW * (len(WAITS) + 1))
    delivering = deliverer(app, clock)
    for _ in range(MOST_DEAD_IN_A_ROW * (len(WAITS) + 1)):
        rounds(delivering, conn)
        clock.now += timedelta(seconds=WAITS[-1])
    assert not taking.answers
    query = "SELECT position, http_status, attempts FROM webhook_deliveries WHERE dead_at IS NOT NULL ORDER BY 1"
    dead = conn.execute(query).fetchall()
    assert [row[1:] for row in dead] == [(503, len(WAITS) + 1)] * MOST_DEAD_IN_A_ROW
    while react(conn):
        pass
    paused = conn.execute("SELECT recipient FROM notifications WHERE kind = 'webhook.paused'").fetchall()
    assert paused == [(structure(STRUCTURE_ID),)]
    taking.received.clear()
    rounds(delivering, conn)
    assert taking.received == []
    world.does(WebhookReplay(webhook_id=webhook, from_position=dead[0][0]), STRUCTURE)
    world.does(WebhookResume(webhook_id=webhook), STRUCTURE)
    rounds(delivering, conn)
    assert [message["data"]["subject"] for message in taking.received] == [str(each) for each in wanted]
    assert conn.execute(query).fetchall() == []


def test_who_wants_no_more_is_paused_at_once(world: World, app, conn, taking, clock):
    subscribes(world, taking)
    world.creates()
    world.creates()
    taking.answers = [410]
    rounds(deliverer(app, clock), conn)
    assert len(taking.received) == 1


def test_a_rotated_secret_signs_beside_the_former_for_a_day(world: World, app, conn, taking, clock):
    webhook = subscribes(world, taking)
    world.now = clock.now
    world.does(WebhookSecretRotate(webhook_id=webhook), STRUCTURE)
    delivering = deliverer(app, clock)
    for number in (1, 2):
        taking.secret = webhook_secret(app.bus.keyed, webhook, number)
        world.creates()
        rounds(delivering, conn)
    taking.secret = None
    clock.now += timedelta(days=1)
    world.creates()
    rounds(delivering, conn)
    assert [len(headers["webhook-signature"].split()) for headers in taking.headers] == [2, 2, 1]


def test_what_happens_in_a_pause_waits_and_another_structure_hears_nothing(world: World, app, conn, taking, clock):
    webhook = subscribes(world, taking)
    nation = WebhookSubscribe(url=taking.url, kinds=("structure.renamed",))
    world.does(nation, NATIONAL)
    world.does(WebhookPause(webhook_id=webhook), STRUCTURE)
    world.creates()
    delivering = deliverer(app, clock)
    rounds(delivering, conn)
    assert taking.received == []
    world.does(WebhookResume(webhook_id=webhook), STRUCTURE)
    rounds(delivering, conn)
    assert taking.kinds == ["animation.created"]


def test_what_goes_wrong_with_a_receiver_never_stops_the_others(world: World, app, conn, taking, clock, monkeypatch):
    subscribes(world, taking)
    world.does(WebhookSubscribe(url="https://broken.example/", kinds=("animation.*",)), NATIONAL)
    send = Connected.send

    async def broken(self: Connected, url: str, *message: Any) -> int:
        if "broken" in url:
            raise RuntimeError("nobody thought of this")
        return await send(self, url, *message)

    monkeypatch.setattr(Connected, "send", broken)
    world.creates()
    delivering = deliverer(app, clock)
    for count in (1, 2):
        world.creates()
        rounds(delivering, conn)
        assert len(taking.ids) == len(set(taking.ids)) == count + 1
        clock.now += timedelta(seconds=WAITS[0])
    failing = "SELECT attempts, reason FROM webhook_progress WHERE attempts > 0"
    assert conn.execute(failing).fetchall() == [(2, "RuntimeError")]


@pytest.mark.parametrize(
    ("url", "local", "reason"),
    [
        ("http://127.0.0.1:9/", False, "the host is of a private network"),
        ("https://localhost:9/", False, "the host is of a private network"),
        ("https://nowhere.invalid/", True, "the host is not known"),
        ("http://127.0.0.1:9/", True, "ConnectError"),
    ],
)
def test_a_name_is_looked_at_where_it_leads_to_before_anything_is_sent(url, local, reason):
    async def send() -> None:
        async with Sender(local=local).connected() as connected:
            await connected.send(url, b"{}", {})

    with pytest.raises(NotDelivered, match=reason):
        anyio.run(send)


def test_an_answer_that_does_not_come_is_waited_for_no_longer(world: World, app, conn, taking, clock):
    subscribes(world, taking)
    world.creates()
    held = Event()
    taking.then = lambda: held.wait(10)
    deliverer(app, clock, timeout=0.2).deliver(conn)
    held.set()
    assert conn.execute("SELECT reason FROM webhook_progress").fetchall() == [("no answer in time",)]
