"""The words of one letter: what an outbox row is about, read from the log at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.accounts import PURPOSE as INVITATION_LINK
from application.candidatures import PURPOSE as CANDIDATURE_LINK
from application.commanding.pseudonyms_and_links import Keyed
from application.notifications import animation_words
from application.notifications.animation_words import Host
from application.notifications.calendar_entry import calendar_entry
from application.notifications.letters import Around, Composed, Section, compose
from application.notifications.reaction import reasoned
from application.notifications.subscriptions import may_read
from application.notifications.unsubscribing import unsubscribe_address
from application.registrations import PURPOSE as REGISTRATION_LINK
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION, REGISTRATION, STRUCTURE, TYPOLOGY, AggregateKind
from domain.contacts.events import ContactErased, ContactRemoved, ContactUnsubscribed
from domain.kernel.identifiers import TYPOLOGY_ID, contact_list_id, registration_book_id
from domain.registrations.registration import same_date_and_place
from domain.structures.structure import StructureContactSet
from domain.typology.typology import Typology
from eventstore.log import read_at, read_stream, state_after
from eventstore.vault import Vault

Conn = Connection[Any]

#: Letters by which a registrant who has a seat keeps their calendar up to date.
IN_CALENDARS = (
    "registration.seated",
    "registration.seat_obtained",
    "registration.kept",
    "animation.cancelled",
)


class NotToBeSent(Exception):
    """There is nothing to tell any more, or nobody who wants to be told; the message says which."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it is a message: whom it goes to, and its words. `application.notifications.messages` sets it.

    `unsubscribe`: the address that ends such letters (RFC 8058), where the recipient may. `reply_to`: where answers
    reach `answered_by`, if they reach anybody. `calendar`: the entry of an animation to which the recipient goes.
    """

    address: str
    letter: Composed
    unsubscribe: str | None = None
    reply_to: str | None = None
    answered_by: str = ""
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """What a wording is filled with, what stands in the letter's middle, and whose letter it is."""

    named: dict[str, str]
    sections: tuple[Section, ...] = ()
    host: Host | None = None
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes drafts of outbox rows. Links in them lead to the site at `public_url`."""

    vault: Vault
    keyed: Keyed
    public_url: str

    def draft(self, conn: Conn, kind: str, position: int, about: Mapping[str, Any]) -> Draft | None:
        """None when the address can never be read again. Raises NotToBeSent when it is not to be written to."""
        positions = [position, *([about["detail_position"]] if "detail_position" in about else [])]
        events = {one.position: one.event for one in self.vault.open(conn, read_at(conn, positions))}
        address = getattr(events[position], "email", None)
        if address is None:
            return None
        _check_wanted(conn, about)
        words = self._words(conn, kind, about)
        reason = getattr(events[positions[-1]], "reason", None)
        if reason is not None:
            words.named.update(reason=reason, message=reasoned(words.named["message"], reason))
        unsubscribe = unsubscribe_address(self.keyed.links, self.public_url, about)
        host, reply_to = words.host, words.host.email if words.host else None
        around = Around(host.name if host else None, reply_to is not None, unsubscribe)
        letter = compose(kind, words.named, words.sections, self._link(about), around)
        return Draft(address, letter, unsubscribe, reply_to, host.name if host else "", words.calendar)

    def _words(self, conn: Conn, kind: str, about: Mapping[str, Any]) -> _Words:
        named = {"reason": str(about.get("reason", "non indiqué")), "message": str(about.get("message", ""))}
        named["subject"] = str(about.get("subject", named["message"]))
        if "animation_id" in about:
            words = self._of_animation(conn, kind, about, named)
            return replace(words, calendar=_calendar(conn, self.vault, kind, about, words.host))
        if "structure_id" not in about:
            return _Words(named)
        host = self._host(conn, UUID(about["structure_id"]))
        named["structure"] = host.name
        sections = self._planning(conn, about, host) if "animation_ids" in about else ()
        return _Words(named, sections, host)

    def _of_animation(self, conn: Conn, kind: str, about: Mapping[str, Any], named: dict[str, str]) -> _Words:
        animation_id = UUID(about["animation_id"])
        animation: Animation = _state(conn, self.vault, ANIMATION, animation_id)
        host = self._host(conn, animation.structure_id)
        named["title"] = animation.content.title
        if "before" not in about:
            return _Words(named, (animation_words.about(animation, host),), host)
        known: Animation = _state(conn, self.vault, ANIMATION, animation_id, about["before"])
        if animation.status is AnimationStatus.CANCELLED:
            # By what the recipient knows it: a change that they were not told of says nothing to them any more.
            if kind != "animation.cancelled":
                raise NotToBeSent("cancelled")
            return _Words(named, (animation_words.about(known, host),), host)
        before, after = known.content, animation.content
        if "after" in about:
            after = _state(conn, self.vault, ANIMATION, animation_id, about["after"]).content
        if same_date_and_place(before, after):
            if "after" in about:
                raise NotToBeSent("moved back")
            return _Words(named, (animation_words.about(animation, host),), host)
        named["what_changed"] = animation_words.what_changed(animation, before, after)
        return _Words(named, tuple(animation_words.change(animation, before, after, host)), host)

    def _host(self, conn: Conn, structure_id: UUID) -> Host:
        name = _state(conn, self.vault, STRUCTURE, structure_id).name
        said = [one for one in read_stream(conn, structure_id) if isinstance(one.event, StructureContactSet)]
        for record in self.vault.open(conn, said[-1:]):
            contact = record.event
            assert isinstance(contact, StructureContactSet)
            line = ", ".join(part for part in (contact.phone, contact.email, contact.hours) if part)
            return Host(name, self.public_url, line or None, contact.email)
        return Host(name, self.public_url)

    def _planning(self, conn: Conn, about: Mapping[str, Any], host: Host) -> tuple[Section, ...]:
        found: list[Animation] = [_state(conn, self.vault, ANIMATION, UUID(one)) for one in about["animation_ids"]]
        coming = [one for one in found if one.status is AnimationStatus.PUBLISHED]
        if not coming:
            raise NotToBeSent("cancelled")
        typology: Typology = _state(conn, self.vault, TYPOLOGY, TYPOLOGY_ID) or Typology()
        return tuple(animation_words.planning(coming, typology, host))

    def _link(self, about: Mapping[str, Any]) -> str | None:
        if "registration_id" in about:
            things = UUID(about["animation_id"]), UUID(about["registration_id"])
            return f"{self.public_url}/inscriptions/{self.keyed.links.link(REGISTRATION_LINK, *things)}"
        if "candidature_id" in about:
            link = self.keyed.links.link(CANDIDATURE_LINK, UUID(about["candidature_id"]))
            return f"{self.public_url}/candidatures/{link}"
        if "invitation_id" in about:
            link = self.keyed.links.link(INVITATION_LINK, UUID(about["invitation_id"]))
            return f"{self.public_url}/invitations/{link}"
        return None


def _calendar(conn: Conn, vault: Vault, kind: str, about: Mapping[str, Any], host: Host | None) -> str | None:
    if kind not in IN_CALENDARS or "registration_id" not in about or host is None:
        return None
    animation_id = UUID(about["animation_id"])
    book = state_after(REGISTRATION, read_stream(conn, registration_book_id(animation_id)))
    held = book.places.get(UUID(about["registration_id"])) if book else None
    if held is None or not held.seated:
        return None
    last = read_stream(conn, animation_id)[-1]
    animation = _state(conn, vault, ANIMATION, animation_id)
    return calendar_entry(animation, last.originator_version, last.stamp.recorded_at, host)


def _check_wanted(conn: Conn, about: Mapping[str, Any]) -> None:
    """A contact may have been removed, or have unsubscribed, or an inbox be another's, since the letter was written."""
    if "recipient" in about:
        told_at = datetime.fromisoformat(about["told_at"])
        if not may_read(conn, UUID(about["account_id"]), about["recipient"], told_at):
            raise NotToBeSent("not theirs to read any more")
    if "contact_id" not in about:
        return
    contact_id = UUID(about["contact_id"])
    for record in read_stream(conn, contact_list_id(UUID(about["structure_id"]))):
        fact = record.event
        if isinstance(fact, ContactRemoved | ContactErased | ContactUnsubscribed) and fact.contact_id == contact_id:
            raise NotToBeSent("unsubscribed")


def _state(conn: Conn, vault: Vault, kind: AggregateKind[Any], stream: UUID, version: int | None = None) -> Any:
    """As it stands, or stood at a version."""
    return state_after(kind, vault.open(conn, read_stream(conn, stream), of_persons=False), version)
