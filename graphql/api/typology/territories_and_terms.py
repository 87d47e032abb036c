"""Territories and terms: short lists, read whole once for each answer, then looked up without waiting."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from domain.typology.typology import TermKind
from projections.typology import queries

if TYPE_CHECKING:
    from api.typology.territory import Territory
    from api.typology.types import Term
    from projections.engine.reading import Snapshot


#: The read models that they are of.
LASTING_LISTS = ("territories", "terms")


@dataclass(frozen=True, slots=True)
class Lists:
    """By code, in their order."""

    territories: dict[str, Territory]
    terms: dict[tuple[str, str], Term]

    def term(self, kind: TermKind, code: str, day: date | None = None) -> Term:
        """The term, as an animation of that local day shows it; one that the typology does not know shows its code."""
        from api.typology.types import Term

        known = self.terms.get((kind, code))
        if known is None:
            return Term(kind=kind, code=code, label=code, description=None, retired=False)
        return known if day is None else known.on(day)

    def sought(self, kind: TermKind, codes: Collection[str] | None) -> list[str]:
        """The codes, and those that took their place: who kept an old link still finds what it led to."""
        found = list(codes or ())
        for code in found:
            known = self.terms.get((kind.value, code))
            found += [code for code in (known.became if known else ()) if code not in found]
        return found


class KnownLists:
    """The lists as one process read them last: between two moves of their read models they are the same."""

    def __init__(self) -> None:
        self._standing: object = None
        #: After a move, all who follow it ask at once: one of them reads.
        self._reading = asyncio.Lock()
        self._known: Lists | None = None

    def known(self, read: Snapshot) -> Lists | None:
        """The lists, where they were read before and have not moved since."""
        return self._known if self._standing == _standing(read) else None

    async def at(self, read: Snapshot) -> Lists:
        standing = _standing(read)
        if None in standing:
            # Of the past: each has its own.
            return await read_lists(read)
        async with self._reading:
            if self._known is None or self._standing != standing:
                now = await read_lists(read)
                # The same object while nothing in it has changed: what was written of it goes on.
                self._known = self._known if self._known == now else now
                self._standing = standing
            return self._known


def _standing(read: Snapshot) -> tuple[object, ...]:
    return tuple(read.live.get(name) for name in LASTING_LISTS)


async def read_lists(read: Snapshot) -> Lists:
    from api.typology.territory import territory_of
    from api.typology.types import term_of

    territories = [territory_of(row) for row in await read.rows(read.sql(queries.TERRITORIES))]
    terms = [term_of(row) for row in await read.rows(read.sql(queries.TERMS))]
    return Lists(
        {territory.code: territory for territory in territories},
        {(term.kind.value, term.code): term for term in terms},
    )
