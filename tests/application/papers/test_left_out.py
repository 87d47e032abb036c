"""Whatever a paper may lack leaves no trace of its absence: no « None », no empty brackets, no dangling mark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import MISSING, fields, is_dataclass, replace
from datetime import date
from functools import partial
from typing import Any, cast, get_args, get_origin, get_type_hints

import pytest
from pypdf import PdfReader

from application.papers.blank_sheet import blank_sheet
from application.papers.call_list import Call, CallList, call_list_pdf
from application.papers.certificate import certificate_pdf
from application.papers.communication.announcement import Announcement
from application.papers.communication.planning import Planning, planning_pdf
from application.papers.dossier import dossier_pdf
from application.papers.logos import NO_LOGOS
from application.papers.ticket import ticket_pdf
from tests.application.papers.test_blank_sheet import SHEET
from tests.application.papers.test_communication import ANNOUNCEMENT, PAPERS, PLANNED, Lay
from tests.application.papers.test_ticket_and_certificate import CERTIFICATE, TICKET
from tests.support.papers.french_flaws import flaws
from tests.support.papers.printed_dossiers import dossier

CALLS = CallList(
    title="Café des parents",
    when="lundi 1er mars 2027 de 18 h à 20 h 30",
    where="École Jean Jaurès, 1 rue de l'École",
    structure="Centre social Les Tilleuls",
    status="Annulée",
    calls=(Call("Moussa Inventé", "06 39 98 00 01", "a une place", "sans courriel"),),
    made_on=date(2027, 2, 1),
)


def _without_logos(lay: Lay, announcement: Announcement) -> bytes:
    return lay(announcement, NO_LOGOS)


PRINTED: dict[str, tuple[Callable[[Any], bytes], Any]] = {
    "ticket": (ticket_pdf, TICKET),
    "certificate": (certificate_pdf, CERTIFICATE),
    "blank sheet": (blank_sheet, SHEET),
    "list of calls": (call_list_pdf, CALLS),
    "planning": (
        planning_pdf,
        Planning("Hérault", "Hérault", (PLANNED,), 3, "https://parentalite.example.org/animations", date(2027, 2, 1)),
    ),
    "dossier": (dossier_pdf, dossier(lines=2)),
    **{name: (partial(_without_logos, lay), ANNOUNCEMENT) for name, lay in PAPERS.items()},
}


def left_out(thing: Any) -> Iterator[tuple[str, Any]]:
    """Yield what each field that may be left out is left as, those of things within it too."""
    for field in fields(thing):
        hint, value = get_type_hints(type(thing))[field.name], getattr(thing, field.name)
        if type(None) in get_args(hint):
            yield field.name, None
        elif field.default is not MISSING and not isinstance(value, bool | int):
            yield field.name, field.default
        elif get_origin(hint) in (tuple, Sequence) and value and is_dataclass(value[0]):
            yield field.name, tuple(bare(each) for each in value)


def bare(thing: Any) -> Any:
    return replace(thing, **dict(left_out(thing)))


def words(pdf: bytes) -> str:
    """The text, whose lines end where the column does."""
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    return re.sub(r"\s*\n\s*", " ", "\n".join(pages))


@pytest.mark.parametrize("name", PRINTED)
def test_what_a_paper_may_lack_leaves_no_trace(name: str):
    printed, full = PRINTED[name]
    lacks = list(left_out(full))
    for some in (lacks, lacks[::2], lacks[1::2]):
        assert flaws(words(printed(replace(full, **dict(some))))) == [], some


@pytest.mark.parametrize("name", PRINTED)
def test_a_paper_can_be_read_aloud_and_kept(name: str):
    printed, full = PRINTED[name]
    pdf = printed(full)
    assert b"<pdfuaid:part>1<" in pdf
    assert b"<pdfaid:conformance>A<" in pdf
    catalog = cast(dict[str, Any], PdfReader(io.BytesIO(pdf)).trailer["/Root"])
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"], "its window shows what it is, not a file's name"
    assert catalog["/Lang"].startswith("fr")
    assert catalog["/MarkInfo"]["/Marked"]


def test_flaws_are_found_where_there_are_some_and_nowhere_else():
    for sentence in ("le None à", "Lieu : (),", "Contact : .", "à  18 h", "École, ", "fini..", "( à voir)"):
        assert flaws(sentence), sentence
    for sentence in ("De 18 h à 20 h 30 : « Café », 12 places…", "Avant :\nÀ Bourges, 1 rue A.", "3,5 (dont 2)."):
        assert not flaws(sentence), sentence
