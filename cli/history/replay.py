"""`parentalite replay`: the history of one thing, for a person or a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.text import Text
from rich.tree import Tree

from application.papers.words import ROLES
from application.people.officials import name_lookup
from cli.composition import open_everything, settings_from_environment
from cli.console import Refused, note, quantity, results
from cli.history.past import moment_of, state_of, titled_values
from cli.history.reading import blanked_in, history_of
from cli.history.timeline import Entry, Privacy, Timeline
from cli.options import Verbose, set_up_command_logs
from domain.kernel.actors import IN_OFFICE
from eventstore.records import Recorded
from projections.engine.past import Moment
from projections.engine.projection import Row


def replay(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ID|SIRET",
            help="Id of an animation, structure, convention, dossier, control or candidature; a SIRET; or typology.",
        ),
    ],
    at: Annotated[
        str | None,
        typer.Option(
            metavar="DATE|POSITION",
            help="Show only what was recorded by then, and the state it led to. A position of the log, a day (until "
            "its end in Paris) or an instant with its offset.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, in log order.")] = False,
    verbose: Verbose = False,
) -> None:
    """Print everything that happened to one thing, in order: when, who, what, and the new values.

    Times are local to the territory. Terms are shown in the words of the day of the event, even if the typology has
    changed since. Personal data is never shown: [personal] stands in its place, or [erased] if nobody can read it any
    more. Who acted in office is named, also those who acted by a mandate.

    With --at, the state at that moment follows the events, or with --json a last object under "state". Only events
    recorded by then count; terms are shown with the typology of that moment.

    A structure's history includes every event stamped with the structure: its conventions and animations.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        try:
            history = history_of(conn, subject)
        except ValueError:
            raise typer.BadParameter(
                f"{subject!r} is neither an id (a UUID) nor a SIRET (14 digits, the last a check digit)",
                param_hint="ID|SIRET",
            ) from None
        moment = Moment() if at is None else moment_of(conn, at)
        blanked = blanked_in(conn, history)
        records = moment.until([blanked.masked(record) for record in history.records])
        if not any(record.originator_id == history.stream for record in records):
            raise Refused(f"nothing was recorded of {subject} until {at}")
        states = [] if at is None else state_of(conn, history.stream, moment, records)
        name_of = name_lookup(conn, opened.application.vault)
        if as_json:
            privacy = Privacy(conn, records)
            _print_lines([_as_json(record, privacy, name_of) for record in records], at, states)
        else:
            timeline = Timeline.open(conn, records, name_of)
            _show(history.stream, list(timeline.entries(records)))
            for state in states:
                _show_state(timeline, records[-1].position, state)
            note(f"{quantity(len(records), 'event')}, {history.found_by}")


def _print_lines(entries: list[dict[str, Any]], at: str | None, states: list[Row]) -> None:
    """Print a JSON object a line: the entries and, for a moment, the state at it."""
    for line in entries if at is None else [*entries, {"at": at, "state": states}]:
        typer.echo(orjson.dumps(line, default=str, option=orjson.OPT_UTC_Z))


def _show_state(timeline: Timeline, position: int, state: Row) -> None:
    tree = Tree(Text("État connu à ce moment", style="bold"), guide_style="dim")
    for name, french, value in titled_values(state):
        tree.add(
            Text.assemble((f"{french} : ", "dim"), timeline.display(name, value, position, state.get("territory")))
        )
    results().print(tree)


def _show(stream: UUID, entries: list[Entry]) -> None:
    several = len({entry.stream for entry in entries}) > 1
    *_, latest = (entry.about for entry in entries if entry.stream == stream)
    tree = Tree(Text(latest, style="bold"), guide_style="dim")
    for entry in entries:
        heading = Text.assemble(
            (f"{entry.position:>7,}  {entry.when}  ", "cyan"), (entry.what, "bold"), f"  {entry.who}"
        )
        branch = tree.add(heading)
        if several:
            branch.add(Text(entry.about, style="magenta"))
        for name, value in entry.details:
            branch.add(Text.assemble((f"{name} : ", "dim"), value))
    results().print(tree)


def _as_json(record: Recorded, privacy: Privacy, name_of: Callable[[str, str], str]) -> dict[str, Any]:
    stamp = record.stamp
    return {
        "position": record.position,
        "type": record.event.topic,
        "recordedAt": stamp.recorded_at,
        "actor": stamp.actor,
        "role": stamp.role,
        "actorName": name_of(stamp.actor, stamp.role) if stamp.role in IN_OFFICE else None,
        "actorFunction": ROLES[stamp.role],
        "subject": record.originator_id,
        "subjectVersion": record.originator_version,
        "commandId": stamp.command_id,
        "cause": stamp.cause,
        "structureId": stamp.structure_id,
        "territory": stamp.territory,
        "data": privacy.as_json(record),
    }
