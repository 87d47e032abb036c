"""Write the letter for an outbox row, from the log as it is at the moment of sending."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from psycopg import Connection

from application.accounts.invitations import PURPOSE as INVITATION_LINK
from application.calendars.entry import Attendee, CalendarEntry, Revision, calendar_entry
from application.candidatures import PURPOSE as CANDIDATURE_LINK
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
from application.notifications.letters import Footer, RenderedLetter, compose
from application.notifications.reaction import append_reason
from application.notifications.subscriptions import may_read
from application.notifications.unsubscribing import unsubscribe_address
from application.registrations import PURPOSE as REGISTRATION_LINK
from application.wording import animations as animation_words
from application.wording.animations import Host
from application.wording.lines import Section
from application.wording.schools import labels_of, school_of, schools_named
from application.wording.things import fill, streams_of, things_of
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.candidatures.events import CandidatureSubmitted
from domain.catalogue import ANIMATION, REGISTRATION, STRUCTURE, TYPOLOGY, AggregateKind
from domain.contacts.events import ContactErased, ContactRemoved, ContactUnsubscribed
from domain.kernel.identifiers import TYPOLOGY_ID, contact_list_id, registration_book_id, school_id
from domain.registrations.registration_book import Place
from domain.structures.structure import StructureContactSet
from domain.typology.typology import Typology
from eventstore.log import read_at, read_stream, state_after
from eventstore.records import Recorded
from eventstore.vault import Vault

Conn = Connection[Any]

#: Letters with a calendar entry for registrants who have a seat, and those that take it back from whoever had one.
IN_CALENDARS = (
    *("registration.seated", "registration.seat_obtained", "registration.kept", "registration.changed"),
    REMINDER,
    *("registration.questioned", "registration.question_withdrawn"),
    *("animation.cancelled", "animation.suspended", "animation.resumed"),
)
_OUT_OF_CALENDARS = ("registration.cancelled", "registration.removed")


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it becomes a message (see `messages`).

    `unsubscribe`: the address that ends such letters (RFC 8058), if the recipient may end them. `reply_to`: the address
    of `answered_by`, who reads replies. `calendar`: the calendar entry of an animation that the recipient attends.
    `as_of`: the version of the animation that it tells of.
    """

    address: str
    letter: RenderedLetter
    unsubscribe: str | None = None
    reply_to: str | None = None
    answered_by: str = ""
    calendar: CalendarEntry | None = None
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class _Words:
    """The values that fill the wording of a kind, the sections in its middle, and the structure it comes from.

    `as_of`: the version of the animation that it shows.
    """

    kind: str
    values: dict[str, str]
    sections: tuple[Section, ...] = ()
    host: Host | None = None
    as_of: int | None = None


@dataclass(frozen=True, slots=True)
class Composer:
    """Turns outbox rows into drafts from the address `sender`, with links to the site at `public_url`."""

    vault: Vault
    keyed: Keyed
    public_url: str
    sender: str

    def draft(self, conn: Conn, kind: str, position: int, about: Mapping[str, Any]) -> Draft | None:
        """Return a draft, or None if the address was erased. Raises NotToBeSent."""
        positions = [position, *([about["detail_position"]] if "detail_position" in about else [])]
        events = {record.position: record.event for record in self.vault.open(conn, read_at(conn, positions))}
        address = getattr(events[position], "email", None)
        if address is None:
            return None
        _check_wanted(conn, about)
        words = self._words(conn, kind, about)
        reason = getattr(events[positions[-1]], "reason", None)
        if reason is not None:
            words.values.update(reason=reason, message=append_reason(words.values["message"], reason))
        unsubscribe = unsubscribe_address(self.keyed.links, self.public_url, about)
        host, reply_to = words.host, words.host.email if words.host else None
        footer = Footer(host.name if host else None, reply_to is not None, unsubscribe)
        letter = compose(words.kind, words.values, words.sections, self._link(about), footer)
        sender = host.name if host else ""
        calendar = self._calendar(conn, words.kind, about, host, address)
        return Draft(address, letter, unsubscribe, reply_to, sender, calendar, words.as_of)

    def _words(self, conn: Conn, kind: str, about: Mapping[str, Any]) -> _Words:
        values = {"reason": str(about.get("reason", "non indiqué")), **self._notice_words(conn, about)}
        if "animation_id" in about:
            return self._animation_words(conn, kind, about, values)
        if "candidature_id" in about:
            values["school"] = self._school(conn, UUID(about["candidature_id"]))
        if "structure_id" not in about:
            return _Words(kind, values)
        host = self._host(conn, UUID(about["structure_id"]))
        values["structure"] = host.name
        sections = self._planning(conn, about, host) if "animation_ids" in about else ()
        return _Words(kind, values, sections, host)

    def _notice_words(self, conn: Conn, about: Mapping[str, Any]) -> dict[str, str]:
        things = things_of(about.get("things"))
        streams = self._streams(conn, streams_of(things.values()))
        message = str(about.get("message", ""))
        sentences = {"message": message, "subject": str(about.get("subject", message))}
        return {name: fill(text, things, streams, about.get("before")) for name, text in sentences.items()}

    def _streams(self, conn: Conn, needed: Iterable[UUID]) -> dict[UUID, list[Recorded]]:
        """Return the opened events of these streams, and of the schools that they name."""
        streams = {stream: self.vault.open(conn, read_stream(conn, stream)) for stream in needed}
        return streams | {school: read_stream(conn, school) for school in schools_named(streams.values())}

    def _school(self, conn: Conn, candidature_id: UUID) -> str:
        streams = self._streams(conn, [candidature_id])
        submitted = streams[candidature_id][0].event
        assert isinstance(submitted, CandidatureSubmitted)
        return school_of(submitted, streams)

    def _animation_words(self, conn: Conn, kind: str, about: Mapping[str, Any], values: dict[str, str]) -> _Words:
        """Show the animation as it is now and, after a change, what the recipient knew before."""
        animation_id = UUID(about["animation_id"])
        animation: Animation = _state(conn, self.vault, ANIMATION, animation_id)
        place = _place(conn, about)
        if kind == REMINDER:
            check_reminder(animation, datetime.fromisoformat(about["starts_at"]), place)
        host = _about(animation, self._host(conn, animation.structure_id), place)
        host = _with_schools(conn, host, animation)
        values["title"] = animation.content.title
        last = read_stream(conn, animation_id)[-1].originator_version
        if "before" not in about:
            return _Words(kind, values, (animation_words.about(animation, host),), host, as_of=last)
        earlier: Animation = _state(conn, self.vault, ANIMATION, animation_id, about["before"])
        host = _with_schools(conn, host, earlier, animation)
        if kind in COVERAGE.values():
            kind = kind_of_coverage(earlier, animation)
            return _Words(kind, values, (animation_words.about(animation, host),), host, as_of=last)
        if kind in CHANGES:
            kind = kind_of_change(kind, animation, earlier.content, place)
        if animation.status is AnimationStatus.CANCELLED:
            # Show the date and place the recipient knows; changes they were never told of no longer matter. Its title
            # is that of the subject.
            content = earlier.content.model_copy(update={"title": animation.content.title})
            return _Words(
                kind, values, (animation_words.about(replace(earlier, content=content), host),), host, as_of=last
            )
        before, after, typology = earlier.content, animation.content, self._typology(conn)
        way_in_changed = host.online_link is not None and before.online_link != after.online_link
        if not way_in_changed and not animation_words.changes(animation, before, after, typology, host.schools):
            if kind in CHANGES:
                raise NotToBeSent("nothing that they see")
            return _Words(kind, values, (animation_words.about(animation, host),), host, as_of=last)
        if kind in CHANGES:
            values["what_changed"] = animation_words.what_changed(animation, before, after)
        sections = animation_words.change(animation, before, after, host, typology)
        return _Words(kind, values, tuple(sections), host, as_of=last)

    def _host(self, conn: Conn, structure_id: UUID) -> Host:
        name = _state(conn, self.vault, STRUCTURE, structure_id).name
        contacts = [
            record for record in read_stream(conn, structure_id) if isinstance(record.event, StructureContactSet)
        ]
        for record in self.vault.open(conn, contacts[-1:]):
            contact = record.event
            assert isinstance(contact, StructureContactSet)
            line = ", ".join(part for part in (contact.phone, contact.email, contact.hours) if part)
            return Host(name, self.public_url, line or None, contact.email)
        return Host(name, self.public_url)

    def _planning(self, conn: Conn, about: Mapping[str, Any], host: Host) -> tuple[Section, ...]:
        animations: list[Animation] = [
            _state(conn, self.vault, ANIMATION, UUID(animation_id)) for animation_id in about["animation_ids"]
        ]
        coming = [animation for animation in animations if animation.status is AnimationStatus.PUBLISHED]
        if not coming:
            raise NotToBeSent("cancelled")
        seats_left = {animation.id: _seats_left(conn, animation) for animation in coming}
        host = _with_schools(conn, host, *coming)
        return tuple(animation_words.planning(coming, self._typology(conn), host, seats_left))

    def _typology(self, conn: Conn) -> Typology:
        return _state(conn, self.vault, TYPOLOGY, TYPOLOGY_ID) or Typology()

    def _link(self, about: Mapping[str, Any]) -> str | None:
        if "registration_id" in about:
            ids = UUID(about["animation_id"]), UUID(about["registration_id"])
            return f"{self.public_url}/inscriptions/{self.keyed.links.link(REGISTRATION_LINK, *ids)}"
        if "candidature_id" in about:
            link = self.keyed.links.link(CANDIDATURE_LINK, UUID(about["candidature_id"]))
            return f"{self.public_url}/candidatures/{link}"
        if "invitation_id" in about:
            link = self.keyed.links.link(INVITATION_LINK, UUID(about["invitation_id"]))
            return f"{self.public_url}/invitations/{link}"
        return f"{self.public_url}{about['page']}" if "page" in about else None

    def _calendar(
        self, conn: Conn, kind: str, about: Mapping[str, Any], host: Host | None, address: str
    ) -> CalendarEntry | None:
        if host is None or "registration_id" not in about or kind not in (*IN_CALENDARS, *_OUT_OF_CALENDARS):
            return None
        animation_id, registration_id = UUID(about["animation_id"]), UUID(about["registration_id"])
        records, given_up = read_stream(conn, registration_book_id(animation_id)), kind in _OUT_OF_CALENDARS
        own = [record for record in records if getattr(record.event, "registration_id", None) == registration_id]
        book = state_after(REGISTRATION, records, own[-1].originator_version - 1 if given_up else None)
        place = book.places.get(registration_id) if book else None
        if place is None or not place.seated:
            return None
        # A calendar keeps the entry of the highest sequence (RFC 5546, section 2.1.4). All that happened counts: who
        # registers anew passes the cancellation before, whichever letter arrives first.
        happened = sorted((*read_stream(conn, animation_id), *records), key=lambda record: record.position)
        if given_up:
            happened = [record for record in happened if record.position <= own[-1].position]
        animation = _state(conn, self.vault, ANIMATION, animation_id)
        revision = Revision(len(happened), happened[-1].stamp.recorded_at)
        attendee = Attendee(address, given_up, place.questioned)
        return calendar_entry(animation, revision, host, parseaddr(self.sender)[1], attendee)


def _about(animation: Animation, host: Host, place: Place | None) -> Host:
    """Return the host as it stands in letters about the animation: with its contact and, for a seat, the way in."""
    content = animation.content
    if contact := animation_words.contact_line(content):
        host = replace(host, contact=contact, email=content.contact_email or host.email)
    attends = place is not None and place.seated and animation.status is not AnimationStatus.CANCELLED
    return replace(host, online_link=content.online_link) if attends else host


def _seats_left(conn: Conn, animation: Animation) -> int:
    book = state_after(REGISTRATION, read_stream(conn, registration_book_id(animation.id)))
    return max(0, animation.content.seats - (book.seated if book else 0))


def _with_schools(conn: Conn, host: Host, *animations: Animation) -> Host:
    """Return the host with what the schools of these animations are called."""
    uais = {animation.content.school for animation in animations} - {None}
    streams = {school_id(uai): read_stream(conn, school_id(uai)) for uai in uais if uai is not None}
    return replace(host, schools=labels_of(uais, streams)) if uais else host


def _place(conn: Conn, about: Mapping[str, Any]) -> Place | None:
    """Return the place of the registration that the letter is about, if it holds one."""
    if "registration_id" not in about:
        return None
    book = state_after(REGISTRATION, read_stream(conn, registration_book_id(UUID(about["animation_id"]))))
    return book.places.get(UUID(about["registration_id"])) if book else None


def _check_wanted(conn: Conn, about: Mapping[str, Any]) -> None:
    """Raise NotToBeSent if, since the letter was written, the contact left or the inbox changed hands."""
    if "recipient" in about:
        written_at = datetime.fromisoformat(about["told_at"])
        if not may_read(conn, UUID(about["account_id"]), about["recipient"], written_at):
            raise NotToBeSent("not theirs to read any more")
    if "contact_id" not in about:
        return
    contact_id = UUID(about["contact_id"])
    for record in read_stream(conn, contact_list_id(UUID(about["structure_id"]))):
        event = record.event
        if isinstance(event, ContactRemoved | ContactErased | ContactUnsubscribed) and event.contact_id == contact_id:
            raise NotToBeSent("unsubscribed")


def _state(conn: Conn, vault: Vault, kind: AggregateKind[Any], stream: UUID, version: int | None = None) -> Any:
    """Fold a stream, up to a version if given."""
    return state_after(kind, vault.open(conn, read_stream(conn, stream), of_persons=False), version)
