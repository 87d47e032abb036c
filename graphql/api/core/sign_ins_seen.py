"""Record which inboxes a token gives access to: e-mails about one continue only while its reader signs in."""

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

#: A sign-in with the same inboxes is not recorded again within this time.
_VALID_FOR = timedelta(days=1)
_MOST_SUBJECTS = 20_000


@dataclass(slots=True)
class SignInsSeen:
    """The sign-ins that this process has recorded, by subject, in an LRU cache."""

    _recorded: LRUCache[str, tuple[list[str], datetime]] = field(default_factory=lambda: LRUCache(_MOST_SUBJECTS))

    async def note(self, actor: Actor, services: Services) -> None:
        """Record a sign-in, once a day per person and when the inboxes change. `actor` is as the token alone says."""
        subject, account, now = actor.subject, actor.account_id, services.clock()
        if subject is None or account is None:
            return
        recipients = recipients_of(actor)
        before = self._recorded.get(subject)
        if before is not None and before[0] == recipients and before[1] <= now < before[1] + _VALID_FOR:
            return

        def write() -> None:
            with services.application.pool.connection() as conn:
                record_sign_in(conn, account, recipients, now)

        recorded_at = now
        try:
            await to_thread.run_sync(write)
        except Exception as error:
            if not is_unavailable(error):
                raise
            # Answer the request nonetheless, and record the sign-in with a request in a minute.
            log.warning("a sign-in could not be noted", extra={"reason": type(error).__name__})
            recorded_at = now - _VALID_FOR + timedelta(minutes=1)
        self._recorded[subject] = (recipients, recorded_at)
