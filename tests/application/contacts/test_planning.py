"""How far ahead a planning may look."""

import pytest

from application.contacts.commands import PlanningSend
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.validation import validated
from tests.support.domain.builders import OURS


@pytest.mark.parametrize("days", [-5, 0, 367, 400, 99_999])
def test_a_planning_looks_a_day_to_a_year_ahead(days):
    with pytest.raises(DomainError) as refusal:
        validated(PlanningSend, {"structure_id": OURS, "days": days})
    (problem,) = refusal.value.problems
    assert (problem.code, problem.field) == (ErrorCode.INVALID, ("days",))
    assert {validated(PlanningSend, {"structure_id": OURS, "days": accepted}).days for accepted in (1, 366)} == {1, 366}
