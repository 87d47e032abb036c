"""Checks of the arguments of queries: identifiers and texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from api.core.errors import invalid
from domain.kernel.errors import in_figures
from domain.kernel.identifiers import check_uai
from domain.kernel.languages import checked_language

_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
#: Longest text of a filter; titles are shorter.
LONGEST_TEXT = 300
#: Longer than a UUID in any spelling.
LONGEST_ID = 100
#: No clock is further from UTC.
_FURTHEST = timedelta(hours=14)


def node_id(value: str, *field: str) -> UUID:
    """Parse an `ID` as a UUID. Raises INVALID naming the argument."""
    try:
        return UUID(value if len(value) <= LONGEST_ID else "")
    except ValueError:
        name = ".".join(field) or "id"
        raise invalid(f"{name} : identifiant (UUID) attendu.", *(field or ("id",))) from None


def filter_id(value: str | None, field: str) -> UUID | None:
    """Return the UUID of a filter, or None where it is left out. Raises INVALID naming it."""
    return None if value is None else node_id(value, "where", field)


def checked_text(value: str | None, field: str) -> str | None:
    """Return a filter's text. Raises INVALID if it is blank or too long, or PostgreSQL cannot store it."""
    if value is not None and len(value) > LONGEST_TEXT:
        raise invalid(f"where.{field} : {in_figures(LONGEST_TEXT)} caractères au plus.", "where", field)
    if value is not None and _UNKEEPABLE.search(value):
        raise invalid(f"where.{field} : caractère interdit.", "where", field)
    if value is not None and not value.strip():
        # A program that lost its value must not be given everything.
        raise invalid(
            f"where.{field} : texte vide ; indiquez ce qui est cherché, ou retirez ce critère.", "where", field
        )
    return value


def checked_texts(values: Sequence[str] | None, field: str) -> list[str] | None:
    for value in values or ():
        checked_text(value, field)
    return list(values) if values is not None else None


def check_codes(accepted: Mapping[str, object], codes: Collection[str] | None, field: str) -> None:
    """Raise INVALID for a code that is not `accepted`, with those that are offered: what maps to something true."""
    for code in codes or ():
        if code not in accepted:
            offered = ", ".join(name for name, is_offered in accepted.items() if is_offered)
            message = f"where.{field} : code inconnu « {code[:40]} » ; codes acceptés : {offered}."
            raise invalid(message, "where", field)


def checked_uais(values: Sequence[str] | None, field: str) -> list[str] | None:
    """Return the UAIs of a filter in their one form. Raises INVALID for one that is none."""
    return checked_each(check_uai, values, field)


def checked_languages(values: Sequence[str] | None, field: str) -> list[str] | None:
    """Return the languages of a filter by the one code of each. Raises INVALID for one that is none."""
    return checked_each(checked_language, values, field)


def checked_each(check: Callable[[str], str], values: Sequence[str] | None, field: str) -> list[str] | None:
    """Return the codes of a filter in the form that `check` gives them. Raises INVALID for one that is none."""
    codes = []
    for value in checked_texts(values, field) or ():
        try:
            codes.append(check(value[:LONGEST_ID]))
        except ValueError as error:
            raise invalid(f"where.{field} : code inconnu « {value[:40]} » ; {error}.", "where", field) from None
    return None if values is None else codes


def check_span(begins: date | None, ends: date | None, field: str, *, ends_included: bool = False) -> None:
    """Raise INVALID on `where.field`, which ends a period, if the period holds nothing.

    What has an offset and what has none differ by at most what clocks differ.
    """
    if begins is None or ends is None:
        return
    length = _instant(ends) - _instant(begins)
    if not _same_clocks(begins, ends):
        length += _FURTHEST
    if length < timedelta() or (not length and not ends_included):
        hint = "" if ends_included else " ; elle en est exclue : pour une seule journée, indiquez le lendemain"
        raise invalid(f"where.{field} : la fin de la période ne vient pas après son début{hint}.", "where", field)


def _instant(value: date) -> datetime:
    moment = value if isinstance(value, datetime) else datetime(value.year, value.month, value.day)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _same_clocks(begins: date, ends: date) -> bool:
    return (getattr(begins, "tzinfo", None) is None) == (getattr(ends, "tzinfo", None) is None)
