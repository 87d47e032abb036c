"""Expected errors of queries: GraphQL errors with a code and the path of the field."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graphql import GraphQLError

from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError, ErrorCode, Problem, forbidden
from domain.kernel.field_labels import label_of

_CAPITAL = re.compile("[A-Z]")


class ApiError(GraphQLError):
    """One problem as a GraphQL error: `extensions` has `code` and, if there is one, `field`."""

    def __init__(self, problem: Problem) -> None:
        extensions: dict[str, object] = {"code": problem.code.value}
        if problem.field:
            extensions["field"] = api_path(problem.field)
        super().__init__(problem.message, extensions=extensions)


def api_path(field: Sequence[str]) -> list[str]:
    """Convert a path of the domain to the names of the API: `starts_at` becomes `startsAt`."""
    return [_camel(part) for part in field]


def field_called(path: Sequence[str]) -> str:
    """Return what people call the field at this path of the API, empty if it has no French name."""
    return label_of([_CAPITAL.sub(lambda capital: f"_{capital[0].lower()}", part) for part in path])


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.capitalize() for other in others)


def invalid(message: str, *field: str) -> ApiError:
    """Return the error of a malformed argument; `message` is French, for a person."""
    return ApiError(Problem(ErrorCode.INVALID, message, field))


def denied(actor: Actor) -> ApiError:
    """Return the refusal of a protected object, in constant words: the public may sign in, others may not read."""
    if actor.role is Role.PUBLIC:
        return ApiError(Problem(ErrorCode.UNAUTHENTICATED, "Connectez-vous pour accéder à ces données."))
    return ApiError(forbidden().problems[0])


def is_expected(error: BaseException) -> bool:
    """Whether a resolver's error is expected and has a code; any other is a bug."""
    return isinstance(error, ApiError | DomainError)


def api_errors(error: DomainError) -> list[ApiError]:
    """Return every problem of a refusal."""
    return [ApiError(problem) for problem in error.problems]
