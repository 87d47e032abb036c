"""Queries on territories and the typology."""

from __future__ import annotations

import strawberry

from api.core.context import Info
from api.typology.territories_and_terms import lists_of
from api.typology.territory import Territory
from api.typology.types import AttestationForm, Term, load_form
from domain.typology.typology import TermKind


@strawberry.type
class TypologyQueries:
    @strawberry.field(description="The territories that take part. Public.")
    async def territories(self, info: Info) -> list[Territory]:
        return list((await lists_of(info.context)).territories.values())

    @strawberry.field(description="One territory by its code. Public.")
    async def territory(self, info: Info, code: str) -> Territory | None:
        return (await lists_of(info.context)).territories.get(code)

    @strawberry.field(description="The typology's terms, of one list or of all. Public.")
    async def typology(self, info: Info, kind: TermKind | None = None) -> list[Term]:
        terms = (await lists_of(info.context)).terms.values()
        return [term for term in terms if kind is None or term.kind is kind]

    @strawberry.field(description="The further questions of the attestation in force. Public.")
    async def attestation_form(self, info: Info) -> AttestationForm | None:
        return await load_form(info.context)
