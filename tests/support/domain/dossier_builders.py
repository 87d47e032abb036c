"""Service dossiers with sensible values: January to March 2027, under our convention."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from domain.animations.animation import Animation, Attendance
from domain.animations.transitions import AnimationStatus
from domain.catalogue import SERVICE_DOSSIER
from domain.kernel.events import Event
from domain.service_dossiers.events import (
    AmendmentAccepted,
    AmendmentProposed,
    CertificationWithdrawn,
    DossierCertified,
    DossierGathered,
    DossierOpened,
    DossierPaid,
    DossierRecovered,
    DossierSubmitted,
    PieceAttached,
    ServiceLine,
)
from domain.service_dossiers.submission import amount_of
from tests.support.domain.builders import CAME, CONVENTION_ID, OURS, START, content
from tests.support.domain.story import Given, given

FIRST, SECOND, THIRD = (UUID(int=0xD0 + number) for number in range(3))
SHEET = "5e" * 32
RATE = Decimal("150.00")
CERTIFIED_ON = date(2027, 4, 12)

OPENED = DossierOpened(
    structure_id=OURS,
    convention_id=CONVENTION_ID,
    territory="34",
    period_from=date(2027, 1, 1),
    period_until=date(2027, 3, 31),
)
GATHERED = DossierGathered(animation_ids=(FIRST, SECOND))


def attended(animation_id: UUID = FIRST, days: int = 0, **changes: Any) -> Animation:
    """An attested animation of ours, on the 15th of March 2027 and so many days later."""
    start = START + timedelta(days=days)
    held = content(starts_at=start, ends_at=start + timedelta(hours=2))
    animation = Animation(
        animation_id,
        OURS,
        CONVENTION_ID,
        "34",
        "Europe/Paris",
        held,
        AnimationStatus.PUBLISHED,
        CAME,
        sheets={SHEET: ()},
    )
    return replace(animation, **changes)


def line(animation_id: UUID = FIRST, **changes: Any) -> ServiceLine:
    values = {
        "animation_id": animation_id,
        "animation_version": 4,
        "held_on": START.date(),
        "parents": CAME.parents,
        "children": CAME.children,
        "sheets": (SHEET,),
        "rate": RATE,
    }
    return ServiceLine(**values | changes)


def piece(
    name: str = "Facture", sha256: str = SHEET, replaces: tuple[str, ...] | None = (), reason: str | None = None
) -> PieceAttached:
    file = {"file_name": "facture.pdf", "media_type": "application/pdf", "size": 4_200, "sha256": sha256}
    return PieceAttached(piece=name, **file, replaces=replaces, reason=reason)


def submitted(*lines: ServiceLine, **changes: Any) -> DossierSubmitted:
    lines = lines or (line(FIRST), line(SECOND))
    values = {
        "lines": lines,
        "rate_per_animation": RATE,
        "agreed_rate": RATE,
        "planned_animations": 10,
        "required_pieces": (),
        "amount": amount_of(lines),
        "submitted_by": "structure",
    }
    return DossierSubmitted(**values | changes)


def certified(animations: int = 2, **changes: Any) -> DossierCertified:
    values = {
        "animations": animations,
        "rate_per_animation": RATE,
        "amount": animations * RATE,
        "planned_animations": 10,
        "already_certified": 0,
        "overrun_reason": None,
        "certified_on": CERTIFIED_ON,
        "missing_sheets": (),
        "missing_pieces": (),
        "missing_reason": None,
        "warnings": (),
        "warnings_reason": None,
    }
    return DossierCertified(**values | changes)


PAID = DossierPaid(
    paid_on=date(2027, 4, 20), reference="VIR-2027-042", amount=Decimal("300.00"), also_paid=(), reason=None
)
COUNTED_AGAIN = Attendance(parents=8, children=0, answers=("3", "Oui"))


def proposed(number: int = 1, animation_id: UUID = FIRST) -> AmendmentProposed:
    return AmendmentProposed(
        number=number,
        animation_id=animation_id,
        parents=COUNTED_AGAIN.parents,
        children=0,
        form_version=3,
        answers=COUNTED_AGAIN.answers,
        reason="Une signature comptée deux fois",
    )


def accepted(number: int = 1, before: str = "300.00", after: str = "300.00", back: str = "0.00") -> AmendmentAccepted:
    return AmendmentAccepted(
        number=number, amount_before=Decimal(before), amount_after=Decimal(after), to_recover=Decimal(back)
    )


def nobody_came(number: int = 1, animation_id: UUID = FIRST) -> AmendmentProposed:
    return proposed(number, animation_id).model_copy(update={"parents": 0, "children": 0})


def withdrawn(animations: int = 2, amount: str = "300.00", back: str = "0.00") -> CertificationWithdrawn:
    return CertificationWithdrawn(
        reason="La feuille n'est pas signée",
        animations=animations,
        amount=Decimal(amount),
        to_recover=Decimal(back),
    )


def recovered(amount: str = "300.00", rest: str = "0.00") -> DossierRecovered:
    return DossierRecovered(
        recovered_on=date(2027, 5, 3), reference="TITRE-2027-7", amount=Decimal(amount), to_recover=Decimal(rest)
    )


TO_SUBMITTED: tuple[Event, ...] = (OPENED, GATHERED, submitted())
TO_CERTIFIED: tuple[Event, ...] = (*TO_SUBMITTED, certified())
TO_PAID: tuple[Event, ...] = (*TO_CERTIFIED, PAID)


def dossier(*events: Event) -> Given:
    """The story of a dossier to which this has happened."""
    return given(SERVICE_DOSSIER, *events)
