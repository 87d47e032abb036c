"""Given what happened, when something is decided, then this follows or is refused (the manner of Emmett)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from domain.catalogue import AggregateKind
from domain.kernel.authors import Author
from domain.kernel.errors import DomainError, ErrorCode, Problem
from domain.kernel.events import Event

SUBJECT = UUID("00000000-0000-4000-8000-000000000001")


def fold(kind: AggregateKind[Any], *events: Event, subject: UUID = SUBJECT) -> Any:
    """The state after these events; None after none."""
    return kind.fold(None, subject, events)


@dataclass(frozen=True)
class Outcome:
    kind: AggregateKind[Any] | None
    before: tuple[Event, ...]
    events: Sequence[Event] | None
    refusal: DomainError | None

    def then(self, *expected: Event) -> Any:
        """Exactly these events follow. Returns the state after them, which shows that they can be folded."""
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal.problems}")
        if list(self.events or ()) != list(expected):
            raise AssertionError(f"\n  expected {list(expected)}\n  got      {self.events}")
        return fold(self.kind, *self.before, *expected) if self.kind else None

    def then_accepted(self) -> list[Event]:
        if self.refusal is not None:
            raise AssertionError(f"refused: {self.refusal.problems}")
        return list(self.events or ())

    def then_refused(self, code: ErrorCode, field: str = "", saying: str = "") -> Sequence[Problem]:
        """One problem, with that code, on that field (dots between its steps), its message holding `saying`."""
        if self.refusal is None:
            raise AssertionError(f"accepted: {self.events}")
        problems = self.refusal.problems
        refusals = [(problem.code, ".".join(problem.field)) for problem in problems]
        if refusals != [(code, field)]:
            raise AssertionError(f"expected one {code} on {field!r}, got {problems}")
        if saying not in problems[0].message:
            raise AssertionError(f"{saying!r} is not in {problems[0].message!r}")
        return problems


@dataclass(frozen=True)
class Given:
    kind: AggregateKind[Any] | None
    events: tuple[Event, ...]
    #: Who did each of them, in a story in which that counts.
    authors: tuple[Author, ...] = ()

    @property
    def state(self) -> Any:
        if self.kind and self.authors:
            return self.kind.fold_acts(None, SUBJECT, zip(self.events, self.authors, strict=True))
        return fold(self.kind, *self.events) if self.kind else None

    def by(self, *authors: Author) -> Given:
        """The same story, each event by its author in this order; one author: all of it."""
        return replace(self, authors=authors * len(self.events) if len(authors) == 1 else authors)

    def when(self, decide: Callable[..., list[Event]], *values: Any, **named: Any) -> Outcome:
        """Calls the decision with the state first, if a kind was given."""
        first = (self.state,) if self.kind else ()
        try:
            return Outcome(self.kind, self.events, decide(*first, *values, **named), None)
        except DomainError as refusal:
            return Outcome(self.kind, self.events, None, refusal)


def given(kind: AggregateKind[Any] | None = None, *events: Event) -> Given:
    return Given(kind, events)
