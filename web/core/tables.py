"""Tables that are imported: the field of their file."""

from __future__ import annotations

from web.core.forms import Field

TABLE = Field(
    "file",
    "Tableau",
    "file",
    "CSV, Excel (XLSX) ou LibreOffice (ODS), 5 Mo au plus.",
    True,
    accept=".csv,.xlsx,.ods",
    largest=5_000_000,
)
TABLE_WANTED = "choisissez un tableau CSV, Excel ou LibreOffice"
