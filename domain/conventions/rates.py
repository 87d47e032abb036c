"""The rate that a convention pays for an animation, by its day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class AgreedRate:
    """Euros for one animation from a day on; without a day, from the convention's first one."""

    rate: Decimal | None
    effective_from: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.effective_from is None or self.effective_from <= day


def rate_on(agreed: Sequence[AgreedRate], day: date) -> Decimal | None:
    """Return the rate of that day. `agreed` is in the order of agreement: what was agreed last takes precedence."""
    return next((each.rate for each in reversed(agreed) if each.holds_on(day)), None)
