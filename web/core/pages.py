"""Pages of a list: what the API is asked for, the addresses of the pages around, and names that stand there twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from starlette.datastructures import QueryParams
from starlette.requests import Request

from web.core.cookies.done import OUTCOME_NAMES
from web.core.paths import address_without
from web.core.problems import Problem

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


def is_emptied(request: Request, info: Mapping[str, Any]) -> bool:
    """Tell whether a page holds nothing, though others of its list are around it.

    Raises Problem where it is only looked at: the first page is shown instead.
    """
    emptied = info["startCursor"] is None and (info["hasPreviousPage"] or info["hasNextPage"])
    if emptied and request.method == "GET":
        raise Problem(404, "Page introuvable", "", where=("after",))
    return emptied


def pages_around(request: Request, info: Mapping[str, Any], anchor: str = "") -> Around:
    """Return the pages around the one that `info` (PageInfo) tells of, with the filters of this one."""

    if is_emptied(request, info):
        return Around(None, None)

    def address(name: str, cursor: str) -> str:
        return address_without(request, TURNED | OUTCOME_NAMES, (name, cursor)) + anchor

    return Around(
        address("before", info["startCursor"]) if info["hasPreviousPage"] else None,
        address("after", info["endCursor"]) if info["hasNextPage"] else None,
    )


def namesakes(nodes: Iterable[Mapping[str, Any]], *paths: str) -> frozenset[tuple[Any, ...]]:
    """Return what several of these nodes have at all of these paths (`structure.name`).

    Their links lead to different places, and say more to be told apart.
    """
    counted = Counter(tuple(_at(node, path) for path in paths) for node in nodes)
    return frozenset(each for each, number in counted.items() if number > 1)


def _at(node: Mapping[str, Any], path: str) -> Any:
    return reduce(lambda part, name: part[name], path.split("."), node)
