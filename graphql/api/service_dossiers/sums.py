"""The payments on a dossier, and the recoveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import strawberry


@strawberry.type(description="What was paid.")
class ServicePayment:
    amount: Decimal = strawberry.field(description="Euros paid: the amount due then.")
    paid_on: date = strawberry.field(description="The day of payment.")
    reference: str = strawberry.field(description="The payment's reference, as the payer gives it.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here (UTC).")
    recorded_by: str = strawberry.field(description="Who recorded it.")
    also_paid: list[strawberry.ID] = strawberry.field(
        description="The dossiers that the same reference had paid before: their ids."
    )
    reason: str | None = strawberry.field(description="Why one reference pays several dossiers.")


@strawberry.type(description="A part, or all, of what was paid unduly, come back.")
class ServiceRecovery:
    amount: Decimal = strawberry.field(description="Euros that came back.")
    recovered_on: date = strawberry.field(description="The day that they came back.")
    reference: str = strawberry.field(description="The reference of the transfer or receipt.")
    recorded_at: datetime = strawberry.field(description="When it was recorded here (UTC).")
    recorded_by: str = strawberry.field(description="Who recorded it.")


def payment_of(row: Mapping[str, Any]) -> ServicePayment | None:
    """Return the payment of a dossier's row, if it is paid."""
    if row["paid_on"] is None:
        return None
    return ServicePayment(
        amount=row["paid_amount"],
        paid_on=row["paid_on"],
        reference=row["payment_reference"],
        recorded_at=row["payment_recorded_at"],
        recorded_by=row["payment_recorded_by"],
        also_paid=[strawberry.ID(str(other)) for other in row["also_paid"]],
        reason=row["payment_reason"],
    )


def recoveries_of(row: Mapping[str, Any]) -> list[ServiceRecovery]:
    """Return what came back of a dossier's payment, as recorded."""
    return [
        ServiceRecovery(
            amount=Decimal(recovery["amount"]),
            recovered_on=date.fromisoformat(recovery["recovered_on"]),
            reference=recovery["reference"],
            recorded_at=datetime.fromisoformat(recovery["recorded_at"]),
            recorded_by=recovery["recorded_by"],
        )
        for recovery in row["recoveries"]
    ]


def euros(text: str | None) -> Decimal | None:
    """Return an amount that a row holds as text."""
    return None if text is None else Decimal(text)
