"""Pages of a list: what the API is asked for, and the addresses of the pages around."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from web.core.cookies.done import OUTCOME_NAMES
from web.core.paths import address_without

PER_PAGE = 20
#: The parameters that name a page of a list.
TURNED = frozenset(("after", "before"))


@dataclass(frozen=True, slots=True)
class Around:
    """The addresses of the pages before and after; None where there is none."""

    previous: str | None
    next: str | None


def page_variables(params: QueryParams, size: int = PER_PAGE) -> dict[str, Any]:
    """Return the paging variables of a document: `first`, `after`, `last`, `before`."""
    if before := params.get("before"):
        return {"last": size, "before": before}
    return {"first": size} | ({"after": after} if (after := params.get("after")) else {})


def pages_around(request: Request, info: Mapping[str, Any], anchor: str = "") -> Around:
    """Return the pages around the one that `info` (PageInfo) tells of, with the filters of this one."""

    def address(name: str, cursor: str) -> str:
        return address_without(request, TURNED | OUTCOME_NAMES, (name, cursor)) + anchor

    return Around(
        address("before", info["startCursor"]) if info["hasPreviousPage"] else None,
        address("after", info["endCursor"]) if info["hasNextPage"] else None,
    )
