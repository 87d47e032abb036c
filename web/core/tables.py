"""Tables that are imported: the field of their file, and what is to be checked, handed over to the page led to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.forms import Field
from web.core.french import plural
from web.core.site import Site

TABLE = Field(
    "file", "Tableau", "file", "CSV ou Excel (XLSX), 5 Mo au plus.", True, accept=".csv,.xlsx", largest=5_000_000
)
TABLE_WANTED = "choisissez un tableau CSV ou Excel"
#: A cookie carries it: the first rows show what is wrong with the file, each cell is cut by the API.
_MOST, _LONGEST = 10, 60
_WARNINGS, _COLUMNS = "warnings", "columns"


def hand_over(site: Site, request: Request, response: Response, payload: Mapping[str, Any]) -> None:
    """Keep the warnings and the columns that were left out of the table for the page that `response` leads to."""
    columns = [column[:_LONGEST] for column in payload["ignoredColumns"] or ()]
    kept = {_WARNINGS: "\n".join(_cut(payload["warnings"] or ())), _COLUMNS: "\n".join(_cut(columns))}
    if any(kept.values()):
        site.done.hand_over(request, response, _reader(site, request), kept)


def handed_over(site: Site, request: Request) -> tuple[list[str], list[str]]:
    """Return the warnings and the columns that an import has just handed over to this page."""
    kept = site.done.handed_over(request, _reader(site, request))
    return kept.get(_WARNINGS, "").splitlines(), kept.get(_COLUMNS, "").splitlines()


def _cut(lines: Sequence[str]) -> list[str]:
    shown = [" ".join(line.split()) for line in lines[:_MOST]]
    return [*shown, f"et {plural(len(lines) - _MOST, 'autre', 'autres')}"] if len(lines) > _MOST else shown


def _reader(site: Site, request: Request) -> str:
    return site.sessions.token(request) or ""
