"""The list of strategies goes on from where a page ends."""

from __future__ import annotations

from uuid import UUID

import pytest

from projections.engine.paging import page
from projections.engine.paging.cursors import BadPage, cursor_of
from projections.strategies.queries import ORDERS

LAST = UUID(int=1)


def test_a_page_goes_on_after_an_edition() -> None:
    assert page(ORDERS, 20, cursor_of(ORDERS, ["971", "-2", str(LAST)])).start == ("971", -2, LAST)


@pytest.mark.parametrize("edition", ["-2147483649", "2147483648", "1.5", ""])
def test_what_no_edition_can_be_is_refused(edition: str) -> None:
    with pytest.raises(BadPage):
        page(ORDERS, 20, cursor_of(ORDERS, ["971", edition, str(LAST)]))
