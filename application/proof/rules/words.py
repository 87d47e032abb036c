"""Texts that the log holds encrypted: stand-ins take their place, so that decisions can be made without any key."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from domain.animations.animation import Animation
from domain.kernel.events import Event

E = TypeVar("E", bound=Event)

#: Passes for a name, a place and a reason alike.
SEALED = "texte scellé"
#: Differs from it: for a text that the event itself calls new.
NEW = "autre texte scellé"
#: Stand-ins for fields of a form of their own.
_FORMED = {
    "contact_phone": ("01 99 00 12 34", "01 99 00 56 78"),
    "contact_email": ("scelle@example.org", "autre.scelle@example.org"),
    "online_link": ("https://example.org/scelle", "https://example.org/autre"),
}


def put_stand_ins(fact: Event) -> None:
    """Replace each text that may be encrypted, in the event itself."""
    if fact.personal_fields:
        # Frozen, and a stand-in is no text to validate.
        vars(fact).update(_stand_ins(fact, frozenset()))


def with_new(fact: E, new: frozenset[str]) -> E:
    """Return the event with stand-ins, others in those of these fields whose text the event calls new."""
    copy = fact.model_copy()
    vars(copy).update(_stand_ins(fact, new))
    return copy


def with_unlike_texts(state: Animation) -> Animation:
    """Return the animation with a description of its own in each of its texts, whose words are not known."""
    texts = state.texts
    unlike = (replace(text, words=(text.words[0], f"{NEW} {text.since}", *text.words[2:])) for text in texts.written)
    return replace(state, texts=replace(texts, written=tuple(unlike)))


def _stand_ins(fact: Event, new: frozenset[str]) -> dict[str, Any]:
    stand_ins: dict[str, Any] = {}
    for name in fact.personal_fields:
        value, text = getattr(fact, name), _FORMED.get(name, (SEALED, NEW))[name in new]
        if value is not None:
            stand_ins[name] = (text,) * len(value) if isinstance(value, tuple) else text
    return stand_ins
