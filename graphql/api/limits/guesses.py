"""Limit wrong guesses of secret codes: per object, for each client and for all clients together."""

from __future__ import annotations

from uuid import UUID

from graphql import GraphQLError

from api.core.context import Context
from api.limits.rate_limits import RateLimiter

#: Wrong codes for one object from one client, then how many more a minute; higher for all clients together.
FROM_ONE_PLACE, _A_MINUTE = 10, 1
FROM_EVERYWHERE, _A_MINUTE_EVERYWHERE = 300, 30


class Guess:
    """An attempt with one code, counted before the code is checked so that parallel attempts count in full."""

    def __init__(self, context: Context, thing: UUID) -> None:
        """Raise TOO_MANY_REQUESTS after too many wrong codes."""
        self._limiter = context.services.shared(RateLimiter)
        self._from_here = ("wrong code", f"{context.client} {thing}")
        self._from_all = ("wrong code of all", str(thing))
        self._take(*self._from_here, _A_MINUTE, FROM_ONE_PLACE)
        try:
            self._take(*self._from_all, _A_MINUTE_EVERYWHERE, FROM_EVERYWHERE)
        except GraphQLError:
            self._limiter.give_back(*self._from_here)
            raise

    def was_right(self) -> None:
        """Take the attempt out of the count."""
        self._limiter.give_back(*self._from_here)
        self._limiter.give_back(*self._from_all)

    def _take(self, kind: str, key: str, per_minute: int, burst: int) -> None:
        if wait := self._limiter.take(kind, key, per_minute, burst):
            seconds = round(wait + 0.5)
            message = f"Trop de codes erronés : réessayez dans {seconds} s."
            raise GraphQLError(message, extensions={"code": "TOO_MANY_REQUESTS", "retryAfter": seconds})
