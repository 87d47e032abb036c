"""Texts that the log holds encrypted: stand-ins take their place, so that decisions can be made without any key."""

from __future__ import annotations

from typing import Any, TypeVar

from domain.kernel.events import Event

E = TypeVar("E", bound=Event)

#: Passes for a name, a place and a reason alike.
SEALED = "texte scellé"
#: Differs from it: for a text that the event itself calls new.
NEW = "autre texte scellé"


def with_stand_ins(fact: E, new: frozenset[str] = frozenset()) -> E:
    """Return the event with a stand-in for each text that may be encrypted; `new` names the fields that are new."""
    if not fact.personal_fields:
        return fact
    stand_ins: dict[str, Any] = {}
    for name in fact.personal_fields:
        value, text = getattr(fact, name), NEW if name in new else SEALED
        if value is not None:
            stand_ins[name] = (text,) * len(value) if isinstance(value, tuple) else text
    copy = fact.model_copy()
    # Frozen, and a stand-in is no text to validate.
    vars(copy).update(stand_ins)
    return copy
