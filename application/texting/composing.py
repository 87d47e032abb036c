"""Compose the text message of an outbox row, from the log as it is at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.commanding.pseudonyms_and_links import Keyed
from application.notifications.changes import (
    CHANGES,
    COVERAGE,
    REMINDER,
    NotToBeSent,
    check_reminder,
    kind_of_change,
    kind_of_coverage,
)
from application.registrations import PURPOSE
from application.texting.outbox import TextMessage
from application.wording.animations import place as place_of
from application.wording.texts import Appointment, Footer, compose_text
from domain.animations.animation import Animation
from domain.animations.events import AnimationDetails
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION, REGISTRATION, AggregateKind
from domain.kernel.identifiers import registration_book_id
from domain.kernel.people import phone_comparison_form
from domain.registrations.events import RegistrationMade
from domain.registrations.registration_book import Place
from domain.structures.structure import StructureContactSet
from eventstore.log import read_at, read_stream, state_after
from eventstore.vault import Vault

Conn = Connection[Any]
#: Kinds that tell of something that no longer takes place.
_AFTERWARDS = ("animation.cancelled", "registration.removed")
#: These tell what it was before, too.
_OF_CHANGES = ("registration.questioned", "registration.waiting_questioned")


@dataclass(frozen=True, slots=True)
class TextDraft:
    """`number` is in E.164; `has_email` tells whether letters reach the same person."""

    number: str
    text: str
    has_email: bool


def draft_text(conn: Conn, vault: Vault, keyed: Keyed, public_url: str, message: TextMessage) -> TextDraft | None:
    """Return the message, or None if the number was erased. Raises NotToBeSent."""
    about = message.about
    (record,) = vault.open(conn, read_at(conn, [message.phone_position]))
    registration = record.event
    assert isinstance(registration, RegistrationMade)
    if registration.phone is None:
        return None
    animation: Animation = _state(conn, vault, ANIMATION, registration.animation_id)
    kind = _kind_now(conn, vault, message.kind, about, animation, _place(conn, registration))
    content = animation.content
    if animation.status is AnimationStatus.CANCELLED and "before" in about:
        content = _state(conn, vault, ANIMATION, registration.animation_id, about["before"]).content
    changed = kind in _OF_CHANGES and "before" in about
    earlier = _state(conn, vault, ANIMATION, registration.animation_id, about["before"]).content if changed else None
    footer = Footer(
        f"{public_url}/inscription",
        keyed.links.code(PURPOSE, registration.registration_id),
        content.contact_phone or _phone_of(conn, vault, animation.structure_id),
    )
    before = None if earlier is None else _appointment(earlier)
    text = compose_text(kind, content.title, _appointment(content), animation.time_zone, footer, before)
    return TextDraft(phone_comparison_form(registration.phone), text, registration.email is not None)


def _appointment(content: AnimationDetails) -> Appointment:
    return Appointment(content.starts_at, content.ends_at, place_of(content))


def _kind_now(
    conn: Conn, vault: Vault, kind: str, about: Mapping[str, Any], animation: Animation, place: Place | None
) -> str:
    """Return the kind of message by how things stand now. Raises NotToBeSent."""
    if kind in _AFTERWARDS:
        return kind
    if place is None:
        raise NotToBeSent("no longer registered")
    if animation.status is AnimationStatus.CANCELLED:
        raise NotToBeSent("cancelled")
    if kind == REMINDER:
        check_reminder(animation, datetime.fromisoformat(about["starts_at"]), place)
    if "before" in about:
        earlier: Animation = _state(conn, vault, ANIMATION, animation.id, about["before"])
        if kind in COVERAGE.values():
            return kind_of_coverage(earlier, animation)
        if kind in CHANGES:
            return kind_of_change(kind, animation, earlier.content, place)
    return kind


def _place(conn: Conn, registration: RegistrationMade) -> Place | None:
    book = state_after(REGISTRATION, read_stream(conn, registration_book_id(registration.animation_id)))
    return book.places.get(registration.registration_id) if book else None


def _phone_of(conn: Conn, vault: Vault, structure_id: UUID) -> str | None:
    """Return the telephone of the structure's public contact."""
    contacts = [record for record in read_stream(conn, structure_id) if isinstance(record.event, StructureContactSet)]
    phones = [getattr(record.event, "phone", None) for record in vault.open(conn, contacts[-1:])]
    return phones[0] if phones else None


def _state(conn: Conn, vault: Vault, kind: AggregateKind[Any], stream: UUID, version: int | None = None) -> Any:
    return state_after(kind, vault.open(conn, read_stream(conn, stream), of_persons=False), version)
