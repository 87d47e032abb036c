"""Taking answers to questionnaires: `application.followers.packets` records them (docs/guides/satisfaction.md)."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import BaseModel, ConfigDict, Field

from application.commanding.bus import CommandBus
from application.commanding.unit_of_work import UnitOfWork
from application.satisfaction import tables
from application.satisfaction.commands import form_of
from domain.animations.animation import Animation
from domain.catalogue import ANIMATION, REGISTRATION
from domain.kernel.actors import Actor
from domain.kernel.errors import broken, invalid
from domain.kernel.identifiers import registration_book_id
from domain.kernel.rights import Action, Belongings, authorize
from domain.kernel.validation import Comment, Label, Link
from domain.satisfaction import answering
from domain.satisfaction.answering import Answer
from domain.satisfaction.form import MOST_QUESTIONS

#: Purpose of a questionnaire's signed link.
PURPOSE = "questionnaire"


class GivenAnswer(BaseModel):
    """An answer as it is sent; texts are bounded, and go no further."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    question: int
    scale: int | None = None
    choice: Label | None = None
    text: Comment | None = None


class Answers(BaseModel):
    """All that one person answers. `form_version`: of the form that was shown, if the sender knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    link: Link
    answers: Annotated[tuple[GivenAnswer, ...], Field(min_length=1, max_length=MOST_QUESTIONS)]
    form_version: int | None = None
    idempotency_key: UUID | None = None


def animation_of(bus: CommandBus, link: str) -> UUID:
    """Return the animation of a questionnaire's link. Raises INVALID."""
    things = bus.keyed.links.read(PURPOSE, link, "link")
    return things[0]


@dataclass(frozen=True, slots=True)
class Taken:
    """The animation that answers were sent for, and whether those of this key were counted before."""

    animation_id: UUID
    repeated: bool


def take_answers(
    bus: CommandBus, sent: Answers, actor: Actor, now: datetime, admit: Callable[[int], None] | None = None
) -> Taken:
    """Count the answers. Nothing of whoever sent them goes any further than here.

    `admit` is called before they are counted, with how many the animation takes in all, and may raise. Who repeats
    what was counted takes no place, and needs no questionnaire that is open still.
    """
    animation_id = animation_of(bus, sent.link)
    key = digest(bus, b"key", animation_id, sent.idempotency_key or uuid4())
    with bus.pool.connection() as conn:
        if sent.idempotency_key is not None and tables.is_counted(conn, key):
            return Taken(animation_id, repeated=True)
    answers = [Answer(**answer.model_dump()) for answer in sent.answers]

    def decide(work: UnitOfWork) -> tuple[int, dict[str, int], int]:
        authorize(work.actor, Action.QUESTIONNAIRE_ANSWER, Belongings())
        animation, form = work.find(ANIMATION, animation_id), form_of(work)
        if animation is None:
            raise invalid("lien inconnu.", "link")
        if (reason := _obstacle(animation, now)) is not None:
            raise broken(reason, "link")
        if not form.version:
            raise broken("Aucun questionnaire n'est encore rédigé.")
        if sent.form_version not in (None, form.version):
            raise broken("Le questionnaire a changé depuis : rechargez-le avant de répondre.", "form_version")
        return form.version, answering.tally(form, answers), _most_answers(animation, work)

    version, counted, most = bus.consult(decide, Action.QUESTIONNAIRE_ANSWER, actor, now)
    if admit is not None:
        admit(most)
    with bus.pool.connection() as conn:
        outcome = tables.add_answer(conn, animation_id, version, counted, most, key)
    if outcome is tables.Outcome.FULL:
        raise broken("Ce questionnaire a déjà reçu autant de réponses que l'animation peut en avoir.", "link")
    return Taken(animation_id, repeated=outcome is tables.Outcome.REPEATED)


def _most_answers(animation: Animation, work: UnitOfWork) -> int:
    """Return how many are taken: more may have come than there were seats, as is declared, or seen on the day."""
    book = work.find(REGISTRATION, registration_book_id(animation.id))
    declared = animation.attendance.parents if animation.attendance else 0
    return answering.most_answers(max(animation.content.seats, declared, (book.came if book else None) or 0))


def _obstacle(animation: Animation, now: datetime) -> str | None:
    content = animation.content
    return answering.obstacle(animation.status, content.starts_at, content.ends_at, now)


def digest(bus: CommandBus, purpose: bytes, *things: UUID) -> bytes:
    content = b"".join(thing.bytes for thing in things)
    return hmac.digest(bus.keyed.links.key, b"satisfaction:" + purpose + b"\0" + content, "sha256")
