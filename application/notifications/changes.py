"""Write what a letter of a change says, by how things stand when it is sent."""

from __future__ import annotations

from datetime import datetime

from application.wording.animations import WHAT
from domain.animations.animation import Animation
from domain.animations.events import AnimationDetails
from domain.animations.transitions import AnimationStatus
from domain.registrations.registration import same_date_and_place
from domain.registrations.registration_book import Place

#: The kinds of letters of a change. Whichever was written first or last, `kind_of_change` says which is sent.
CHANGES = (
    *("registration.questioned", "registration.waiting_questioned", "registration.question_withdrawn"),
    *("registration.changed", "animation.moved"),
)


class NotToBeSent(Exception):
    """Raised when there is nothing left to say, or the recipient no longer wants it; the message says which."""


#: The kinds of letters of a suspension, by whether the animation is suspended.
COVERAGE = {True: "animation.suspended", False: "animation.resumed"}


def kind_of_coverage(before: Animation, now: Animation) -> str:
    """Return the kind of letter about a suspension. Raise NotToBeSent if all is as the recipient was told."""
    if now.status is AnimationStatus.CANCELLED:
        raise NotToBeSent("cancelled")
    if before.suspended == now.suspended:
        raise NotToBeSent("changed back")
    return COVERAGE[now.suspended]


REMINDER = "registration.reminder"


def check_reminder(animation: Animation, starts_at: datetime, place: Place | None) -> None:
    """Raise NotToBeSent unless the registrant still has a seat for what still takes place then."""
    if animation.content.starts_at != starts_at:
        raise NotToBeSent("moved")
    if animation.status is not AnimationStatus.PUBLISHED or animation.suspended:
        raise NotToBeSent("cancelled")
    if place is None or not place.seated:
        raise NotToBeSent("no longer registered")


def kind_of_change(kind: str, animation: Animation, before: AnimationDetails, place: Place | None) -> str:
    """Return the kind of letter about what changed since `before`. Raise NotToBeSent if the recipient needs none.

    `place` is the registrant's; contacts of the structure, who get `animation.moved`, have none.
    """
    if animation.status is AnimationStatus.CANCELLED:
        raise NotToBeSent("cancelled")
    moved = not same_date_and_place(before, animation.content)
    what = any(getattr(before, name) != getattr(animation.content, name) for name in WHAT)
    if not moved and (not what or kind == "animation.moved"):
        raise NotToBeSent("changed back")
    if kind == "animation.moved":
        return kind
    if place is None:
        raise NotToBeSent("no longer registered")
    if place.questioned:
        return "registration.questioned" if place.seated else "registration.waiting_questioned"
    return "registration.question_withdrawn" if moved else "registration.changed"
