"""Check that what was submitted and certified follows from the other events: rates, plans, attendance, sheets.

Events record who did what; these rules say whether the sum was due (docs/glossary.md, "Proof of service…").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.animations.animation import Animation
from domain.catalogue import ANIMATION, CONVENTION
from domain.conventions.convention import Convention
from domain.service_dossiers.events import DossierCertified, DossierOpened, DossierSubmitted, ServiceLine
from eventstore.records import Recorded


def broken_rules(dossier_id: UUID, records: Sequence[Recorded]) -> Iterator[str]:
    """Yield one line for each contradiction in the events of a dossier and of what it rests on, in log order."""
    history = _History(dossier_id)
    for record in records:
        yield from history.apply(record)


@dataclass(slots=True)
class _History:
    """The state of everything just before the next event."""

    dossier_id: UUID
    conventions: dict[UUID, Convention] = field(default_factory=dict)
    animations: dict[UUID, tuple[Animation, int]] = field(default_factory=dict)
    convention_id: UUID | None = None
    submitted: DossierSubmitted | None = None

    def apply(self, record: Recorded) -> Iterator[str]:
        stream, fact = record.originator_id, record.event
        kind = fact.topic.partition(".")[0]
        if kind == CONVENTION.name:
            self.conventions[stream] = CONVENTION.evolve(self.conventions.get(stream), stream, fact)
        elif kind == ANIMATION.name:
            before, _ = self.animations.get(stream, (None, 0))
            self.animations[stream] = ANIMATION.evolve(before, stream, fact), record.originator_version
        match fact:
            case DossierOpened():
                self.convention_id = fact.convention_id
            case DossierSubmitted():
                self.submitted = fact
                yield from self._submission(fact)
            case DossierCertified():
                yield from self._certification(fact)

    def _submission(self, fact: DossierSubmitted) -> Iterator[str]:
        convention = self._convention()
        yield from _same("the rate submitted", fact.rate_per_animation, convention.rate_per_animation)
        yield from _same("the number planned", fact.planned_animations, convention.planned_animations)
        yield from _same("the amount submitted", fact.amount, len(fact.lines) * fact.rate_per_animation)
        if len({line.animation_id for line in fact.lines}) < len(fact.lines):
            yield "an animation is submitted twice"
        for line in fact.lines:
            yield from self._line(line)

    def _line(self, line: ServiceLine) -> Iterator[str]:
        animation, version = self.animations.get(line.animation_id, (None, 0))
        if animation is None or animation.attendance is None:
            yield f"animation {line.animation_id} is submitted and was not attested"
            return
        attendance, name = animation.attendance, f"animation {line.animation_id}"
        yield from _same(f"{name}: its version", line.animation_version, version)
        yield from _same(f"{name}: its day", line.held_on, animation.held_on)
        yield from _same(f"{name}: parents", line.parents, attendance.parents)
        yield from _same(f"{name}: children", line.children, attendance.children)
        yield from _same(f"{name}: its sheet", line.sheet, animation.sheet)
        yield from _same(f"{name}: its convention", animation.convention_id, self.convention_id)
        yield from _same(f"{name}: its dossier", animation.dossier_id, self.dossier_id)

    def _certification(self, fact: DossierCertified) -> Iterator[str]:
        convention = self._convention()
        if self.submitted is None:
            yield "it was certified and never submitted"
            return
        yield from _same("the number certified", fact.animations, len(self.submitted.lines))
        yield from _same("the rate certified", fact.rate_per_animation, self.submitted.rate_per_animation)
        yield from _same("the number planned", fact.planned_animations, convention.planned_animations)
        yield from _same("the number certified before", fact.already_certified, convention.certified_animations)
        yield from _same("the amount certified", fact.amount, fact.animations * fact.rate_per_animation)
        planned, done = fact.planned_animations, fact.already_certified + fact.animations
        if planned is not None and done > planned and not fact.overrun_reason:
            yield f"{done} animations are certified for {planned} planned, without a reason"

    def _convention(self) -> Convention:
        if self.convention_id not in self.conventions:
            raise ValueError("the events of the dossier's convention are missing")
        return self.conventions[self.convention_id]


def _same(name: str, actual: Any, expected: Any) -> Iterator[str]:
    if actual != expected:
        yield f"{name} is {actual}, where {expected} follows from the other events"
