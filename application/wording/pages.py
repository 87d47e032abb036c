"""The pages that letters and notices link to, as paths below the site's address."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

#: Where the readers of an inbox work, by the first part of the recipient's name.
_DESKS: Mapping[str, str] = {
    "structure": "/structure",
    "territory": "/territoire",
    "school": "/ecole",
    "national": "/moderation",
}


def animation_page(animation_id: UUID) -> str:
    return f"/animations/{animation_id}"


def publication_page(publication_id: UUID) -> str:
    return f"/ressources/{publication_id}"


def desk_page(recipient: str, thing: UUID, shelf: str = "") -> str:
    """Return the page on which the recipient deals with the thing: its own, on a shelf of the desk, or the desk's."""
    desk = _DESKS.get(recipient.partition(":")[0], "/mon-compte")
    return f"{desk}/{shelf}/{thing}" if shelf else f"{desk}#{thing}"
