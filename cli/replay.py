"""`parentalite replay`: the history of one thing, for a person or a program."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import orjson
import typer
from rich.text import Text
from rich.tree import Tree

from application.eventstore.records import Recorded
from cli.composition import open_everything, settings_from_environment
from cli.console import counted, note, results
from cli.history import history_of
from cli.options import Verbose, logs_of_a_command
from cli.timeline import Entry, Privacy, Timeline


def replay(
    subject: Annotated[
        str,
        typer.Argument(
            metavar="ID|SIRET",
            help="The id of an animation, a structure, a convention or a candidature; a SIRET; or the word typology.",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line, in log order.")] = False,
    verbose: Verbose = False,
) -> None:
    """Print all that happened to one thing, in order: when, who, what, and the values that are new.

    Times are those of the territory's clocks. Terms are shown with the words of the day on which they were recorded,
    also when the typology has changed since. Personal data is never shown: [personal] stands in its place, or [erased]
    where nobody can read it any more.

    A structure's history is its own stream and every event stamped with the structure: its conventions and animations.
    """
    settings = settings_from_environment()
    logs_of_a_command(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        try:
            history = history_of(conn, subject)
        except ValueError:
            raise typer.BadParameter(
                f"{subject!r} is neither an id (a UUID) nor a SIRET (14 digits, the last a check digit)",
                param_hint="ID|SIRET",
            ) from None
        if as_json:
            privacy = Privacy(conn, history.records)
            for record in history.records:
                typer.echo(orjson.dumps(_as_json(record, privacy), option=orjson.OPT_UTC_Z))
        else:
            _show(history.stream, list(Timeline.open(conn, history.records).entries(history.records)))
            note(f"{counted(len(history.records), 'event')}, {history.found_by}")


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


def _as_json(record: Recorded, privacy: Privacy) -> dict[str, Any]:
    stamp = record.stamp
    return {
        "position": record.position,
        "type": record.event.topic,
        "recordedAt": stamp.recorded_at,
        "actor": stamp.actor,
        "role": stamp.role,
        "subject": record.originator_id,
        "subjectVersion": record.originator_version,
        "commandId": stamp.command_id,
        "cause": stamp.cause,
        "structureId": stamp.structure_id,
        "territory": stamp.territory,
        "data": privacy.as_json(record),
    }
