"""The later course of a certified dossier, on paper: withdrawals of its certification, recoveries, and controls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from application.papers.french import date_and_time, euros, short_date


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A certification that does not hold. `to_recover` is what was then due back of the payment."""

    at: datetime
    by: str
    reason: str
    amount: Decimal
    to_recover: Decimal


@dataclass(frozen=True, slots=True)
class Recovery:
    """A sum that came back."""

    recovered_on: date
    reference: str
    amount: Decimal
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Control:
    """A sampled control that drew the dossier. `outcome` has a line for each refused piece; None while it is open."""

    at: datetime
    reference: str
    outcome: tuple[str, ...] | None
    concluded_by: str | None


@dataclass(frozen=True, slots=True)
class Afterwards:
    """`to_recover` is still due back; None where no event speaks of it."""

    withdrawals: tuple[Withdrawal, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    controls: tuple[Control, ...] = ()
    to_recover: Decimal | None = None

    def facts(self) -> list[tuple[str, str]]:
        """Return what stands at the head of the dossier, as (name, value) pairs."""
        facts = []
        if self.withdrawals:
            facts.append(("Certification retirée le", date_and_time(self.withdrawals[-1].at)))
        if self.to_recover or self.recoveries:
            facts.append(("Reste à recouvrer", euros(self.to_recover or Decimal(0))))
        if self.recoveries:
            facts.append(("Recouvré", euros(sum((recovery.amount for recovery in self.recoveries), Decimal(0)))))
        return facts

    def content(self) -> dict[str, Any]:
        """Return what the template lays out."""
        return {
            "controls": [
                {
                    "at": date_and_time(control.at),
                    "reference": control.reference,
                    "open": control.outcome is None,
                    "refused": list(control.outcome or ()),
                    "by": control.concluded_by,
                }
                for control in self.controls
            ],
            "withdrawals": [
                {
                    "at": date_and_time(withdrawal.at),
                    "by": withdrawal.by,
                    "reason": withdrawal.reason,
                    "amount": euros(withdrawal.amount),
                    "to_recover": euros(withdrawal.to_recover),
                }
                for withdrawal in self.withdrawals
            ],
            "recoveries": [
                {
                    "on": short_date(recovery.recovered_on),
                    "reference": recovery.reference,
                    "amount": euros(recovery.amount),
                    "by": recovery.recorded_by,
                }
                for recovery in self.recoveries
            ],
        }
