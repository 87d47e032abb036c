"""Read from the log the animations that are compared before their service is certified."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from application.commanding.unit_of_work import UnitOfWork
from domain.animations.animation import Animation
from domain.catalogue import ANIMATION, REGISTRATION
from domain.kernel.identifiers import registration_book_id
from domain.service_dossiers.events import ServiceLine
from domain.service_dossiers.warnings import Claim, likenesses


def claims_of(work: UnitOfWork, lines: Iterable[ServiceLine]) -> list[Claim]:
    """Return the animations of these lines, as far as they are compared."""
    animations = ((work.find(ANIMATION, line.animation_id), line.rate) for line in lines)
    return [_claim(work, animation, rate) for animation, rate in animations if animation is not None]


def claims_beside(work: UnitOfWork, animation_ids: Iterable[UUID]) -> list[Claim]:
    """Return those of the animations that are attested."""
    animations = (work.find(ANIMATION, animation_id) for animation_id in animation_ids)
    return [_claim(work, animation, None) for animation in animations if animation is not None and animation.attested]


def _claim(work: UnitOfWork, animation: Animation, rate: Decimal | None) -> Claim:
    content, came = animation.content, animation.attendance
    assert came is not None, "only attested animations are gathered"
    return Claim(
        id=animation.id,
        structure_id=animation.structure_id,
        territory=animation.territory,
        title=content.title,
        day=animation.held_on,
        starts_at=content.starts_at,
        ends_at=content.ends_at,
        venue_type=content.venue_type,
        venue_name=content.venue_name,
        commune_code=content.commune_code,
        seats=content.seats,
        parents=came.parents,
        children=came.children,
        sheets=tuple(animation.sheets),
        likenesses=likenesses(chain.from_iterable(animation.sheets.values())),
        declared_late_on=_declared_on(work, animation) if animation.declared_late else None,
        rate=rate,
        came=book.came if (book := work.find(REGISTRATION, registration_book_id(animation.id))) else None,
    )


def _declared_on(work: UnitOfWork, animation: Animation) -> date:
    """Return the day of the declaration. Its event does not hold it: its stamp does."""
    declared = work.read_stream(animation.id, 0)[0]
    return declared.stamp.recorded_at.astimezone(ZoneInfo(animation.time_zone)).date()
