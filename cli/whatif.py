"""`parentalite whatif`: what every dossier would be paid under other terms, and nothing written."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Annotated
from uuid import UUID

import typer
from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from application.service_dossiers.what_if import PaidOtherwise, Report, Terms, codes, what_if
from cli.composition import Conn, open_everything, settings_from_environment
from cli.console import Refused, Steps, note, quantity, results
from cli.options import Verbose, set_up_command_logs
from domain.kernel.euros import Euros

_EUROS: TypeAdapter[Decimal] = TypeAdapter(Euros)
_COLUMNS = ("dossier", "structure", "territory", "status", "animations", "amount", "otherwise", "difference")


def whatif(
    rates: Annotated[
        list[str] | None,
        typer.Option(
            "--rate",
            help="Euros for one animation: 150.00 for all, 34=150.00 for a territory, ID=150.00 for a convention."
            " May be repeated; the narrowest holds.",
        ),
    ] = None,
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--typology",
            help="Euros for one animation of a type of today's typology, whatever its convention says:"
            " cafe-des-parents=80.00. May be repeated.",
        ),
    ] = None,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print CSV instead of a table.")] = False,
    verbose: Verbose = False,
) -> None:
    """Replay the log under other terms, and list every certified dossier that would be paid otherwise, to the cent.

    Nothing is written. Without other terms the log's own are counted again, and no dossier differs.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        terms = _terms(conn, rates or [], types or [])
        with Steps() as steps:
            report = what_if(conn, terms, steps)
    if as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerows([_COLUMNS, *map(_cells, report.differences)])
    elif report.differences:
        results().print(_table(report.differences))
    note(_summary(report))


def _terms(conn: Conn, rates: Sequence[str], types: Sequence[str]) -> Terms:
    of_all: Decimal | None = None
    of_convention: dict[UUID, Decimal] = {}
    of_territory: dict[str, Decimal] = {}
    for value in rates:
        scope, separator, amount = value.rpartition("=")
        rate = _euros("--rate", value, amount)
        if not separator:
            of_all = rate
        elif len(scope) == len(str(UUID(int=0))):
            of_convention[_convention(value, scope)] = rate
        else:
            of_territory[scope] = rate
    return Terms(_of_types(conn, types), of_convention, of_territory, of_all)


def _of_types(conn: Conn, types: Iterable[str]) -> dict[str, Decimal]:
    type_codes = list(codes(conn))
    rates: dict[str, Decimal] = {}
    for value in types:
        code, _, amount = value.rpartition("=")
        if code not in type_codes:
            raise Refused(f"--typology {value}: TYPE=EUROS is needed, with one of {', '.join(type_codes)}")
        rates[code] = _euros("--typology", value, amount)
    return rates


def _convention(value: str, scope: str) -> UUID:
    try:
        return UUID(scope)
    except ValueError:
        raise Refused(f"--rate {value}: a convention's id or a territory's code is needed before =") from None


def _euros(option: str, value: str, amount: str) -> Decimal:
    try:
        return _EUROS.validate_python(amount)
    except ValidationError:
        raise Refused(f"{option} {value}: euros are needed, such as 150.00") from None


def _cells(paid: PaidOtherwise) -> tuple[str, ...]:
    dossier = paid.dossier
    figures = (str(paid.animations), f"{paid.amount:.2f}", f"{paid.otherwise:.2f}", f"{paid.difference:+.2f}")
    return (str(dossier.id), str(dossier.structure_id), dossier.territory, dossier.status.value, *figures)


def _table(differences: Iterable[PaidOtherwise]) -> Table:
    table = Table()
    for place, name in enumerate(_COLUMNS):
        table.add_column(name.capitalize(), justify="right" if place > 3 else "left", overflow="fold")
    for paid in differences:
        table.add_row(*_cells(paid))
    return table


def _summary(report: Report) -> str:
    certified = f"{quantity(report.dossiers, 'certified dossier')} as of position {report.position:,}"
    if not report.differences:
        return f"No difference: {certified}, {report.amount:.2f} euros."
    sums = f"{report.amount:.2f} euros, {report.otherwise:.2f} otherwise ({report.otherwise - report.amount:+.2f})"
    return f"{quantity(len(report.differences), 'dossier')} of {certified} would be paid otherwise: {sums}."
