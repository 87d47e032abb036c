"""The terms of a dossier: as submitted, and as its convention says today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.core.context import Context
from domain.conventions.convention import Convention
from domain.conventions.rates import AgreedRate, rate_on
from domain.kernel.dossier_status import DossierStatus
from domain.service_dossiers.events import ServiceLine
from domain.service_dossiers.transitions import AmendmentStatus
from projections.service_dossiers import queries

Row = dict[str, Any]


def in_the_making(row: Row) -> bool:
    return row["status"] in (DossierStatus.OPEN, DossierStatus.RETURNED)


def rate_of(row: Row, animation_id: str, day: date) -> Decimal | None:
    """Return the rate of one animation of the dossier."""
    if in_the_making(row):
        return rate_on(_agreed(row), day)
    return next((Decimal(line["rate"]) for line in row["lines"] if line["animation_id"] == animation_id), None)


async def rate_and_amount(context: Context, row: Row) -> tuple[Decimal | None, Decimal | None]:
    """Return the rate of all animations, None where they differ, and their sum."""
    if not in_the_making(row):
        return row["rate_per_animation"], row["amount"]
    agreed, count = _agreed(row), len(row["animation_ids"])
    if len(agreed) == 1:
        rate = agreed[0].rate
        return rate, None if rate is None else rate * count
    days = await context.together("days of dossiers", row["dossier_id"], lambda ids: _days(context, ids))
    rates = [(rate_on(agreed, day), animations) for day, animations in days]
    if not rates:
        return agreed[-1].rate, None if agreed[-1].rate is None else Decimal("0.00")
    different = {rate for rate, _ in rates}
    known = [(rate, animations) for rate, animations in rates if rate is not None]
    common = different.pop() if len(different) == 1 else None
    return common, sum((rate * animations for rate, animations in known), Decimal("0.00")) if known == rates else None


def convention_of(row: Row) -> Convention:
    """Return the terms of the dossier's convention as they stand."""
    return Convention(
        id=row["convention_id"],
        structure_id=row["structure_id"],
        territory=row["territory"],
        coordonnateur="",
        valid_from=row["agreed_from"],
        valid_until=row["agreed_until"],
        planned_animations=row["agreed_animations"],
        required_pieces=tuple(row["agreed_pieces"]),
        rates=tuple(_agreed(row)),
        terminated_on=row["agreed_end"],
    )


@dataclass(frozen=True, slots=True)
class SubmittedTerms:
    """The terms that a dossier was submitted under. `amended`: an attestation was corrected since."""

    amended: bool
    agreed_rate: Decimal | None
    planned_animations: int | None
    required_pieces: tuple[str, ...]
    lines: tuple[ServiceLine, ...]


def submitted_of(row: Row) -> SubmittedTerms:
    return SubmittedTerms(
        amended=any(
            amendment["status"] == AmendmentStatus.ACCEPTED
            and datetime.fromisoformat(amendment["decided_at"]) > row["submitted_at"]
            for amendment in row["amendments"]
        ),
        agreed_rate=row["agreed_rate"],
        planned_animations=row["planned_animations"],
        required_pieces=tuple(row["required_pieces"]),
        lines=tuple(ServiceLine.model_validate(line) for line in row["lines"]),
    )


def _agreed(row: Row) -> list[AgreedRate]:
    return [
        AgreedRate(
            None if agreed["rate"] is None else Decimal(agreed["rate"]),
            date.fromisoformat(agreed["effective_from"]) if agreed["effective_from"] else None,
        )
        for agreed in row["agreed_rates"]
    ]


async def _days(context: Context, ids: list[UUID]) -> list[list[tuple[date, int]]]:
    read = await context.read()
    rows = await read.rows(read.sql(queries.DAYS), {"ids": ids})
    return [[(row["day"], row["animations"]) for row in rows if row["dossier_id"] == dossier_id] for dossier_id in ids]
