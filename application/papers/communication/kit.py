"""All that makes an animation known, in one ZIP."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from application.papers.communication.announcement import Announcement
from application.papers.communication.planning import Planning, planning_pdf
from application.papers.communication.posters import PosterFormat, flyers_pdf, poster_pdf, slide_pdf
from application.papers.logos import NO_LOGOS, Logos
from application.papers.ticket import Ticket, tickets_pdf


def kit_zip(
    announcement: Announcement,
    questionnaire_url: str | None,
    planning: Planning,
    tickets: Sequence[Ticket] = (),
    logos: Logos = NO_LOGOS,
) -> bytes:
    """Return the ZIP; without the slide where there is no `questionnaire_url`, without tickets where there are none."""
    day, file = announcement.made_on, io.BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, content in _papers(announcement, questionnaire_url, planning, tickets, logos):
            # The date of the file: archives hold none without one.
            archive.writestr(ZipInfo(name, (day.year, day.month, day.day, 0, 0, 0)), content, ZIP_DEFLATED)
    return file.getvalue()


def _papers(
    announcement: Announcement,
    questionnaire_url: str | None,
    planning: Planning,
    tickets: Sequence[Ticket],
    logos: Logos,
) -> Iterator[tuple[str, bytes]]:
    for paper in PosterFormat:
        yield f"Affiche {paper}.pdf", poster_pdf(announcement, paper, logos)
    yield "Flyers A5.pdf", flyers_pdf(announcement, logos)
    if questionnaire_url is not None:
        yield "Dernière diapositive.pdf", slide_pdf(announcement, questionnaire_url, logos)
    yield "Planning.pdf", planning_pdf(planning, logos)
    if tickets:
        yield "Tickets.pdf", tickets_pdf(tickets, logos)
