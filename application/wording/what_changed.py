"""Details of an animation's event in a history, beside its sentence: former and new values, and how many came."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from application.papers.french import NBSP
from application.wording.times import span
from domain.animations.adults import adult
from domain.animations.events import (
    AnimationAttested,
    AnimationCreated,
    AnimationDetails,
    AnimationModified,
    AttestationCorrected,
)
from domain.kernel.events import Event

#: The events that have something to say.
TOPICS = frozenset(
    kind.topic for kind in (AnimationCreated, AnimationModified, AnimationAttested, AttestationCorrected)
)
_Present = AnimationAttested | AttestationCorrected
#: Fields whose former and new values readers understand; of others they are told that they changed.
_SHOWN: Mapping[str, Callable[[AnimationDetails], str]] = {
    "title": lambda content: f"« {content.title} »",
    "venue_name": lambda content: content.venue_name,
    "address": lambda content: content.address or "aucune",
    "seats": lambda content: str(content.seats),
}
_DATES = ("starts_at", "ends_at")


def details(history: Sequence[Event]) -> list[str]:
    """Return sentences about the last of these events, which are the animation's from its first one on."""
    match fact := history[-1]:
        case AnimationCreated():
            return [f"Date : {span(fact.starts_at, fact.ends_at, fact.time_zone)}", f"Places : {fact.seats}"]
        case AnimationModified():
            written = [each for each in history[:-1] if isinstance(each, AnimationCreated | AnimationModified)]
            return _changes(written[-1], fact, _time_zone(history)) if written else []
        case AnimationAttested() | AttestationCorrected():
            before = [each for each in history[:-1] if isinstance(each, _Present)]
            return _attendance(before[-1] if before else None, fact, adult(_audience(history)))
    return []


def _changes(before: AnimationDetails, after: AnimationModified, time_zone: str) -> list[str]:
    lines = []
    if any(name in after.changed for name in _DATES):
        former, new = (span(each.starts_at, each.ends_at, time_zone) for each in (before, after))
        lines.append(_line("Date", former, new))
    for name, show in _SHOWN.items():
        if name in after.changed:
            lines.append(_line(_called(name).capitalize(), show(before), show(after)))
    others = [_called(name) for name in after.changed if name not in (*_DATES, *_SHOWN)]
    return [*lines, f"Aussi : {', '.join(others)}"] if lines and others else lines or _only(others)


def _only(others: Sequence[str]) -> list[str]:
    return [f"Ce qui change : {', '.join(others)}"] if others else []


def _line(name: str, former: str, new: str) -> str:
    """Return old and new; both the same where words are hidden or erased."""
    return f"{name} : {former} → {new}" if former != new else f"{name} : {new}"


def _audience(history: Sequence[Event]) -> str:
    declared = [each.audience for each in history if isinstance(each, AnimationCreated | AnimationModified)]
    return declared[-1] if declared else ""


def _attendance(before: _Present | None, after: _Present, who: str) -> list[str]:
    # Most animations take no children: those are not named who never came.
    children = any(each.children for each in (before, after) if each is not None)
    present = _people(after, who, children)
    if before is None:
        return [f"Présents : {present}"]
    return [_line("Présents", _people(before, who, children), present)]


def _people(fact: _Present, who: str, children: bool) -> str:
    return _counted(fact.parents, who) + (f" et {_counted(fact.children, 'enfant')}" if children else "")


def _counted(number: int, noun: str) -> str:
    return f"{number}{NBSP}{noun}{'s' if number > 1 else ''}"


def _called(name: str) -> str:
    return AnimationDetails.model_fields[name].title or name


def _time_zone(history: Sequence[Event]) -> str:
    return next(each.time_zone for each in history if isinstance(each, AnimationCreated))
