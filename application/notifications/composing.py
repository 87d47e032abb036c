"""The words of one letter: what an outbox row is about, read from the log at the moment of sending."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg import Connection

from application.accounts import PURPOSE as INVITATION_LINK
from application.candidatures import PURPOSE as CANDIDATURE_LINK
from application.documents.french import clock_time, full_date
from application.eventstore.log import read_at, read_stream
from application.eventstore.vault import Vault
from application.keyed import Keyed
from application.notifications.letters import Composed, compose
from application.registrations import PURPOSE as REGISTRATION_LINK
from domain.catalogue import ANIMATION, STRUCTURE, AggregateKind

Conn = Connection[Any]


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter before it is a message: whom it goes to, and its words. `application.notifications.messages` sets it."""

    address: str
    letter: Composed


@dataclass(frozen=True, slots=True)
class Composer:
    """Makes drafts of outbox rows. Links in them lead to the site at `public_url`."""

    vault: Vault
    keyed: Keyed
    public_url: str

    def draft(self, conn: Conn, kind: str, position: int, about: Mapping[str, Any]) -> Draft | None:
        """None when the address can never be read again."""
        positions = [position, *([about["detail_position"]] if "detail_position" in about else [])]
        events = {one.position: one.event for one in self.vault.open(conn, read_at(conn, positions))}
        address = getattr(events[position], "email", None)
        if address is None:
            return None
        words = self._words(conn, about)
        reason = getattr(events[positions[-1]], "reason", None)
        if reason is not None:
            words["reason"] = reason
        return Draft(address, compose(kind, getattr(events[position], "first_name", None), words, self._link(about)))

    def _words(self, conn: Conn, about: Mapping[str, Any]) -> dict[str, str]:
        words = {"reason": str(about.get("reason", "non indiqué")), "message": str(about.get("message", ""))}
        if "animation_id" in about:
            words |= _told(conn, UUID(about["animation_id"]))
        if "animation_ids" in about:
            words["planning"] = "\n".join(_line(conn, UUID(one)) for one in about["animation_ids"])
        if "structure_id" in about:
            words["structure"] = _state(conn, STRUCTURE, UUID(about["structure_id"])).name
        return words

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


def _told(conn: Conn, animation_id: UUID) -> dict[str, str]:
    animation = _state(conn, ANIMATION, animation_id)
    start = animation.content.starts_at.astimezone(ZoneInfo(animation.time_zone))
    place = ", ".join(part for part in (animation.content.venue_name, animation.content.address) if part)
    return {"title": animation.content.title, "when": f"{full_date(start)} à {clock_time(start)}", "place": place}


def _line(conn: Conn, animation_id: UUID) -> str:
    told = _told(conn, animation_id)
    return f"{told['when']} : {told['title']}, {told['place']}"


def _state(conn: Conn, kind: AggregateKind[Any], stream: UUID) -> Any:
    state = None
    for record in read_stream(conn, stream):
        state = kind.evolve(state, stream, record.event)
    return state
