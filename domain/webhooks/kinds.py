"""The kinds of events that other systems may subscribe to: none of those about one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.kernel.errors import invalid
from domain.kernel.events import registered_events

#: Kinds of streams that tell of no person. Registrations stand in the book of their animation.
FAMILIES = (
    "animation",
    "control",
    "convention",
    "logo",
    "publication",
    "registration",
    "school",
    "school_project",
    "service_dossier",
    "strategy",
    "structure",
    "territory",
    "typology",
)
#: After a family: all its kinds, those to come as well.
_ALL = ".*"
MOST_KINDS = 50


def offered() -> Mapping[str, str]:
    """Return the kinds, each with what it says in French. That a person's words were erased is nobody else's matter."""
    return {
        topic: event_class.sentence
        for topic, event_class in sorted(registered_events().items())
        if topic.partition(".")[0] in FAMILIES and not topic.endswith("_erased")
    }


def topics_of(kinds: Iterable[str]) -> frozenset[str]:
    """Return the topics that these kinds stand for today; of a kind that is no more, none."""
    chosen, everything = frozenset(kinds), offered()
    return frozenset(topic for topic in everything if topic in chosen or f"{topic.partition('.')[0]}{_ALL}" in chosen)


def check_kinds(kinds: tuple[str, ...]) -> None:
    """Raise INVALID, with what would be accepted, for the first kind that is none."""
    everything = offered()
    families = sorted({topic.partition(".")[0] for topic in everything})
    for place, kind in enumerate(kinds):
        if kind not in everything and kind.removesuffix(_ALL) not in families:
            accepted = ", ".join(f"{family}{_ALL}" for family in families)
            raise invalid(
                f"« {kind[:60]} » n'est pas un événement que l'on peut suivre ; attendu : {accepted}, ou l'un des"
                " événements proposés dans la liste.",
                *("kinds", str(place)),
            )
