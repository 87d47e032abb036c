"""Notices to structures, coordonnateurs and schools about a school's request for an animation."""

from __future__ import annotations

from collections.abc import Iterator

from application.notifications.reaction import Around, Letter, Notice, school, structure, territory
from application.wording import things
from application.wording.things import Thing
from domain.animation_requests.events import CAUSE_LABELS, RequestReopened, RequestSent, RequestTakenUp
from domain.animation_requests.request import AnimationRequest
from domain.catalogue import ANIMATION_REQUEST
from domain.kernel.actors import Role
from eventstore.records import Recorded

_ASKING = (Role.DIRECTOR, Role.HEAD, Role.TEACHER)


def _request(record: Recorded, around: Around, version: int | None = None) -> AnimationRequest:
    return around.state(ANIMATION_REQUEST, record.originator_id, version or record.originator_version)


def _named(record: Recorded) -> dict[str, Thing]:
    return {"school": Thing("asking_school", record.originator_id)}


def on_sent(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, RequestSent)
    message, named = "{school} demande une animation : dites si votre structure peut y répondre.", _named(record)
    for structure_id in fact.structures:
        recipient = structure(structure_id)
        yield Notice(recipient, "animation_request.sent", message, named)
    message = f"{{school}} demande une animation. Structures prévenues : {len(fact.structures)}."
    yield Notice(territory(fact.territory), "animation_request.sent", message, named)


def on_taken_up(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    fact = record.event
    assert isinstance(fact, RequestTakenUp)
    named = _named(record) | {"structure": things.structure(fact.structure_id)}
    message = "{structure} prend en charge la demande d'animation de {school}."
    yield from _to_school_and_territory(record, around, "animation_request.taken_up", message, named)


def on_given_back(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    message = "La demande d'animation de {school} est de nouveau ouverte : la structure ne peut pas y répondre."
    yield from _to_school_and_territory(record, around, "animation_request.given_back", message, _named(record))


def on_answered(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    request = _request(record, around)
    assert request.animation_id is not None
    message = "{animation} répond à la demande d'animation de {school}."
    named = _named(record) | {"animation": things.animation(request.animation_id)}
    yield from _to_school_and_territory(record, around, "animation_request.answered", message, named)


def on_reopened(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Tell the structure as well, that is to declare another animation or to give the request back."""
    fact, request = record.event, _request(record, around)
    assert isinstance(fact, RequestReopened)
    assert request.structure_id is not None
    kind, named = "animation_request.reopened", _named(record)
    message = f"La demande d'animation de {{school}} attend de nouveau. {CAUSE_LABELS[fact.because]}"
    yield from _to_school_and_territory(record, around, kind, message, named)
    message = f"{message} Déclarez-en une autre, ou rendez la demande."
    yield Notice(structure(request.structure_id), kind, message, named)


def on_declined(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    message = "Personne ne peut répondre à la demande d'animation de {school}."
    yield from _to_school(record, around, "animation_request.declined", message, _named(record))


def on_withdrawn(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    """Tell the structure that has taken it up, and the coordonnateur."""
    before, kind = _request(record, around, record.originator_version - 1), "animation_request.withdrawn"
    message, named = "{school} retire sa demande d'animation.", _named(record)
    if before.structure_id is not None:
        recipient = structure(before.structure_id)
        yield Notice(recipient, kind, message, named, with_reason=True)
    recipient = territory(before.territory)
    yield Notice(recipient, kind, message, named, with_reason=True)


def on_lapsed(record: Recorded, around: Around) -> Iterator[Notice | Letter]:
    message = "La période souhaitée par {school} est passée sans animation : sa demande n'est plus ouverte."
    yield from _to_school_and_territory(record, around, "animation_request.lapsed", message, _named(record))


def _to_school_and_territory(
    record: Recorded, around: Around, kind: str, message: str, named: dict[str, Thing]
) -> Iterator[Notice | Letter]:
    yield from _to_school(record, around, kind, message, named)
    recipient = territory(_request(record, around).territory)
    yield Notice(recipient, kind, message, named, with_reason=True)


def _to_school(
    record: Recorded, around: Around, kind: str, message: str, named: dict[str, Thing]
) -> Iterator[Notice | Letter]:
    for role in _ASKING:
        recipient = school(_request(record, around).school, role)
        yield Notice(recipient, kind, message, named, with_reason=True)
