"""Notes which inboxes a token gives its holder: letters about one go on only while its reader is seen to sign in."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from anyio import to_thread
from cachetools import LRUCache

from application.notifications.inbox import recipients_of
from application.notifications.subscriptions import record_sign_in
from domain.kernel.actors import Actor
from eventstore.unavailable import is_unavailable

if TYPE_CHECKING:
    from api.core.context import Services

log = logging.getLogger(__name__)

#: Seen again within it, with the same inboxes, nothing is written.
_NOTED_FOR = timedelta(days=1)
_MOST_NOTED = 20_000


@dataclass(slots=True)
class SignInsSeen:
    """What this process has noted, by subject; the one that was not seen for longest goes first."""

    _noted: LRUCache[str, tuple[list[str], datetime]] = field(default_factory=lambda: LRUCache(_MOST_NOTED))

    async def note(self, actor: Actor, services: Services) -> None:
        """`actor`: as the token alone tells. One small write a day and person, and when the token gives others."""
        subject, account, now = actor.subject, actor.account_id, services.clock()
        if subject is None or account is None:
            return
        recipients = recipients_of(actor)
        before = self._noted.get(subject)
        if before is not None and before[0] == recipients and before[1] <= now < before[1] + _NOTED_FOR:
            return

        def write() -> None:
            with services.application.pool.connection() as conn:
                record_sign_in(conn, account, recipients, now)

        noted_at = now
        try:
            await to_thread.run_sync(write)
        except Exception as fault:
            if not is_unavailable(fault):
                raise
            # Who asks is answered all the same, and noted with what they ask in a minute.
            log.warning("a sign-in could not be noted", extra={"reason": type(fault).__name__})
            noted_at = now - _NOTED_FOR + timedelta(minutes=1)
        self._noted[subject] = (recipients, noted_at)
