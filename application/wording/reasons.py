"""Why something happened, as whoever did it wrote: an event's reasons, comments and answers, beside its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import domain.catalogue  # noqa: F401  registers every event class
from domain.controls.events import PieceJudged
from domain.controls.pieces import PIECE_LABELS, REASON_LABELS, PieceKind, ReasonCode
from domain.kernel.events import Event, field_names, registered_events
from domain.service_dossiers.events import DossierControlled

_WRITTEN = ("reason", "overrun_reason", "missing_reason", "warnings_reason", "comment", "answer", "conclusion")
_TITLES = field_names()
#: What is written of these is for fewer readers than their history.
_FOR_FEWER = ("animation_request",)


@cache
def told_in(topic: str) -> tuple[str, ...]:
    """Return the fields of such an event in which somebody wrote why. What is written about a person is none."""
    event = registered_events().get(topic)
    if event is None or topic.partition(".")[0] in _FOR_FEWER:
        return ()
    marks = event.personal_marks
    return tuple(name for name in _WRITTEN if name in marks and not marks[name].of_person)


def tells_why(topic: str) -> bool:
    return bool(told_in(topic)) or topic == DossierControlled.topic


def reasons(fact: Event) -> Sequence[str]:
    """Return sentences on why it happened, of an event whose texts are in clear."""
    texts = ((name, getattr(fact, name)) for name in told_in(fact.topic))
    written = [f"{_TITLES[name].capitalize()} : {text}" for name, text in texts if text]
    match fact:
        case PieceJudged():
            judged = "conforme" if fact.accepted else "refusée"
            return [f"{_piece(fact.piece)} : {judged}{_because(fact.reason_code)}", *written]
        case DossierControlled():
            return [f"{_piece(each.piece)} : refusée{_because(ReasonCode(each.reason_code))}" for each in fact.refused]
    return written


def _piece(name: str) -> str:
    """Return what a piece of a control is called; that of a convention has a name of its own."""
    kind, _, subject = name.partition(":")
    return subject if kind == PieceKind.PIECE else PIECE_LABELS[PieceKind(kind)]


def _because(code: ReasonCode) -> str:
    return "" if code is ReasonCode.CONFORM else f" ({REASON_LABELS[code].lower()})"
