"""The filters of a list of animations."""

from __future__ import annotations

from collections.abc import Collection, Set
from dataclasses import dataclass, field, fields
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of a listing; None: no filter. Collections mean any of their members."""

    territory: Collection[str] | None = None
    commune: Collection[str] | None = None
    school: Collection[str] | None = None
    #: A commune whose neighbours are looked for; what answers turns it into `commune`.
    around: str | None = None
    theme: Collection[str] | None = None
    type: Collection[str] | None = None
    venue_type: Collection[str] | None = None
    audience: Collection[str] | None = None
    status: Collection[str] | None = None
    accessibility: Collection[str] | None = None
    language: Collection[str] | None = None
    structure_id: UUID | None = None
    starts_from: datetime | None = None
    starts_before: datetime | None = None
    text: str | None = None
    seats_left: bool | None = None
    attested: bool | None = None
    past: bool | None = None
    upcoming: bool | None = None
    awaiting_attestation: bool | None = None
    without_convention: bool | None = None
    #: The time zones of the territories that are looked for; empty: any. No filter: it bounds where clocks are asked.
    time_zones: Collection[str] = ()
    #: The names of the conditions that narrow a list.
    narrowing: Set[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = frozenset(name for name in CONDITIONS if getattr(self, name) not in _NARROWING_NOTHING)
        object.__setattr__(self, "narrowing", names)

    @property
    def names_a_time(self) -> bool:
        """Whether it is said which time is meant: such a list is simply in the order of its dates."""
        times = (self.starts_from, self.starts_before, self.past, self.upcoming, self.awaiting_attestation)
        return any(time is not None for time in times)

    @property
    def follows_the_clock(self) -> bool:
        """Whether what matches changes with time alone."""
        return not self.narrowing.isdisjoint(_OF_THE_CLOCK)

    @property
    def guesses_hold(self) -> bool:
        """Whether PostgreSQL guesses well how many rows are let through by values that it does not know.

        Of several values, a period, or words it does not: it would read all animations that have a usual word.
        """
        names = self.narrowing
        several = any(len(getattr(self, name)) > 1 for name in names & _COLLECTIONS)
        return names <= _GUESSED and not several and not {"starts_from", "starts_before"} <= names


CONDITIONS = frozenset(condition.name for condition in fields(Conditions)).difference(("time_zones", "narrowing"))
_NARROWING_NOTHING: tuple[object, ...] = (None, [])
_OF_THE_CLOCK = frozenset(("past", "upcoming", "awaiting_attestation"))
_COLLECTIONS = frozenset(("territory", "commune", "school", "type", "venue_type", "audience", "status"))
#: Conditions on one column each, by its value or by one end.
_GUESSED = _COLLECTIONS | {"structure_id", "attested", "starts_from", "starts_before", "upcoming"}
