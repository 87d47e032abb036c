"""The only error that rules raise: a list of problems, each with a code, a French sentence and a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class ErrorCode(StrEnum):
    """Why a command was not carried out. The names are those of the GraphQL contract."""

    INVALID = "INVALID"
    NOT_FOUND = "NOT_FOUND"
    FORBIDDEN = "FORBIDDEN"
    UNAUTHENTICATED = "UNAUTHENTICATED"
    CONFLICT = "CONFLICT"
    RULE_BROKEN = "RULE_BROKEN"
    DUPLICATE = "DUPLICATE"


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem with a command. `message` is French, for the person; `field` is the path in the command, if any."""

    code: ErrorCode
    message: str
    field: tuple[str, ...] = ()


def in_figures(number: int | float | Decimal) -> str:
    """Return a number as French writes it: 100 000, or 9 999 999,99."""
    return f"{number:,}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",")


def quantity(number: int, *words: str) -> str:
    """Return `1 parent présent`, `2 parents présents`: in French, the plural begins with two."""
    return " ".join((in_figures(number), *(f"{word}s" if number > 1 else word for word in words)))


class DomainError(Exception):
    """A command was refused and nothing was recorded. Carries every problem, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.code}: {problem.message}" for problem in self.problems))

    @property
    def code(self) -> ErrorCode:
        return self.problems[0].code


@contextmanager
def gathering(problems: list[Problem]) -> Iterator[None]:
    """Add what is refused inside to `problems`, so that further rules are looked at too."""
    try:
        yield
    except DomainError as error:
        problems.extend(error.problems)


def check_all(*checks: Callable[[], object]) -> None:
    """Make every check, then raise the problems of all of them at once."""
    problems: list[Problem] = []
    for check in checks:
        with gathering(problems):
            check()
    if problems:
        raise DomainError(problems)


def refuse(code: ErrorCode, message: str, *field: str) -> DomainError:
    """Return a `DomainError` with one problem, ready to raise."""
    return DomainError([Problem(code, message, field)])


def raise_any(problems: Iterable[Problem]) -> None:
    """Raise all these problems together, if there are any."""
    if problems := tuple(problems):
        raise DomainError(problems)


def broken(message: str, *field: str) -> DomainError:
    """Return the error for a command that breaks a business rule."""
    return refuse(ErrorCode.RULE_BROKEN, message, *field)


def invalid(message: str, *field: str) -> DomainError:
    """Return the error for a malformed or unknown value."""
    return refuse(ErrorCode.INVALID, message, *field)


def forbidden(cause: str = "") -> DomainError:
    """Return the error for a missing right. It does not reveal whether the thing exists, nor may its cause."""
    return refuse(ErrorCode.FORBIDDEN, f"Vous n'avez pas le droit de faire cette action. {cause}".rstrip())


def not_found(what: str, *field: str) -> DomainError:
    return refuse(ErrorCode.NOT_FOUND, f"{what} : introuvable.", *field)
