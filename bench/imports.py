"""Import a table of 1,000 animations: rehearsed, imported, and imported again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from application.animations.importing import AnimationsImport, Report, RowOutcome
from application.application import open_application
from application.conventions import ConventionSign
from application.founding import found_database
from bench.support.stage import Goal, about_the_machine, database, judge, server, show
from domain.kernel.actors import Actor, Role
from domain.kernel.errors import DomainError
from domain.kernel.identifiers import structure_id

ROWS, GOAL_SECONDS = 1_000, 10
SIRET = "21020001000010"
NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)
STRUCTURE = Actor(Role.STRUCTURE, "bench", structures=frozenset([structure_id(SIRET)]))
NATIONAL = Actor(Role.NATIONAL, "bench")
_HEADER = "Titre;Description;Date;Horaires;Type de lieu;Lieu;Commune;Public;Type;Thèmes;Places"
_ROW = (
    "Café {0};Échanger entre parents;{1:%d/%m/%Y};18h30-20h30;École;École {0};Laon;Parents;Café des parents;"
    "ENT - Pronote;12"
)


def main() -> None:
    rows = [_ROW.format(number, date(2026, 9, 10) + timedelta(days=number % 300)) for number in range(ROWS)]
    table = "\n".join([_HEADER, *rows])
    with server() as server_url, database(server_url, "bench_imports") as url:
        print(about_the_machine(server_url))
        with open_application(url, bytes(32)) as app:
            found_database(app, NOW)
            signed = ConventionSign(
                **{"siret": SIRET, "structure_name": "Banc", "territory": "02", "coordonnateur": "Coordination"},
                **{"signed_on": NOW.date(), "valid_from": NOW.date(), "valid_until": date(2027, 8, 31)},
            )
            app.execute(signed, NATIONAL, NOW)
            report = Report()
            command = AnimationsImport(structure_id=structure_id(SIRET), csv=table, report=report)

            def again() -> None:
                try:
                    app.execute(command, STRUCTURE, NOW)
                except DomainError:
                    assert all(row.outcome is RowOutcome.KNOWN for row in report.rows)

            figures = {
                "rehearsed": _seconds(lambda: app.rehearse(command, STRUCTURE, NOW)),
                "imported": _seconds(lambda: app.execute(command, STRUCTURE, NOW)),
                "imported again": _seconds(again),
            }
    show(
        f"{ROWS:,} rows, seconds",
        ("", "clock", "processor"),
        [(n, *(f"{s:.2f}" for s in f)) for n, f in figures.items()],
    )
    judge(
        [Goal(f"processor time, {name}", figure[1], GOAL_SECONDS, at_least=False) for name, figure in figures.items()]
    )


def _seconds(work: Callable[[], object]) -> tuple[float, float]:
    """Return the time on the clock, and the processor time of this process, the database's apart."""
    clock, processor = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - clock, time.process_time() - processor


if __name__ == "__main__":
    main()
