"""Translate recorded terms into those in force, by the merges and splits that a generation was built with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, TypeAdapter

from domain.animations.events import AnimationDetails
from domain.typology.typology import SplitPart, TermKind, TermMerged, TermSplit
from eventstore.records import Recorded


class Change(BaseModel):
    """A merge or split: from `since` on (None: always), show the first part that takes the animation, not `code`."""

    model_config = ConfigDict(frozen=True)

    kind: TermKind
    code: str
    parts: tuple[SplitPart, ...]
    since: date | None

    def shown(self, animation_type: str, day: date) -> str:
        if self.since is not None and day < self.since:
            return self.code
        return next(part.into for part in self.parts if part.takes(animation_type, day))


class AnimationTerms(Protocol):
    """An animation's terms: as it declares them, or as its row shows them."""

    @property
    def venue_type(self) -> str: ...
    @property
    def audience(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def themes(self) -> Sequence[str]: ...
    @property
    def accessibility(self) -> Sequence[str]: ...


_CHANGES = TypeAdapter(tuple[Change, ...])


@dataclass(frozen=True)
class TermsInForce:
    """All merges and splits in log order, so that later ones apply to the results of earlier ones."""

    changes: tuple[Change, ...] = ()

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _hash(self) -> int:
        return hash(self.changes)

    @cached_property
    def _changed(self) -> frozenset[TermKind]:
        return frozenset(change.kind for change in self.changes)

    def shown(self, kind: TermKind, code: str, animation_type: str, day: date) -> str:
        """Return the code to show for one recorded for an animation of that type and local day."""
        if kind in self._changed:
            for change in self.changes:
                if change.kind is kind and change.code == code:
                    code = change.shown(animation_type, day)
        return code

    def of_animation(self, fact: AnimationDetails) -> dict[str, Any]:
        """Return the animation's terms as shown today. Terms that became one are shown once."""
        if not self.changes:
            return {
                "venue_type": fact.venue_type,
                "audience": fact.audience,
                "type": fact.type,
                "themes": list(fact.themes),
                "accessibility": list(fact.accessibility),
            }
        # The instant has the territory's own offset, so this is the local day.
        return self.on_day(fact, fact.starts_at.date())

    def on_day(self, terms: AnimationTerms, day: date) -> dict[str, Any]:
        """Return what these terms of an animation on that local day become.

        Of the changes one after another the results are those of all at once, but for a split by types after a change
        of the type: it asks for the recorded one.
        """
        themes = dict.fromkeys(self.shown(TermKind.THEME, theme, terms.type, day) for theme in terms.themes)
        offers = (self.shown(TermKind.ACCESSIBILITY, offer, terms.type, day) for offer in terms.accessibility)
        return {
            "venue_type": self.shown(TermKind.VENUE_TYPE, terms.venue_type, terms.type, day),
            "audience": self.shown(TermKind.AUDIENCE, terms.audience, terms.type, day),
            "type": self.shown(TermKind.ANIMATION_TYPE, terms.type, terms.type, day),
            "themes": list(themes),
            "accessibility": list(dict.fromkeys(offers)),
        }

    def of_publication(self, themes: Iterable[str], audience: str | None) -> dict[str, Any]:
        """Return a publication's terms as shown today.

        It has no day: every change reaches it at once. Nobody said which part of a split term it is about, so that its
        themes become all of them.
        """
        shown = list(dict.fromkeys(themes))
        for change in self.changes:
            if change.kind is TermKind.THEME and change.code in shown:
                parts = [part.into for part in change.parts]
                shown = [each for code in shown for each in (parts if code == change.code else [code])]
            elif change.kind is TermKind.AUDIENCE and change.code == audience:
                # The last part takes what no other does.
                audience = change.parts[-1].into
        return {"themes": list(dict.fromkeys(shown)), "audience": audience}

    def since(self, earlier: TermsInForce) -> Sequence[Change]:
        """Return the changes since `earlier`."""
        return self.changes[len(earlier.changes) :]

    def as_json(self) -> list[dict[str, Any]]:
        changes: list[dict[str, Any]] = _CHANGES.dump_python(self.changes, mode="json")
        return changes

    @staticmethod
    @lru_cache(maxsize=64)
    def from_json(changes: str) -> TermsInForce:
        """Return them from JSON, the same object for the same text: all read models ask with each batch."""
        return TermsInForce(_CHANGES.validate_json(changes))

    @classmethod
    def from_history(cls, typology_events: Iterable[Recorded]) -> TermsInForce:
        """Fold the typology's own stream."""
        changes: list[Change] = []
        for record in typology_events:
            match fact := record.event:
                case TermMerged():
                    whole = (SplitPart(into=fact.into),)
                    changes.append(Change(kind=fact.kind, code=fact.code, parts=whole, since=fact.since))
                case TermSplit():
                    changes.append(Change(kind=fact.kind, code=fact.code, parts=fact.parts, since=fact.since))
        return cls(tuple(changes))
