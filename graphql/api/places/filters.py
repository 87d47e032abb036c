"""Filters by place: communes, and the intercommunality around one."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache

from api.core.errors import invalid
from domain.kernel.places import places

#: What no animation's commune is: nothing is in both of two filters.
_NOWHERE = "-"


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
    message = f"where.{field} : aucune commune n'a le code INSEE « {code[:40]} » ; cherchez-la par son nom."
    raise invalid(message, "where", field)


@lru_cache(maxsize=2_000)
def _around(code: str) -> frozenset[str]:
    """Return the codes that a place in the same intercommunality may have, or have had."""
    near = places().around(code)
    former = (before for before, after in places().successors.items() if after in near)
    return near.union(former, *(places().arrondissements.get(commune, ()) for commune in near))
