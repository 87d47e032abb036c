"""Limit wrong guesses of secret codes: per object, for each client and for all clients together.

The count is the database's, so that more processes allow no more guesses.
"""

from __future__ import annotations

from uuid import UUID

from graphql import GraphQLError

from api.core.commanding.commands import in_turn
from api.core.context import Context
from application.commanding.attempts import Bucket, give_back, take

#: Wrong codes for one object from one client, then how many more a minute; higher for all clients together.
FROM_ONE_PLACE, _A_MINUTE = 10, 1
FROM_EVERYWHERE, _A_MINUTE_EVERYWHERE = 300, 30


class Guess:
    """An attempt with one code, counted before the code is checked so that parallel attempts count in full."""

    def __init__(self, context: Context, thing: UUID) -> None:
        self._context = context
        self._buckets = (
            Bucket("wrong code", f"{context.client} {thing}", _A_MINUTE, FROM_ONE_PLACE),
            Bucket("wrong code of all", str(thing), _A_MINUTE_EVERYWHERE, FROM_EVERYWHERE),
        )

    async def count(self) -> Guess:
        """Raise TOO_MANY_REQUESTS after too many wrong codes."""
        if wait := await in_turn(self._context, self._take):
            seconds = round(wait + 0.5)
            message = f"Trop de codes erronés : réessayez dans {seconds} s."
            raise GraphQLError(message, extensions={"code": "TOO_MANY_REQUESTS", "retryAfter": seconds})
        return self

    async def was_right(self) -> None:
        """Take the attempt out of the count."""
        await in_turn(self._context, lambda: self._give_back(*self._buckets))

    def _take(self) -> float:
        application = self._context.services.application
        from_here, from_all = self._buckets
        with application.pool.connection() as conn:
            if wait := take(conn, application.bus.keyed, from_here):
                return wait
            wait = take(conn, application.bus.keyed, from_all)
        if wait:
            self._give_back(from_here)
        return wait

    def _give_back(self, *buckets: Bucket) -> None:
        application = self._context.services.application
        with application.pool.connection() as conn:
            for bucket in buckets:
                give_back(conn, application.bus.keyed, bucket)
