"""Where the papers are that make an animation known."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.animations.transitions import AnimationStatus


@strawberry.type(description="Where the papers are that make an animation known: paths on this site.")
class AnimationKit:
    poster: str = strawberry.field(description="The poster as PDF (A4); with `?format=A3` larger.")
    flyer: str = strawberry.field(description="Four flyers of A5 on a sheet of A3, as PDF.")
    slide: str | None = strawberry.field(
        description="The last slide, with the QR code of the questionnaire, as PDF. Null unless it is published, and"
        " for who does not answer for it."
    )
    zip: str = strawberry.field(
        description="All of these with the planning of its structure, as ZIP; for the structure alone, also the tickets"
        " of those who registered without an e-mail address."
    )


def kit_of(row: dict[str, Any], theirs: bool) -> AnimationKit | None:
    """Return the kit of a row, for whoever answers for it (`theirs`) or not; None once it is cancelled."""
    if row["status"] == AnimationStatus.CANCELLED:
        return None
    path = f"/animations/{row['animation_id']}"
    published = row["status"] == AnimationStatus.PUBLISHED
    return AnimationKit(
        poster=f"{path}/poster.pdf",
        flyer=f"{path}/flyer.pdf",
        slide=f"{path}/slide.pdf" if theirs and published else None,
        zip=f"{path}/kit.zip",
    )
