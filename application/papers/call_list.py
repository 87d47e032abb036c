"""The list of people to telephone, to be ticked off by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from application.papers.breaking import breakable
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import made_on, typeset
from application.papers.writable import written


@dataclass(frozen=True, slots=True)
class Call:
    """Somebody to telephone. `standing`: with a seat or waiting, and what remains to confirm."""

    name: str
    phone: str | None
    standing: str
    why: str


@dataclass(frozen=True, slots=True)
class CallList:
    """`when` and `where` are those of the animation as it stands now; `status` says so where it does not take place."""

    title: str
    when: str
    where: str
    structure: str
    status: str | None
    calls: Sequence[Call]
    made_on: date


def call_list_pdf(people: CallList, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset the list on as many A4 pages as it takes. What no font can write is to be written by hand."""
    content = {
        "made_on": made_on(people.made_on),
        "title": written(people.title, "titre"),
        "when": people.when,
        "where": written(people.where, "lieu"),
        "structure": written(people.structure, "nom"),
        "status": people.status,
        "calls": [
            {
                # The telephone says whose it is; nobody goes uncalled for their name's writing.
                "name": breakable(written(call.name, "nom")),
                "phone": call.phone or "sans téléphone",
                "standing": call.standing,
                "why": call.why,
            }
            for call in people.calls
        ],
    }
    return typeset("call_list.typ", content, logos=logos, accessible=True)
