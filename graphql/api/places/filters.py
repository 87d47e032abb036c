"""Filters by place: communes, and the intercommunality around one."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from graphql import GraphQLError

from api.core.errors import invalid
from domain.kernel.places import places

#: A code of no animation's commune, where two filters share none.
_NOWHERE = "-"
_FIVE_DIGITS = re.compile(r"\d{5}", re.ASCII)


def communes_within(codes: Collection[str] | None, around: str | None) -> list[str] | None:
    """Return every code that may be recorded of the communes where both filters hold; None where neither is given.

    Raises INVALID for a code that there never was.
    """
    chosen = dict.fromkeys(recorded for code in codes or () for recorded in _spellings(code, "commune"))
    if around is None:
        return list(chosen) or None
    near = _around(_spellings(around, "around")[0])
    return sorted(near.intersection(chosen) if chosen else near) or [_NOWHERE]


def _spellings(code: str, field: str) -> list[str]:
    if spellings := places().spellings(code.strip().upper()):
        return spellings
    raise unknown_commune(code, field)


def unknown_commune(code: str, field: str) -> GraphQLError:
    """Return that there never was a commune of this code; five digits are mostly a postal code."""
    postal = "Ce n'est pas le code postal : " if _FIVE_DIGITS.fullmatch(code.strip()) else ""
    advice = f". {postal}cherchez-la par son nom." if postal else " ; cherchez-la par son nom."
    return invalid(f"where.{field} : aucune commune n'a le code INSEE « {code[:40]} »{advice}", "where", field)


@lru_cache(maxsize=2_000)
def _around(code: str) -> frozenset[str]:
    """Return the codes that a place in the same intercommunality may have, or have had."""
    near = places().around(code)
    former = (before for before, after in places().successors.items() if after in near)
    return near.union(former, *(places().arrondissements.get(commune, ()) for commune in near))
