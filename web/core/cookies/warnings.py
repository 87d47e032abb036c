"""What an act warns of, and what an import left out, for the page that it leads to."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from web.core.cookies.done import OUTCOME_NAMES, Done
from web.core.french import plural

#: A cookie carries it: the first lines show what is wrong. The API cuts the cells of a table.
_MOST, _LONGEST, _MOST_BYTES = 10, 60, 6_000
_WARNINGS, _COLUMNS, _OF_TABLE = "warnings", "columns", "table"
#: How the API names another animation of the same structure.
_ANIMATION = re.compile(r" \(animation ([0-9a-f-]{36})\)")


def hand_over(done: Done, request: Request, response: Response, reader: str, payload: Mapping[str, Any]) -> None:
    """Keep what a payload warns of, and the columns that it left out, for the page that `response` leads to."""
    columns = [column[:_LONGEST] for column in payload.get("ignoredColumns") or ()]
    kept = {_WARNINGS: "\n".join(_cut(payload.get("warnings") or ())), _COLUMNS: "\n".join(_cut(columns))}
    if any(kept.values()):
        of_table = {_OF_TABLE: "oui"} if "ignoredColumns" in payload else {}
        done.hand_over(request, response, reader, kept | of_table)
    else:
        done.forget(request, response)


def handed_over(done: Done, request: Request, reader: str) -> tuple[list[tuple[str, str]], list[str], bool] | None:
    """Return the warnings and the columns that an act has just handed over to this page, and whether of a table.

    A warning goes with the address of the animation that it names, or "".
    """
    if OUTCOME_NAMES.isdisjoint(request.query_params):
        return None
    kept = done.handed_over(request, reader)
    warnings, columns = (kept.get(name, "").splitlines() for name in (_WARNINGS, _COLUMNS))
    return ([*map(_linked, warnings)], columns, _OF_TABLE in kept) if warnings or columns else None


def _linked(warning: str) -> tuple[str, str]:
    other = _ANIMATION.search(warning)
    return (_ANIMATION.sub("", warning), f"/structure/animations/{other[1]}") if other else (warning, "")


def _cut(lines: Sequence[str]) -> list[str]:
    shown = [" ".join(line.split()) for line in lines[:_MOST]]
    while len(quote("\n".join(shown))) > _MOST_BYTES:
        shown.pop()
    left = len(lines) - len(shown)
    return [*shown, f"et {plural(left, 'autre', 'autres')}"] if left else shown
