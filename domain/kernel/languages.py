"""Languages by their ISO 639 codes, from data of the package (`data/README.md`)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


@cache
def _languages() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the French names by code, and the code that each other code of a language stands for."""
    text = files("domain.kernel").joinpath("data", "languages.csv").read_text("utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    names = {row["code"]: row["name"] for row in rows}
    return names, {other: row["code"] for row in rows for other in row["other_codes"].split("|") if other}


def language_names() -> Mapping[str, str]:
    """Return all languages: their French names by code."""
    return _languages()[0]


def language_name(code: str) -> str:
    """Return the French name of a language; one that is not in the list shows its code."""
    return language_names().get(code, code)


def checked_language(value: str) -> str:
    """Return the code in its one form: `fr` for `FR`, `fra` and `fre`. Raise ValueError (French) if it is none."""
    names, others = _languages()
    code = value.strip().lower()
    code = others.get(code, code)
    if code not in names:
        raise ValueError("code de langue ISO 639 attendu, par exemple fr, ar, tr ou fsl")
    return code


LanguageCode = Annotated[str, StringConstraints(max_length=10), AfterValidator(checked_language)]
