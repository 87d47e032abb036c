"""The roles of the demonstration: for each, somebody of the season who has something to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from psycopg import sql

from cli.composition import Conn
from domain.kernel.actors import Role
from projections.engine.generations import live_tables

# A structure with animations to publish, to attest and to come, preferably where candidatures are collected, and where
# the coordonnateur has many structures.
_STRUCTURE: LiteralString = """
SELECT s.siret, s.name, a.territory
FROM {animations} AS a JOIN {structures} AS s USING (structure_id) JOIN {territories} AS t ON t.code = a.territory
GROUP BY s.siret, s.name, a.territory, t.runs_candidatures
ORDER BY (count(*) FILTER (WHERE a.status = 'PUBLISHED' AND NOT a.attested AND a.ends_at < %(now)s) > 0)::int
       + (count(*) FILTER (WHERE a.status = 'SUBMITTED') > 0)::int
       + (count(*) FILTER (WHERE a.attested) > 0)::int
       + t.runs_candidatures::int
       + ((SELECT count(DISTINCT structure_id) FROM {animations} AS o WHERE o.territory = a.territory) >= 40)::int DESC,
       count(*) DESC, s.siret
LIMIT 1"""
_SCHOOL: LiteralString = """
SELECT school_uai, territory FROM {candidatures}
WHERE degree = %(degree)s AND erased_at IS NULL
ORDER BY status = %(status)s DESC, submitted_at DESC LIMIT 1"""


@dataclass(frozen=True, slots=True)
class Part:
    """A role of the demonstration: what its token speaks for, and what to try with it."""

    role: Role
    subject: str
    can: str
    sirets: Sequence[str] = ()
    territories: Sequence[str] = ()
    schools: Sequence[str] = ()


def cast_roles(conn: Conn, now: datetime) -> list[Part]:
    """Return a part for every role that a token can have, chosen from the read models."""
    siret, name, territory = _first(conn, _STRUCTURE, now=now)
    director, school_territory = _first(conn, _SCHOOL, degree="FIRST", status="SUBMITTED")
    inspector, _ = _first(conn, _SCHOOL, degree="FIRST", status="OPINION_GIVEN")
    head, _ = _first(conn, _SCHOOL, degree="SECOND", status="SUBMITTED")
    areas = list(dict.fromkeys(code for code in (territory, school_territory) if code))
    structures, schools = [siret] if siret else [], [school for school in (inspector, director) if school]
    return [
        Part(Role.NATIONAL, "equipe-nationale", "publishes, refuses, steers the typology, sees the whole country"),
        Part(
            Role.STRUCTURE,
            f"compte-{siret}",
            f"{name} (SIRET {siret}): declares, modifies, clones, attests",
            sirets=structures,
        ),
        Part(
            Role.COORDONNATEUR,
            f"coordonnateur-{territory}",
            f"territory {', '.join(areas)}: signs conventions, sees dashboard and candidatures",
            territories=areas,
        ),
        Part(Role.DIRECTOR, f"direction-{director}", f"school {director}: gives an opinion", schools=schools[-1:]),
        Part(
            Role.INSPECTOR,
            f"inspection-{inspector}",
            f"schools {', '.join(dict.fromkeys(schools))}: validates or rejects candidatures",
            schools=list(dict.fromkeys(schools)),
        ),
        Part(Role.HEAD, f"chef-{head}", f"lycée {head}: validates or rejects", schools=[head] if head else []),
        Part(
            Role.TEACHER,
            f"enseignant-{director}",
            f"school {director}: registers parents, sees those registered",
            schools=schools[-1:],
        ),
        Part(Role.AUDITOR, "auditeur", "reads all that justifies a payment, controls samples of it"),
        Part(Role.PARENT, "parent-demonstration", "submits a candidature, follows and withdraws it"),
        Part(Role.MEDIATEUR, "mediateur-demonstration", f"médiateur of {name}", sirets=structures),
    ]


def _first(conn: Conn, query: LiteralString, **params: Any) -> Sequence[Any]:
    """Return the first row, or Nones if the season is too small to have one."""
    tables = live_tables(conn)
    with conn.cursor() as cursor:
        row = cursor.execute(sql.SQL(query).format(**tables), params).fetchone()
    return row or (None, None, None)[: 3 if query is _STRUCTURE else 2]
