"""Territories and terms: short lists, read once for each answer, then looked up synchronously."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from api.core.context import Context
from api.core.lists.checks import check_codes
from api.typology.territory import TERRITORY_PREFIX, Territory, territory_of
from api.typology.types import TERM_PREFIX, Term, term_id, term_of
from domain.typology.typology import TermKind
from projections.engine.reading import Snapshot
from projections.typology import queries

#: Read models whose change invalidates the cached lists.
LASTING_LISTS = ("territories", "terms")


@dataclass(frozen=True, slots=True)
class Lists:
    """Territories and terms by code, in their order."""

    territories: dict[str, Territory]
    terms: dict[tuple[str, str], Term]
    _codes: dict[str, dict[str, bool]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes: dict[str, dict[str, bool]] = {kind.value: {} for kind in TermKind}
        for (kind, code), term in self.terms.items():
            codes[kind][code] = not term.retired
        object.__setattr__(self, "_codes", codes)

    def term(self, kind: TermKind, code: str, day: date | None = None) -> Term:
        """Return the term as on that local day; a term unknown to the typology shows its code."""
        term = self.terms.get((kind, code))
        if term is None:
            return Term(id=term_id(kind, code), kind=kind, code=code, label=code, description=None, retired=False)
        return term if day is None else term.on(day)

    def named(self, codes: Iterable[str]) -> list[Territory]:
        """Return the territories of these codes, in their order; what takes no part any more is left out."""
        return [self.territories[code] for code in codes if code in self.territories]

    def node(self, node_id: str) -> Territory | Term | None:
        """Return the territory or term of an id, a term also under a former label."""
        if node_id.startswith(TERRITORY_PREFIX):
            return self.territories.get(node_id.removeprefix(TERRITORY_PREFIX))
        kind, _, rest = node_id.removeprefix(TERM_PREFIX).partition(":")
        code, _, until = rest.partition(":")
        term = self.terms.get((kind, code))
        if term is None or not until:
            return term
        return next((term.called(former) for former in term.former_labels if str(former.until) == until), None)

    def codes(self, kind: TermKind) -> Mapping[str, bool]:
        """Return the codes of all terms of a kind, those that were retired too, and whether they still are offered."""
        return self._codes[kind.value]

    def with_successors(self, kind: TermKind, codes: Collection[str] | None) -> list[str]:
        """Return the codes and those that replaced them, so that old links still find their animations."""
        expanded = list(codes or ())
        for code in expanded:
            term = self.terms.get((kind.value, code))
            expanded += [code for code in (term.became if term else ()) if code not in expanded]
        return expanded


class CachedLists:
    """The lists of one process, cached until their read models move."""

    def __init__(self) -> None:
        self._read_at: object = None
        #: After a move all subscribers ask at once: only one of them reads.
        self._reading = asyncio.Lock()
        self._lists: Lists | None = None

    def cached(self, read: Snapshot) -> Lists | None:
        """Return the lists if they have been read and have not moved since."""
        return self._lists if self._read_at == _standing(read) else None

    async def at(self, read: Snapshot) -> Lists:
        standing = _standing(read)
        if None in standing:
            # Snapshots of the past have lists of their own.
            return await read_lists(read)
        async with self._reading:
            if self._lists is None or self._read_at != standing:
                now = await read_lists(read)
                # Keep the same object while nothing has changed, so that fragments written from it stay valid.
                self._lists = self._lists if self._lists == now else now
                self._read_at = standing
            return self._lists


async def lists_of(context: Context) -> Lists:
    """Return territories and terms in this answer's snapshot."""
    process = context.services.shared(CachedLists)
    lists: Lists | None = context.memo.get(Lists) or process.cached(await context.read())
    if lists is None:

        async def read(keys: list[None]) -> list[Lists]:
            return [await process.at(await context.read())] * len(keys)

        # Concurrent resolvers continue together, so that their next loads form one statement.
        lists = await context.together("lists", None, read)
    context.memo[Lists] = lists
    return lists


def _standing(read: Snapshot) -> tuple[object, ...]:
    return tuple(read.live.get(name) for name in LASTING_LISTS)


async def read_lists(read: Snapshot) -> Lists:
    territories = [territory_of(row) for row in await read.rows(read.sql(queries.TERRITORIES))]
    terms = [term_of(row) for row in await read.rows(read.sql(queries.TERMS))]
    return Lists(
        {territory.code: territory for territory in territories},
        {(term.kind.value, term.code): term for term in terms},
    )


async def check_territories(context: Context, codes: Collection[str] | None) -> None:
    """Raise INVALID on `where.territory` for a code that no territory has: it would filter everything away."""
    if codes:
        check_codes((await lists_of(context)).territories, codes, "territory")


async def load_territory(context: Context, code: str) -> Territory | None:
    return (await lists_of(context)).territories.get(code)


async def load_term(context: Context, kind: str, code: str) -> Term | None:
    return (await lists_of(context)).terms.get((TermKind(kind).value, code))
