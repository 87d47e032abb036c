"""The health of notifications: letters waiting or stuck, and whether mail leaves. One query, cheap enough for probes.

Why something is stuck is shown to operators by `parentalite mail`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: A letter due for longer shows that no mailer runs: a working one would try it or set a later date.
MAX_DUE_SECONDS = 300

STANDING = """
SELECT waiting.*, sending.stopped_since, sending.suspected,
    (SELECT count(*) FROM mail_outbox WHERE given_up_at IS NOT NULL) AS given_up,
    (SELECT count(*) FROM reactions_set_aside WHERE given_up_at IS NULL) AS reactions_set_aside,
    (SELECT count(*) FROM webhook_progress WHERE attempts = 0) AS webhooks_up_to_date,
    (SELECT count(*) FROM webhook_progress WHERE attempts > 0) AS webhooks_waiting,
    (SELECT count(*) FROM webhook_deliveries WHERE dead_at IS NOT NULL) AS webhook_dead_letters,
    (SELECT coalesce(array_agg(job ORDER BY job), '{}') FROM job_failures) AS failing_jobs
FROM mail_sending AS sending, (
    SELECT count(*) FILTER (WHERE set_aside_at IS NULL) AS waiting,
        count(*) FILTER (WHERE set_aside_at IS NOT NULL) AS set_aside,
        extract(epoch FROM now() - min(due_at) FILTER (WHERE due_at <= now()))::float8 AS oldest_due_seconds,
        extract(epoch FROM now() - min(created_at) FILTER (WHERE set_aside_at IS NULL))::float8
            AS oldest_waiting_seconds
    FROM mail_outbox WHERE sent_at IS NULL AND given_up_at IS NULL
) AS waiting"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of `STANDING`. `stopped_since`: since when no letter leaves."""

    waiting: int
    set_aside: int
    oldest_due_seconds: float | None
    oldest_waiting_seconds: float | None
    stopped_since: datetime | None
    suspected: int
    given_up: int
    reactions_set_aside: int
    failing_jobs: list[str]
    webhooks_up_to_date: int = 0
    webhooks_waiting: int = 0
    webhook_dead_letters: int = 0

    @property
    def troubled(self) -> bool:
        """Return whether an operator should look."""
        halted = self.waiting > 0 and (self.stopped_since is not None or self.suspected > 0)
        unsent = (self.oldest_due_seconds or 0) > MAX_DUE_SECONDS
        return bool(halted or unsent or self.set_aside or self.reactions_set_aside or self.failing_jobs)

    def shown(self) -> dict[str, Any]:
        """Return what everybody may see: numbers, times and names of our own."""
        oldest = self.oldest_due_seconds
        return {
            "mail": {
                "waiting": self.waiting,
                "setAside": self.set_aside,
                "givenUp": self.given_up,
                "oldestDueSeconds": None if oldest is None else round(oldest),
                "stoppedSince": None if self.stopped_since is None else self.stopped_since.isoformat(),
            },
            "reactions": {"setAside": self.reactions_set_aside},
            "jobs": {"failing": self.failing_jobs},
        }
