"""`parentalite rebuild`: build new generations of read models while the site stays open."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.composition import Conn, Runtime, open_everything, settings_from_environment
from cli.console import Steps, Stopped, confirm, note, quantity
from cli.options import Verbose, Yes, set_up_command_logs
from cli.read_models.log_state import count_after
from cli.read_models.readiness import known_read_models
from eventstore.log import head
from projections.engine.generations import SCHEMA, State, generations, table_name
from projections.engine.rebuild import back as go_back
from projections.engine.rebuild import rebuild as build_anew
from projections.engine.switching import RebuildRefused
from projections.engine.terms.touched import filled_anew
from projections.typology.preview import preview as touched_by_the_typology

_SIZE = "SELECT coalesce(sum(pg_total_relation_size(to_regclass(name))), 0) FROM unnest(%s::text[]) AS name"


def rebuild(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="NAME", help="Read models to rebuild; all by default."),
    ] = None,
    back: Annotated[
        bool, typer.Option("--back", help="Return to the generation before the last rebuild instead.")
    ] = False,
    preview: Annotated[
        bool,
        typer.Option("--preview", help="Only tell of changes of the typology that do not show yet."),
    ] = False,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Rebuild read models from the log, without closing the site.

    A new generation of tables is filled beside the live one, catches up with what is recorded meanwhile, and then
    readers switch to it in one step. The old generation stays until the next rebuild, for --back. Interrupting it at
    any moment leaves the site on the old one.

    Needed after an update that changed a read model. A change of the typology needs none: it shows by itself, and
    --preview says what it affects and whether at once or by a new generation. `parentalite status` lists the names.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    if back and preview:
        raise typer.BadParameter("--back and --preview exclude each other")
    chosen = _check_names(names or [])
    with open_everything(settings) as opened:
        if preview:
            for line in _preview_lines(opened):
                typer.echo(line)
        elif back:
            _return(opened, chosen, yes)
        else:
            _rebuild(opened, chosen, yes)


def _preview_lines(opened: Runtime) -> list[str]:
    """Describe how the typology's changes that do not show yet affect animations, and how they will show."""
    with opened.connection() as conn:
        changes, anew = touched_by_the_typology(conn), filled_anew(conn)
    lines = [
        f"{change.kind.value} {change.code} → {change.into}: "
        f"{quantity(change.animations, 'animation')} will be shown and counted so"
        for change in changes
    ]
    if not lines and not anew:
        return ["Every change of the typology that touches an animation shows."]
    if anew:
        return [*lines, f"The server's projector fills {', '.join(anew)} anew for that, by itself."]
    return [*lines, "The server's projector shows that at once, by itself."]


def rebuild_with_progress(opened: Runtime, names: list[str]) -> int:
    """Rebuild the named read models (default: all), with a bar for each step. Return the number of events read."""
    with Steps() as steps:
        return build_anew(opened.url, opened.settings.master_key, names, steps)


def _check_names(names: list[str]) -> list[str]:
    read_models = known_read_models()
    if unknown := [name for name in names if name not in read_models]:
        raise RebuildRefused(f"unknown read model {', '.join(unknown)}: choose from {', '.join(read_models)}")
    return list(dict.fromkeys(names))


def _rebuild(opened: Runtime, names: list[str], yes: bool) -> None:
    for line in _preview_lines(opened):
        note(line)
    with opened.connection() as conn:
        events, size = count_after(conn, 0), _size_in_use(conn, names)
    note(f"Will rebuild {', '.join(names) or 'all read models'} from a log of {quantity(events, 'event')}.")
    note(f"Needs about {size / 1e6:,.0f} MB of disk beside the generation in use, which stays until the next rebuild.")
    confirm("Rebuild?", yes)
    try:
        rebuild_with_progress(opened, names)
    except Stopped:
        note("Stopped: the site stays on the old generation, and nothing is lost. To start again: parentalite rebuild")
        raise
    with opened.connection() as conn:
        position = head(conn)
    note(f"Done: readers see the new generation, at position {position:,}. The way back: parentalite rebuild --back")


def _return(opened: Runtime, names: list[str], yes: bool) -> None:
    with opened.connection() as conn:
        previous = [g.name for g in generations(conn, State.PREVIOUS) if not names or g.name in names]
    if not previous:
        raise RebuildRefused("there is no previous generation to go back to")
    note(f"Will return to the previous generation of {', '.join(previous)}, brought up to date first.")
    confirm("Return?", yes)
    with Steps() as steps:
        returned = go_back(opened.url, opened.settings.master_key, previous, steps)
    note(f"Done: readers see the previous generation of {', '.join(returned)}. Again --back undoes it.")


def _size_in_use(conn: Conn, names: list[str]) -> int:
    read_models = known_read_models()
    tables = [
        f"{SCHEMA}.{table_name(relation, live.generation)}"
        for live in generations(conn, State.LIVE)
        if live.name in read_models and (not names or live.name in names)
        for relation in read_models[live.name].relations
    ]
    row = conn.execute(_SIZE, (tables,)).fetchone()
    assert row is not None
    return int(row[0])
