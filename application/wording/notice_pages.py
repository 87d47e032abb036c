"""The page that a notice leads to when it is shown: older versions recorded a desk, where the thing has a page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

from application.wording.pages import attendance_page, desk_of, desk_page, drawn_dossier_page, structure_page
from application.wording.things import Thing

#: How notices about several things begin, which name the first and lead to a desk.
_SEVERAL = re.compile(r"\d+ animations ")
_OWN_ACCOUNT = "/mon-compte"


def notice_page(
    page: str | None, recipient: str, kind: str, subject: UUID, things: Mapping[str, Thing], message: str
) -> str | None:
    """Return the page of a notice as it was recorded, or what it holds leads to; None where there is none.

    Older pages are missing, or a desk's with the thing as their fragment, or the list of requests.
    """
    if page is not None and "#" not in page and page != f"{desk_of(recipient)}/demandes":
        return page
    if _SEVERAL.match(message):
        derived = desk_of(recipient)
    elif recipient.startswith("structure:") and kind == "registration.to_call" and "animation" in things:
        derived = attendance_page(things["animation"].id)
    elif recipient.startswith("territory:") and kind == "animation.declared" and "structure" in things:
        derived = structure_page(things["structure"].id)
    elif kind == "control.piece_refused":
        control = things.get("control")
        derived = drawn_dossier_page(control.id, subject) if control else desk_page(recipient, "dossier", subject)
    else:
        derived = desk_page(recipient, kind.partition(".")[0], subject)
    return None if derived == _OWN_ACCOUNT else derived
