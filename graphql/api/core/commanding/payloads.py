"""Payloads of mutations: the object, the position to wait for, and the user's errors."""

from __future__ import annotations

from collections.abc import Sequence

import strawberry

from api.core.errors import api_path
from domain.kernel.errors import ErrorCode, Problem

_SIGN_IN = Problem(ErrorCode.UNAUTHENTICATED, "Connectez-vous pour faire cette action.")


@strawberry.type(description="One thing that the user can put right. Nothing was recorded.")
class UserError:
    code: ErrorCode = strawberry.field(description="The kind of mistake, for programs.")
    message: str = strawberry.field(description="What is wrong, in French, for a person.")
    field: list[str] | None = strawberry.field(
        description="The path of the input's field, under the names of this schema; null when it is about none of them."
    )


@strawberry.type
class Payload:
    """The part common to all payloads."""

    position: int | None = strawberry.field(
        description="The log position that the mutation reached: send it as `Min-Position` to read your own write."
    )
    errors: list[UserError] = strawberry.field(
        description="What the user did wrong; empty when the mutation was carried out."
    )


def user_errors(problems: Sequence[Problem], signed_in: bool) -> list[UserError]:
    """Convert problems to the names of the API. The public is asked to sign in instead of FORBIDDEN."""
    if not signed_in and any(problem.code is ErrorCode.FORBIDDEN for problem in problems):
        problems = [_SIGN_IN]
    return [_user_error(problem) for problem in problems]


#: Names of commands that inputs have other paths for; `from` is a keyword of Python.
_RENAMED = {
    "source": ("from",),
    **dict.fromkeys(("linkLabels", "linkUrls"), ("links",)),
    **{f"contact{part.capitalize()}": ("contact", part) for part in ("phone", "email", "hours")},
}


def _user_error(problem: Problem) -> UserError:
    path = [name for part in api_path(problem.field) for name in _RENAMED.get(part, (part,))]
    return UserError(code=problem.code, message=problem.message, field=path or None)
