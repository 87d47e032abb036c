"""Tables that are imported: the field of their file."""

from __future__ import annotations

from web.core.forms import Field

TABLE = Field(
    "file", "Tableau", "file", "CSV ou Excel (XLSX), 5 Mo au plus.", True, accept=".csv,.xlsx", largest=5_000_000
)
TABLE_WANTED = "choisissez un tableau CSV ou Excel"
