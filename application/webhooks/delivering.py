"""The deliverer: send events to those who subscribed, in the order of the log, at least once and under a stable id.

Each subscription has its own position, moved after the answer: whatever stops in between, the message is sent again
under the same id. A message waits for the one before it. One that cannot be delivered is tried ever less often, then
set aside as dead; after several in a row the subscription pauses, and its owner is told.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic
from typing import Any
from uuid import UUID

import anyio
from psycopg import Connection

from application.commanding.bus import Execute
from application.commanding.pseudonyms_and_links import Keyed
from application.webhooks import progress
from application.webhooks.commands import WebhookPause
from application.webhooks.messages import BOTH_SIGN, Message, headers_of, message_of
from application.webhooks.progress import MOST_DEAD_IN_A_ROW, Attempt, Standing
from application.webhooks.secrets import webhook_secret
from application.webhooks.sending import GONE, Connected, NotDelivered, Sender
from domain.animation_requests.events import RequestSent
from domain.catalogue import WEBHOOK
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError
from domain.webhooks.events import TOPICS, PauseCause, WebhookReplayed, WebhookSecretRotated, WebhookSubscribed
from domain.webhooks.kinds import topics_of
from domain.webhooks.webhook import Webhook, WebhookStatus
from eventstore.leasing.leased_work import Work, working_at
from eventstore.locks import Lock
from eventstore.log import head, read_topics
from eventstore.recorder import EVENTS_CHANNEL
from eventstore.records import Recorded, UnreadableEvent
from eventstore.vault import Vault

log = logging.getLogger(__name__)

Conn = Connection[Any]
IDLE_SECONDS = 5.0
#: Positions that are looked at in one go, events that are read, and messages of a subscription sent in one.
WINDOW, READ, AT_ONCE = 5_000, 200, 50
#: A subscription begins no further message of a round after so many seconds: others wait for it.
ROUND_SECONDS = 5.0
#: Subscriptions that are sent to at a time.
BESIDE = 16
_UNREADABLE = "the event cannot be read"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription as its stream tells it up to `version`."""

    webhook: Webhook
    version: int
    rotated_at: datetime | None = None

    def secrets(self, keyed: Keyed, now: datetime) -> list[str]:
        """Return the secrets that sign now: the latest, and the one before it for a while."""
        number = self.webhook.secret_number
        both = self.rotated_at is not None and now < self.rotated_at + BOTH_SIGN
        return [webhook_secret(keyed, self.webhook.id, each) for each in (number, *((number - 1,) if both else ()))]


@dataclass(frozen=True, slots=True)
class Batch:
    """The messages to a subscription in a round. `until`: nothing more up to there is for it."""

    subscription: Subscription
    standing: Standing
    messages: list[Message]
    until: int
    #: The outcomes so far; `is_over`: nothing more of the batch is due now.
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def is_over(self) -> bool:
        return len(self.attempts) >= len(self.messages) and not any(each.reason for each in self.attempts)


@dataclass(slots=True)
class Deliverer:
    execute: Execute
    vault: Vault
    keyed: Keyed
    public_url: str
    sender: Sender
    clock: Callable[[], datetime]
    _subscriptions: dict[UUID, Subscription] = field(default_factory=dict)
    _learnt: int = 0

    def begin(self, conn: Conn) -> None:
        """Forget what was known: another process may have had the lease."""
        self._subscriptions, self._learnt = {}, 0

    def deliver(self, conn: Conn) -> float:
        """Send what is due, and return the seconds until the next round."""
        now = self.clock()
        self._learn(conn, now)
        active = [id for id, each in self._subscriptions.items() if each.webhook.status is WebhookStatus.ACTIVE]
        if not active:
            return IDLE_SECONDS
        until = head(conn)
        batches = [self._batch(conn, standing, until) for standing in progress.due(conn, active, now)]
        if any(batch.messages for batch in batches):
            anyio.run(self._send_all, batches)
        for batch in batches:
            self._take(conn, batch)
        if any(batch.until < until or batch.messages for batch in batches):
            return 0.0
        due = progress.next_due(conn, active, now)
        return IDLE_SECONDS if due is None else min(IDLE_SECONDS, max(0.05, (due - now).total_seconds()))

    def _learn(self, conn: Conn, now: datetime) -> None:
        """Take up what people subscribed to and ordered since the last round."""
        records = read_topics(conn, TOPICS, after=self._learnt)
        for record in self.vault.open(conn, records):
            webhook_id, before = record.originator_id, self._subscriptions.get(record.originator_id)
            webhook = WEBHOOK.evolve(before.webhook if before else None, webhook_id, record.event)
            after = Subscription(webhook, record.originator_version, before.rotated_at if before else None)
            from_position = None
            match record.event:
                case WebhookSubscribed():
                    progress.begin(conn, webhook_id, after.version, record.position, now)
                case WebhookSecretRotated():
                    after = replace(after, rotated_at=record.stamp.recorded_at)
                case WebhookReplayed():
                    from_position = record.event.from_position - 1
            progress.order(conn, webhook_id, after.version, from_position, now)
            self._subscriptions[webhook_id], self._learnt = after, record.position

    def _batch(self, conn: Conn, standing: Standing, last: int) -> Batch:
        """Return the next messages of a subscription."""
        subscription = self._subscriptions[standing.webhook_id]
        webhook, until = subscription.webhook, min(standing.position + WINDOW, last)
        topics = sorted(topics_of(webhook.kinds))
        try:
            records = read_topics(conn, topics, until, standing.position, READ) if topics else []
        except UnreadableEvent as fault:
            # Nobody can tell whom an unreadable event concerns: send what stands before it, then set it aside as dead.
            until = fault.position - 1
            records = read_topics(conn, topics, until, standing.position, READ)
            if not records:
                dead = Attempt(fault.position, fault.topic, None, _UNREADABLE, for_good=True)
                return Batch(subscription, standing, [], fault.position, [dead])
        if len(records) == READ:
            until = records[-1].position
        wanted = [each for each in records if _concerns(webhook, each)]
        if len(wanted) > AT_ONCE:
            until = wanted[AT_ONCE - 1].position
        messages = [message_of(webhook, record, self.public_url) for record in wanted[:AT_ONCE]]
        return Batch(subscription, standing, messages, until)

    async def _send_all(self, batches: list[Batch]) -> None:
        beside = anyio.CapacityLimiter(BESIDE)
        async with anyio.create_task_group() as tasks:
            for batch in batches:
                if batch.messages:
                    tasks.start_soon(self._send, batch, beside)

    async def _send(self, batch: Batch, beside: anyio.CapacityLimiter) -> None:
        """Send message after message until one is not accepted, or the round is over."""
        webhook = batch.subscription.webhook
        async with beside, self.sender.connected() as connected:
            ends = monotonic() + ROUND_SECONDS
            for message in batch.messages:
                now = self.clock()
                headers = headers_of(message, batch.subscription.secrets(self.keyed, now), now)
                try:
                    attempt = await _attempt(connected, webhook.url, message, headers, now)
                except Exception as error:
                    # Count it against this subscription alone: the others are sent theirs, whatever it answered.
                    log.exception("webhook failed", extra={"webhook": str(webhook.id), "position": message.position})
                    attempt = Attempt(message.position, message.kind, None, type(error).__name__)
                batch.attempts.append(attempt)
                if attempt.reason is not None or monotonic() > ends:
                    return

    def _take(self, conn: Conn, batch: Batch) -> None:
        """Record what became of a batch, in one transaction: a crash before it sends all of it again."""
        webhook_id, version, standing = batch.subscription.webhook.id, batch.subscription.version, batch.standing
        now = self.clock()
        with conn.transaction():
            for attempt in batch.attempts:
                if attempt.reason is not None:
                    about = {"webhook": str(webhook_id), "position": attempt.position, "reason": attempt.reason}
                    log.warning("webhook not delivered", extra=about | {"attempts": standing.attempts + 1})
                standing = progress.take(conn, standing, version, attempt, now)
            if batch.is_over:
                progress.passed(conn, webhook_id, version, batch.until)
        gone = any(attempt.status == GONE for attempt in batch.attempts)
        if gone or standing.dead_in_a_row >= MOST_DEAD_IN_A_ROW:
            self._pause(webhook_id, PauseCause.GONE if gone else PauseCause.FAILURES, now)

    def _pause(self, webhook_id: UUID, because: PauseCause, now: datetime) -> None:
        log.error("webhook paused", extra={"webhook": str(webhook_id), "because": because.value})
        # Refused where somebody paused it or ended it meanwhile.
        with suppress(DomainError):
            self.execute(WebhookPause(webhook_id=webhook_id, because=because), SYSTEM, now)


def _concerns(webhook: Webhook, record: Recorded) -> bool:
    """Return whether the event is for the subscription; a school's request is for the structures that it goes to."""
    goes_to = record.event.structures if isinstance(record.event, RequestSent) else ()
    return webhook.concerns(record.stamp.structure_id, record.stamp.territory, goes_to)


async def _attempt(
    connected: Connected, url: str, message: Message, headers: Mapping[str, str], now: datetime
) -> Attempt:
    try:
        status = await connected.send(url, message.body, headers)
    except NotDelivered as failure:
        return Attempt(message.position, message.kind, failure.status, failure.reason, wait=failure.wait(now))
    return Attempt(message.position, message.kind, status)


@contextmanager
def delivering(database_url: str, deliverer: Deliverer) -> Iterator[None]:
    """Deliver in a thread of its own for as long as the context lasts; another process may have the lead."""
    work = Work("deliverer", Lock.DELIVERER, deliverer.deliver, EVENTS_CHANNEL, deliverer.begin, pause_seconds=0.05)
    with working_at(database_url, work):
        yield
