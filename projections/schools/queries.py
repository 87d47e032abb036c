"""Pages of schools: those that are described, the shipped lycées, and those that are only named by others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import orjson

from domain.kernel.schools import Degree, named_lycees
from projections.engine.paging import Filter, Listing, Order, Source
from projections.engine.words import holding_words
from projections.schools.read_model import keys
from projections.strategies.queries import NAMED as NAMED_BY_STRATEGIES
from projections.strategies.queries import TARGETS

#: The degree of schools that each role answers for: directors and inspectors for écoles, heads for collèges and lycées.
_DEGREES = {"director": Degree.FIRST.value, "inspector": Degree.FIRST.value, "head": Degree.SECOND.value}
_DEGREE = "CASE role {} END".format(" ".join(f"WHEN '{role}' THEN '{degree}'" for role, degree in _DEGREES.items()))

#: Each school once. Those without a name come last, by their UAI.
_ALL = f"""(
    SELECT uai, name, commune_code, degree, name_key, search FROM {{schools}}
    UNION ALL
    SELECT l.* FROM jsonb_to_recordset(%(lycees)s::jsonb) AS l(
        uai text, name text, commune_code text, degree text, name_key text, search text)
    WHERE NOT EXISTS (SELECT FROM {{schools}} described WHERE described.uai = l.uai)
    UNION ALL
    SELECT uai, NULL, NULL, CASE WHEN count(DISTINCT degree) = 1 THEN max(degree) END, '~', '' FROM (
        SELECT uai, NULL AS degree FROM {{school_candidatures}} WHERE candidatures > 0
        UNION ALL
        SELECT uai, NULL FROM {{school_animations}} WHERE animations > 0
        UNION ALL
        SELECT uai, {_DEGREE} FROM {{school_staff}} WHERE people > 0
        UNION ALL
        SELECT uai, NULL FROM ({NAMED_BY_STRATEGIES}) targets
    ) named
    WHERE NOT EXISTS (SELECT FROM {{schools}} described WHERE described.uai = named.uai)
        AND NOT jsonb_path_exists(%(lycees)s::jsonb, '$[*] ? (@.uai == $uai)', jsonb_build_object('uai', uai))
    GROUP BY uai
)"""
SOURCE = Source(table=_ALL, alias="s")
ORDERS = (Order("name", 's.name_key COLLATE "C"', "text"), Order("uai", "s.uai", "text"))
LISTING = Listing(SOURCE, ORDERS)
DESCRIBED = "SELECT uai, name, commune_code, degree FROM {schools} WHERE uai = ANY(%(uais)s)"
DESCRIBED_IN = "SELECT uai, name, commune_code FROM {schools} WHERE left(uai, 3) = ANY(%(beginnings)s)"
#: The degrees of schools that are not described, by the people bound to them; and whether a school is named at all.
STAFFED = f"SELECT DISTINCT uai, {_DEGREE} AS degree FROM {{school_staff}} WHERE uai = ANY(%(uais)s) AND people > 0"
NAMED = f"""
SELECT EXISTS (SELECT FROM {{school_candidatures}} WHERE uai = %(uai)s AND candidatures > 0)
    OR EXISTS (SELECT FROM {{school_animations}} WHERE uai = %(uai)s AND animations > 0)
    OR EXISTS (SELECT FROM {{school_staff}} WHERE uai = %(uai)s AND people > 0)
    OR EXISTS (SELECT FROM ({NAMED_BY_STRATEGIES}) targets WHERE uai = %(uai)s) AS named"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The filters of schools; None or empty: no filter. `beginnings`: the first three digits of UAIs."""

    beginnings: Collection[str] | None = None
    communes: Collection[str] | None = None
    degree: str | None = None
    text: str | None = None
    targeted: bool | None = None


def narrowed(conditions: Conditions) -> Filter:
    filtered = Filter(params={"lycees": _lycees()})
    if conditions.beginnings is not None:
        filtered = filtered.among("left(s.uai, 3)", "beginnings", conditions.beginnings)
    if conditions.communes is not None:
        filtered = filtered.among("s.commune_code", "communes", conditions.communes)
    if conditions.degree is not None:
        filtered = filtered.where("s.degree = %(degree)s", degree=conditions.degree)
    if conditions.targeted is not None:
        operator = "IN" if conditions.targeted else "NOT IN"
        filtered = filtered.where(f"s.uai {operator} (SELECT uai FROM ({TARGETS}) targets)")
    if conditions.text is not None and conditions.text.strip():
        # Names are short and schools some thousands: no index is needed to look inside them.
        holds, params = holding_words("s.search", conditions.text)
        filtered = filtered.where(
            f"{holds} OR s.uai = upper(%(text)s)", text="".join(conditions.text.split()), **params
        )
    return filtered


@cache
def _lycees() -> str:
    listed: list[dict[str, Any]] = [
        {
            "uai": lycee.uai,
            "name": lycee.name,
            "commune_code": lycee.commune_code,
            "degree": Degree.SECOND.value,
            **keys(lycee.name, lycee.commune_code),
        }
        for lycee in named_lycees().values()
    ]
    return orjson.dumps(listed).decode()
