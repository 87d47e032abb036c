"""The texts that an animation has had, and those that are no longer shown: a text may name somebody it should not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from domain.animations.events import (
    AnimationCreated,
    AnimationDetails,
    AnimationModified,
    AnimationTextBlanked,
    AnimationWordsErased,
)
from domain.kernel.events import ERASED_WORDS, Event

#: The fields that people write, as opposed to choose.
TEXT_FIELDS = ("title", "description", "venue_name", "address")
#: Shown instead of words that are blanked.
BLANKED_WORDS = "[texte masqué]"

Words = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Text:
    """Words in the order of `TEXT_FIELDS`. They are the animation's from version `since` on, until the next text."""

    since: int
    words: Words


@dataclass(frozen=True, slots=True)
class Texts:
    """`version` counts the animation's events. The last text that was written is in force."""

    version: int = 0
    written: tuple[Text, ...] = ()
    #: The blanked texts, by the version that they are from.
    blanked: frozenset[int] = frozenset()
    #: Fields with words that are not shown in the past.
    hidden: frozenset[tuple[str, str]] = frozenset()

    def after(self, fact: Event) -> Texts:
        version = self.version + 1
        match fact:
            case AnimationCreated():
                return Texts(version, (Text(version, _words(fact)),))
            case AnimationModified() if not set(TEXT_FIELDS).isdisjoint(fact.changed):
                return replace(self, version=version, written=(*self.written, Text(version, _words(fact))))
            case AnimationTextBlanked() if text := self.at(fact.version):
                hidden = self.hidden.union(_replaced(text, self.in_force))
                return Texts(version, self.written, self.blanked | {text.since}, hidden)
            case AnimationWordsErased():
                return self._without_words(version)
        return Texts(version, self.written, self.blanked, self.hidden)

    def at(self, version: int) -> Text | None:
        """Return the text that was the animation's after its event of this version; None where there is no such."""
        if version > self.version:
            return None
        return next((text for text in reversed(self.written) if text.since <= version), None)

    @property
    def in_force(self) -> Text:
        return self.written[-1]

    @property
    def former(self) -> int:
        """How many texts were replaced and are not blanked."""
        return len(self.written) - 1 - len(self.blanked)

    def _without_words(self, version: int) -> Texts:
        titles = tuple(replace(text, words=(text.words[0], *map(_erased, text.words[1:]))) for text in self.written)
        hidden = frozenset((field, words) for field, words in self.hidden if field == "title")
        return Texts(version, titles, self.blanked, hidden)


def _words(details: AnimationDetails) -> Words:
    return (details.title, details.description, details.venue_name, details.address)


def _erased(words: str | None) -> str | None:
    return words and ERASED_WORDS


def _replaced(text: Text, in_force: Text) -> Iterator[tuple[str, str]]:
    for field, words, today in zip(TEXT_FIELDS, text.words, in_force.words, strict=True):
        if words is not None and words != today:
            yield field, words
