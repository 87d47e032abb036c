"""Hide the blanked texts of animations from whoever reads their history, in clones too.

A text is known by its words: a later modification of something else repeats them, and so does a clone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from domain.animations.animation import Animation
from domain.animations.events import AnimationCreated, AnimationModified, AnimationTextBlanked
from domain.animations.texts import BLANKED_WORDS, TEXT_FIELDS
from domain.catalogue import ANIMATION
from eventstore.records import Recorded
from projections.engine.reading import Snapshot

_WRITTEN = (AnimationCreated, AnimationModified)
#: Every animation has a territory; the index on territory and type finds the few events.
BLANKED_SINCE = """
SELECT t.position, t.subject_id, t.structure_id, t.territory FROM {audit_trail} t
WHERE t.territory = ANY(ARRAY(SELECT code COLLATE "default" FROM {territories}))
AND t.type = 'animation.text_blanked' AND t.position > %(after)s"""
_CLONES = "SELECT animation_id, cloned_from FROM {animations} WHERE structure_id = ANY(%(structures)s)"


@dataclass(frozen=True, slots=True)
class BlankedTexts:
    """The hidden words of each animation with its fields; why each text was blanked, by the sealed reason."""

    hidden: Mapping[UUID, frozenset[tuple[str, str]]] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)

    def masked(self, record: Recorded) -> Recorded:
        """Return the record without hidden words."""
        hidden = self.hidden.get(record.originator_id)
        if hidden is None or not isinstance(record.event, _WRITTEN):
            return record
        blanked = {name for name in TEXT_FIELDS if (name, getattr(record.event, name)) in hidden}
        marks = dict.fromkeys(blanked, BLANKED_WORDS)
        return record._replace(event=record.event.model_copy(update=marks)) if marks else record

    def shown(self, animation_id: UUID, data: dict[str, Any]) -> dict[str, Any]:
        """Return the fields of an event without hidden words, and with the reason of a blanking in clear."""
        hidden = self.hidden.get(animation_id, ())
        marks = {name: BLANKED_WORDS for name in TEXT_FIELDS if (name, data.get(name)) in hidden}
        reason = self.reasons.get(data.get("reason") or "")
        return data | marks | ({} if reason is None else {"reason": reason})


def blanked_texts(records: Sequence[Recorded], sealed: Iterable[Recorded] = ()) -> BlankedTexts:
    """Return what is blanked in these whole histories of animations; `sealed`: the same as the log holds them.

    An animation hides what is blanked of it and of those with which it shares a source, save what it says today.
    """
    histories: dict[UUID, list[Recorded]] = defaultdict(list)
    for record in records:
        if record.event.topic.startswith("animation."):
            histories[record.originator_id].append(record)
    states = {stream: _state(stream, history) for stream, history in histories.items()}
    sources = {
        stream: event.cloned_from
        for stream, (first, *_) in histories.items()
        if isinstance(event := first.event, AnimationCreated)
    }
    of_family: dict[UUID, set[tuple[str, str]]] = defaultdict(set)
    for stream, state in states.items():
        of_family[_first_source(stream, sources)] |= state.texts.hidden
    hidden = {
        stream: words
        for stream, state in states.items()
        if (words := frozenset(of_family[_first_source(stream, sources)]) - _in_force(state))
    }
    return BlankedTexts(hidden, _reasons(sealed, records))


def _state(stream: UUID, history: Sequence[Recorded]) -> Animation:
    state = ANIMATION.fold(None, stream, (record.event for record in history))
    assert state is not None, "a history has an event"
    return state


def _first_source(stream: UUID, sources: Mapping[UUID, UUID | None]) -> UUID:
    while (source := sources.get(stream)) is not None:
        stream = source
    return stream


def _in_force(state: Animation) -> frozenset[tuple[str, str | None]]:
    return frozenset(zip(TEXT_FIELDS, state.texts.in_force.words, strict=True))


def _reasons(sealed: Iterable[Recorded], opened: Iterable[Recorded]) -> dict[str, str]:
    return {
        before.event.reason: after.event.reason
        for before, after in zip(sealed, opened, strict=False)
        if isinstance(before.event, AnimationTextBlanked) and isinstance(after.event, AnimationTextBlanked)
    }


async def families(read: Snapshot, blanked: Mapping[UUID, UUID]) -> list[UUID]:
    """Return the animations that share a source with one of these (each with its structure), and these."""
    rows = await read.rows(read.sql(_CLONES), {"structures": list(set(blanked.values()))})
    sources: dict[UUID, UUID | None] = {row["animation_id"]: row["cloned_from"] for row in rows}
    wanted = {_first_source(stream, sources) for stream in blanked}
    return [stream for stream in {*sources, *blanked} if _first_source(stream, sources) in wanted]
