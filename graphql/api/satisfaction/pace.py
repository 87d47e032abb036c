"""How many answers to a questionnaire are taken from one place: below what fills it, enough for a school's network.

The address stays in memory, for this measure alone (docs/decisions/0028-answers-in-packets.md).
"""

from __future__ import annotations

from graphql import GraphQLError

from api.limits.rate_limits import RateLimiter

#: People who hand on one telephone, or leave a room together.
ANSWERS_AT_ONCE = 5
#: The part of all answers that an animation takes which may come from one place within a day.
_SHARE = 2
_MINUTES_A_DAY = 24 * 60


def take_place(limiter: RateLimiter, client: str, link: str, most: int, per_minute: int) -> None:
    """Count an answer of a place to a link that takes `most`. Raises TOO_MANY_REQUESTS; `per_minute` 0 is no limit."""
    if not per_minute:
        return
    key, share = f"{client} {link[:100].strip()}", most // _SHARE
    if wait := limiter.take("answers of a day", key, share / _MINUTES_A_DAY, share):
        raise _too_many("Trop de réponses sont venues de cet endroit : répondez depuis une autre connexion.", wait)
    if wait := limiter.take("answers", key, per_minute, ANSWERS_AT_ONCE):
        limiter.give_back("answers of a day", key)
        seconds = round(wait + 0.5)
        raise _too_many(f"Trop de réponses d'affilée depuis cet endroit : réessayez dans {seconds} s.", wait)


def _too_many(message: str, wait: float) -> GraphQLError:
    return GraphQLError(message, extensions={"code": "TOO_MANY_REQUESTS", "retryAfter": round(wait + 0.5)})
