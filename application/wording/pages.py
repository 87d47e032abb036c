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


def desk_page(recipient: str, thing: UUID) -> str:
    """Return the page on which the recipient deals with the thing."""
    return f"{_DESKS.get(recipient.partition(':')[0], '/mon-compte')}#{thing}"
