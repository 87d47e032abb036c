"""Name things within the sentences of notices: their words are read from the log when a notice is shown or sent.

A notice stores its sentence with places for these words, and which thing, as of which version, each is about. Personal
words thus stand sealed in the log alone, and are gone once they are erased there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from application.papers.french import euros, short_date
from application.wording import animations
from application.wording.schools import in_sentence, labels_of, school_of
from domain.animation_requests.request import AnimationRequest
from domain.animations.animation import Animation
from domain.candidatures.events import CandidatureSubmitted
from domain.catalogue import (
    ANIMATION,
    ANIMATION_REQUEST,
    CONVENTION,
    PUBLICATION,
    SERVICE_DOSSIER,
    STRUCTURE,
    TERRITORY,
    TYPOLOGY,
    AggregateKind,
)
from domain.controls.events import ControlOpened
from domain.kernel.identifiers import TYPOLOGY_ID, territory_id
from domain.publications.content import KIND_LABELS
from domain.typology.typology import Typology
from eventstore.log import state_after
from eventstore.records import Recorded

Streams = Mapping[UUID, Sequence[Recorded]]


@dataclass(frozen=True, slots=True)
class Thing:
    """A thing that a sentence names, as of a version of its stream; None: as it is when it is shown."""

    kind: str
    id: UUID
    version: int | None = None

    def stored(self) -> list[Any]:
        return [self.kind, str(self.id), self.version]


def things_of(stored: Mapping[str, Sequence[Any]] | None) -> dict[str, Thing]:
    """Return the things by their places in the sentence, from what `Thing.stored` returned."""
    return {place: Thing(kind, UUID(id), version) for place, (kind, id, version) in (stored or {}).items()}


def animation(animation_id: UUID, version: int | None = None) -> Thing:
    return Thing("animation", animation_id, version)


def structure(structure_id: UUID) -> Thing:
    return Thing("structure", structure_id)


def territory(code: str) -> Thing:
    return Thing("territory", territory_id(code))


def streams_of(things: Iterable[Thing]) -> set[UUID]:
    """Return the streams that `fill` reads, and with them those that `schools_named` finds in these."""
    needed = set()
    for thing in things:
        needed.add(thing.id)
        if thing.kind in ("rewriting", "to_tell"):
            needed.add(TYPOLOGY_ID)
    return needed


def fill(message: str, things: Mapping[str, Thing], streams: Streams, since: int | None = None) -> str:
    """Return the sentence with the things named, from the opened events of `streams_of` them.

    `since` is the version before a change that it tells of.
    """
    if not things:
        return message
    words = {place: _PHRASES[thing.kind](thing, streams, since) for place, thing in things.items()}
    filled = message.format_map(words)
    return filled[:1].upper() + filled[1:]


def _state(kind: AggregateKind[Any], thing: Thing, streams: Streams, version: int | None = None) -> Any:
    return state_after(kind, streams[thing.id], version or thing.version)


def _rewriting(thing: Thing, streams: Streams, since: int | None) -> str:
    """Say what changed from `since`, by default the version before, to the thing's version."""
    before, after = _before_and_after(thing, streams, since)
    words = _changes(before, after, streams) or "Rien d'affiché ne change"
    return words if words.endswith((".", "…")) else f"{words}."


def _to_tell(thing: Thing, streams: Streams, since: int | None) -> str:
    """Say what there is to tell somebody by telephone, who knows what was before `since`."""
    before, after = _before_and_after(thing, streams, since)
    words = [_changes(before, after, streams)]
    if before.content.online_link != after.content.online_link:
        words.append("Le lien de connexion a changé")
    changes = " ; ".join(filter(None, words)) or "Tout est de nouveau comme avant"
    return changes if changes.endswith((".", "…")) else f"{changes}."


def _changes(before: Animation, after: Animation, streams: Streams) -> str:
    typology: Typology = state_after(TYPOLOGY, streams[TYPOLOGY_ID]) or Typology()
    schools = labels_of((before.content.school, after.content.school), streams)
    return animations.rewriting(after, before.content, after.content, typology, schools)


def _announced(thing: Thing, streams: Streams, since: int | None) -> str:
    """Go on in a sentence with when and where it was before, if that is not what it was at last."""
    before, after = _before_and_after(thing, streams, since)
    announced, last = (f"{animations.when(each)}, {animations.place(each.content)}" for each in (before, after))
    return "" if announced == last else f" (annoncée {announced})"


def _before_and_after(thing: Thing, streams: Streams, since: int | None) -> tuple[Animation, Animation]:
    assert thing.version is not None
    return _state(ANIMATION, thing, streams, since or thing.version - 1), _state(ANIMATION, thing, streams)


def _dossier(thing: Thing, streams: Streams, since: int | None) -> str:
    dossier = _state(SERVICE_DOSSIER, thing, streams)
    amount = "" if dossier.amount is None else f" ({euros(dossier.amount)})"
    return f"dossier de service fait {_period(dossier.period_from, dossier.period_until)}{amount}"


def _convention(thing: Thing, streams: Streams, since: int | None) -> str:
    convention = _state(CONVENTION, thing, streams)
    return f"convention {_period(convention.valid_from, convention.valid_until)}"


def _control(thing: Thing, streams: Streams, since: int | None) -> str:
    opened = streams[thing.id][0].event
    assert isinstance(opened, ControlOpened)
    return f"contrôle « {opened.name} » des dossiers certifiés {_period(opened.period_from, opened.period_until)}"


def _period(first: date, last: date) -> str:
    return f"du {short_date(first)} au {short_date(last)}"


def _candidature(thing: Thing, streams: Streams, since: int | None) -> str:
    submitted = _submitted(thing, streams)
    return f"candidature de {_volunteer(thing, streams, since)} pour {school_of(submitted, streams)}"


def _volunteer(thing: Thing, streams: Streams, since: int | None) -> str:
    submitted = _submitted(thing, streams)
    names = [name for name in (submitted.first_name, submitted.last_name) if name]
    return " ".join(names) or "une personne dont les données sont effacées"


def _submitted(thing: Thing, streams: Streams) -> CandidatureSubmitted:
    submitted = streams[thing.id][0].event
    assert isinstance(submitted, CandidatureSubmitted)
    return submitted


def _school(thing: Thing, streams: Streams, since: int | None) -> str:
    return school_of(_submitted(thing, streams), streams)


def _asking_school(thing: Thing, streams: Streams, since: int | None) -> str:
    request: AnimationRequest = _state(ANIMATION_REQUEST, thing, streams)
    return in_sentence(labels_of((request.school,), streams)[request.school])


def _publication(thing: Thing, streams: Streams, since: int | None) -> str:
    content = _state(PUBLICATION, thing, streams).content
    return f"la publication « {content.title} » ({KIND_LABELS[content.kind]})"


def _territory(thing: Thing, streams: Streams, since: int | None) -> str:
    state = _state(TERRITORY, thing, streams)
    return f"{state.name} ({state.code})"


_PHRASES: Mapping[str, Callable[[Thing, Streams, int | None], str]] = {
    "animation": lambda thing, streams, since: animations.phrase(_state(ANIMATION, thing, streams)),
    "title": lambda thing, streams, since: f"« {_state(ANIMATION, thing, streams).content.title} »",
    "publication": _publication,
    "rewriting": _rewriting,
    "to_tell": _to_tell,
    "announced": _announced,
    "structure": lambda thing, streams, since: str(_state(STRUCTURE, thing, streams).name),
    "territory": _territory,
    "dossier": _dossier,
    "convention": _convention,
    "control": _control,
    "candidature": _candidature,
    "volunteer": _volunteer,
    "school": _school,
    "asking_school": _asking_school,
}
