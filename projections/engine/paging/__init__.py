"""Keyset paging: a page begins after the row of a cursor, so inserts do not shift it and late pages cost no more.

https://use-the-index-luke.com/no-offset
"""

from __future__ import annotations

from projections.engine.paging.cursors import DEFAULT_PAGE, LARGEST_PAGE, BadPage, Page, cursor_of, page
from projections.engine.paging.listings import OWED, TURN, Filter, Listing, Order, Source
from projections.engine.paging.statements import (
    MOST_COUNTED,
    count_statement,
    counts_statement,
    page_statement,
    pages_statement,
)

__all__ = [
    "DEFAULT_PAGE",
    "LARGEST_PAGE",
    "MOST_COUNTED",
    "OWED",
    "TURN",
    "BadPage",
    "Filter",
    "Listing",
    "Order",
    "Page",
    "Source",
    "count_statement",
    "counts_statement",
    "cursor_of",
    "page",
    "page_statement",
    "pages_statement",
]
