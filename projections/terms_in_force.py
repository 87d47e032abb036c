"""How the terms that history recorded are shown and counted today: the typology that a generation was built with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from application.eventstore.records import Recorded
from domain.animation_events import AnimationDetails
from domain.typology import TermKind, TermMerged


@dataclass(frozen=True)
class TermsInForce:
    """`merged` leads from a recorded (kind, code) to the code that took its place, through every later merge."""

    merged: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def shown(self, kind: TermKind, code: str) -> str:
        return self.merged.get((kind.value, code), code)

    def of_animation(self, fact: AnimationDetails) -> dict[str, Any]:
        """The animation's terms as shown today. Two themes that became one are shown once."""
        if not self.merged:
            return {
                "venue_type": fact.venue_type,
                "audience": fact.audience,
                "type": fact.type,
                "themes": list(fact.themes),
            }
        themes = dict.fromkeys(self.shown(TermKind.THEME, theme) for theme in fact.themes)
        return {
            "venue_type": self.shown(TermKind.VENUE_TYPE, fact.venue_type),
            "audience": self.shown(TermKind.AUDIENCE, fact.audience),
            "type": self.shown(TermKind.ANIMATION_TYPE, fact.type),
            "themes": list(themes),
        }

    def as_json(self) -> list[list[str]]:
        return sorted([kind, code, into] for (kind, code), into in self.merged.items())

    @classmethod
    def from_json(cls, entries: Iterable[Iterable[str]]) -> TermsInForce:
        return cls({(kind, code): into for kind, code, into in entries})

    @classmethod
    def from_history(cls, typology_events: Iterable[Recorded]) -> TermsInForce:
        """Folds the typology's own stream."""
        merged: dict[tuple[str, str], str] = {}
        for record in typology_events:
            if isinstance(fact := record.event, TermMerged):
                into = fact.into
                earlier = [key for key, code in merged.items() if key[0] == fact.kind.value and code == fact.code]
                merged.update(dict.fromkeys([*earlier, (fact.kind.value, fact.code)], into))
        return cls(merged)
