"""Expected errors of queries: GraphQL errors whose extensions carry the code of the contract and the field's path."""

from __future__ import annotations

from collections.abc import Sequence

from graphql import GraphQLError

from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode, Problem, forbidden


class ApiError(GraphQLError):
    """One problem as a GraphQL error: `extensions` holds `code` and, where there is one, `field`."""

    def __init__(self, problem: Problem) -> None:
        extensions: dict[str, object] = {"code": problem.code.value}
        if problem.field:
            extensions["field"] = api_path(problem.field)
        super().__init__(problem.message, extensions=extensions)


def api_path(field: Sequence[str]) -> list[str]:
    """A path of the domain, in the names of the API: `starts_at` is `startsAt` there."""
    return [_camel(part) for part in field]


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def invalid(message: str, *field: str) -> ApiError:
    """An argument is malformed; `message` is French, for a person."""
    return ApiError(Problem(ErrorCode.INVALID, message, field))


def denied(actor: Actor) -> ApiError:
    """What a protected thing answers, always in the same words: who is not signed in may sign in, others may not."""
    if actor.role is Role.PUBLIC:
        return ApiError(Problem(ErrorCode.UNAUTHENTICATED, "Connectez-vous pour accéder à ces données."))
    return ApiError(forbidden().problems[0])


def is_expected(error: BaseException) -> bool:
    """Whether an error of a resolver is told with a code: anything else is a fault of ours."""
    return isinstance(error, ApiError | DomainError)


def api_errors(error: DomainError) -> list[ApiError]:
    """Every problem of a refusal, none left out."""
    return [ApiError(problem) for problem in error.problems]
