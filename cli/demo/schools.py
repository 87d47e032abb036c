"""Name the invented écoles of the season's candidatures, as a coordonnateur's table would."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import LiteralString

from psycopg import sql

from application.schools.commands import SchoolsImport
from application.schools.school_file import MOST_SCHOOLS
from cli.composition import Conn, Runtime
from demo.places import primary_school, read_places
from demo.stage import NATIONAL
from domain.kernel.errors import DomainError
from projections.engine.generations import live_tables

_NAMED: LiteralString = "SELECT DISTINCT school_uai FROM {candidatures} WHERE degree = 'FIRST' ORDER BY 1 LIMIT %s"
#: The number of écoles that the season invents for a commune.
_OF_A_COMMUNE = 3


def name_schools(opened: Runtime, conn: Conn, now: datetime) -> int:
    """Import the names of the schools that are named by their UAI alone. Return how many."""
    query = sql.SQL(_NAMED).format(**live_tables(conn))
    uais = {row[0] for row in conn.execute(query, (MOST_SCHOOLS,)).fetchall()}
    rows = {}
    for communes in read_places().communes.values():
        for commune in communes:
            for number in range(_OF_A_COMMUNE):
                school = primary_school(commune, number)
                if school.uai in uais:
                    rows[school.uai] = f"{school.uai};{school.name};{school.commune_code};école"
    if rows:
        table = "\n".join(["UAI;nom;code commune;type", *rows.values()])
        # An earlier, interrupted run has imported all already.
        with suppress(DomainError):
            opened.application.execute(SchoolsImport(csv=table), NATIONAL, now)
    return len(rows)
