"""Findings of the judge about events, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.events import Event
from eventstore.records import Recorded


@dataclass(frozen=True, slots=True)
class Finding:
    """An event that no honest system would have recorded there, and why.

    A `warning` does not condemn it: the rule is newer than the event.
    """

    position: int
    stream: UUID
    version: int
    topic: str
    reason: str
    warning: bool = False
    #: The author and their role; empty where the event cannot be read.
    actor: str = ""
    role: str = ""

    @classmethod
    def about(cls, record: Recorded, reason: str, warning: bool = False) -> Finding:
        version, topic, stamp = record.originator_version, record.event.topic, record.stamp
        return cls(record.position, record.originator_id, version, topic, reason, warning, stamp.actor, stamp.role)

    def __str__(self) -> str:
        return self.naming({})

    def naming(self, names: Mapping[str, str]) -> str:
        """Return it in words, with the name that `names` have for whoever recorded the event."""
        by = f" – recorded by {names.get(self.actor, self.actor)} ({self.role})" if self.actor else ""
        place = f"event at position {self.position} ({self.topic}, version {self.version} of {self.stream})"
        return f"{place}: {self.reason}{by}"


def refusal(error: DomainError, record: Recorded) -> str:
    """Return why the domain refuses the event."""
    if error.code is ErrorCode.FORBIDDEN:
        stamp = record.stamp
        where = f"structure {stamp.structure_id or 'none'}, territory {stamp.territory or 'none'}"
        return f"the role {stamp.role} has no right to it ({stamp.cause}), or the thing is not theirs ({where})"
    return "the domain refuses it: " + " ".join(problem.message for problem in error.problems)


def differences(recorded: Event, decided: Event) -> Iterator[str]:
    """Yield a line for each field of which the domain would have recorded another value."""
    if type(recorded) is not type(decided):
        yield f"{decided.topic} follows from the events before it, not {recorded.topic}"
        return
    for name, expected in vars(decided).items():
        if (actual := getattr(recorded, name)) != expected:
            yield from _differing(name, actual, expected)


def _differing(name: str, actual: Any, expected: Any) -> Iterator[str]:
    if isinstance(actual, tuple) and isinstance(expected, tuple):
        if len(actual) != len(expected):
            yield f"{name} has {len(actual)} entries, where {len(expected)} follow from the events before it"
            return
        for place, (first, second) in enumerate(zip(actual, expected, strict=True)):
            if first != second and hasattr(first, "__dict__") and type(first) is type(second):
                for field, value in vars(second).items():
                    if (stated := getattr(first, field)) != value:
                        yield from _differing(f"{name}[{place}].{field}", stated, value)
                return
    yield f"{name} is {_shown(actual)}, where {_shown(expected)} follows from the events before it"


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
