"""The ticket of a registration, for people without e-mail: what, where, when, the printed code, how to give it up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from application.papers.breaking import breakable
from application.papers.french import clock_time, full_date, in_zone, zone_of
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import made_on, qr_code, typeset
from application.papers.writable import written


@dataclass(frozen=True, slots=True)
class Ticket:
    """Instants in the territory's local time. `contact`: whom to call. `url`: the registration's page on the site.

    `name` is None once it is erased; `seated` is false for whoever waits for a seat.
    """

    title: str
    kind: str
    starts_at: datetime
    ends_at: datetime
    venue: str
    address: str | None
    structure: str
    contact: str | None
    name: str | None
    children: int
    seated: bool
    code: str
    site: str
    url: str
    made_on: date


def ticket_pdf(ticket: Ticket, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset one A5 page."""
    return tickets_pdf([ticket], logos)


def tickets_pdf(tickets: Sequence[Ticket], logos: Logos = NO_LOGOS) -> bytes:
    """Typeset an A5 page for each ticket, of which there is one at least, to one animation."""
    first = tickets[0]
    content = {
        "document": f"{'Billet' if len(tickets) == 1 else 'Billets'} – {first.title}",
        "made_on": made_on(first.made_on),
        "tickets": [_content(ticket) for ticket in tickets],
    }
    return typeset("ticket.typ", content, logos=logos, accessible=True)


def _content(ticket: Ticket) -> dict[str, Any]:
    """The code says whose a ticket is and to what: nobody goes without one for the writing of a name or a title."""
    return {
        "title": written(ticket.title, "titre"),
        "kind": written(ticket.kind),
        "when": [full_date(ticket.starts_at), _hours(ticket)],
        "venue": breakable(written(ticket.venue, "lieu")),
        "address": ticket.address and breakable(written(ticket.address, "adresse")),
        "structure": breakable(written(ticket.structure, "nom")),
        "contact": ticket.contact and breakable(written(ticket.contact)),
        "name": ticket.name and breakable(written(ticket.name, "nom")),
        "with": _with(ticket.children),
        "seat": "Place réservée" if ticket.seated else "Sur liste d'attente",
        "code": ticket.code,
        "site": ticket.site,
        "url": ticket.url,
        "qr": qr_code(ticket.url),
    }


def _hours(ticket: Ticket) -> str:
    return in_zone(f"de {clock_time(ticket.starts_at)} à {_end(ticket)}", zone_of(ticket.starts_at))


def _end(ticket: Ticket) -> str:
    end = clock_time(ticket.ends_at)
    return end if ticket.starts_at.date() == ticket.ends_at.date() else f"{end} ({full_date(ticket.ends_at)})"


def _with(children: int) -> str | None:
    return None if children == 0 else f"avec {children} enfant{'s' if children > 1 else ''}"
