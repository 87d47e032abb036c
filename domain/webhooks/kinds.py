"""The kinds of events that other systems may subscribe to: none of those about one person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.kernel.errors import invalid
from domain.kernel.events import registered_events

#: Kinds of streams that tell of no person. Registrations stand in the book of their animation.
FAMILIES = (
    "action_group",
    "animation",
    "animation_request",
    "candidature",
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
#: Kinds of a territory or the nation alone: none of them ever reaches a structure's subscription.
OF_NO_STRUCTURE = frozenset(
    {
        *("action_group", "candidature", "control", "school", "school_project"),
        *("strategy", "territory", "typology"),
    }
)
#: After a family: all its kinds, those to come as well.
_ALL = ".*"
#: Events of a group that are about one of its members.
_OF_ONE_PERSON = frozenset({"action_group.member_joined", "action_group.member_left"})
#: The deeds of volunteers count; nobody learns whose stream they stand in.
WITHOUT_SUBJECT = frozenset({"candidature.accompaniment_corrected", "candidature.accompaniment_recorded"})
MOST_KINDS = 50


def offered() -> Mapping[str, str]:
    """Return the kinds, each with what it says in French. That a person's words were erased is nobody else's matter."""
    return {
        topic: event_class.sentence for topic, event_class in sorted(registered_events().items()) if _is_offered(topic)
    }


def reaches_structures(kind: str) -> bool:
    """Return whether events of this kind, or of this family, are ever those of a structure."""
    return kind.partition(".")[0] not in OF_NO_STRUCTURE


def _is_offered(topic: str) -> bool:
    family = topic.partition(".")[0]
    if family == "candidature":
        return topic in WITHOUT_SUBJECT
    return family in FAMILIES and topic not in _OF_ONE_PERSON and not topic.endswith("_erased")


def topics_of(kinds: Iterable[str]) -> frozenset[str]:
    """Return the topics that these kinds stand for today; of a kind that is no more, none."""
    chosen, everything = frozenset(kinds), offered()
    return frozenset(topic for topic in everything if topic in chosen or f"{topic.partition('.')[0]}{_ALL}" in chosen)


def check_kinds(kinds: tuple[str, ...], *, for_structure: bool = False) -> None:
    """Raise INVALID, with what would be accepted, for the first kind that is none, or that never comes."""
    everything = offered()
    families = sorted({topic.partition(".")[0] for topic in everything})
    accepted = ", ".join(f"{each}{_ALL}" for each in families if not for_structure or reaches_structures(each))
    for place, kind in enumerate(kinds):
        if kind not in everything and kind.removesuffix(_ALL) not in families:
            reason = "n'est pas un événement que l'on peut suivre"
        elif for_structure and not reaches_structures(kind):
            reason = "n'arrive jamais à une structure : ce sont des événements d'un territoire ou du pays"
        else:
            continue
        raise invalid(
            f"« {kind[:60]} » {reason} ; attendu : {accepted}, ou l'un des événements proposés dans la liste.",
            *("kinds", str(place)),
        )
