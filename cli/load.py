"""`parentalite load`: load a season of any size, to try things out and to measure."""

from __future__ import annotations

from datetime import datetime
from time import monotonic
from typing import Annotated

import typer
from psycopg.conninfo import conninfo_to_dict

from application.notifications.tables import leave_history_alone
from cli.composition import Runtime, open_everything, settings_from_environment, utc_now
from cli.console import Steps, Stopped, confirm, note, quantity
from cli.options import Verbose, Yes, set_up_command_logs
from cli.read_models.rebuild import rebuild_with_progress
from demo import LoadSummary, load_season
from demo.loader import MAX_ANIMATIONS


def load(
    animations: Annotated[
        int, typer.Option("--animations", "-n", min=1, max=MAX_ANIMATIONS, help="Number of animations to declare.")
    ],
    seed: Annotated[int, typer.Option("--seed", help="The same seed on the same day gives the same season.")] = 1,
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Load a realistic season: structures, conventions, animations in every state, candidatures.

    Real communes and schools, invented people, and about five events for each animation, all decided by the domain's
    own rules. Dates lead up to today. For trials and measurements only, not for a database in real use.

    The events are recorded in bulk, then the read models are rebuilt, which is much faster than following them live.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened:
        note(f"Will load {quantity(animations, 'animation')} (seed {seed}) into {_describe(opened)}.")
        confirm("Load?", yes)
        try:
            load_and_rebuild(opened, animations, seed, utc_now())
        except Stopped:
            note("Stopped: what was loaded so far stays. Read models take it up by: parentalite rebuild")
            raise


def load_and_rebuild(opened: Runtime, animations: int, seed: int, now: datetime) -> LoadSummary:
    """Load a season that leads up to `now`, and fill the read models, both with progress."""
    began = monotonic()
    with Steps("animations") as steps:
        summary = load_season(
            opened.application, animations, seed, now, lambda done: steps("loading", done, animations)
        )
    with opened.connection() as conn:
        leave_history_alone(conn)
    seconds = monotonic() - began
    note(
        f"Loaded {quantity(summary.events, 'event')} in {seconds:.1f} s ({summary.events / seconds:,.0f} events/s): "
        f"{quantity(summary.animations, 'animation')}, {quantity(summary.structures, 'structure')}, "
        f"{quantity(summary.conventions, 'convention')}, {quantity(summary.candidatures, 'candidature')}."
    )
    began = monotonic()
    events = rebuild_with_progress(opened, [])
    seconds = monotonic() - began
    note(f"Rebuilt all read models in {seconds:.1f} s ({events / seconds:,.0f} events/s).")
    return summary


def _describe(opened: Runtime) -> str:
    """Describe the database without its password."""
    if opened.database.embedded:
        return f"the embedded database under {opened.settings.home}"
    parameters = conninfo_to_dict(opened.url)
    return f"the database {parameters.get('dbname', '')} on {parameters.get('host', 'this machine')}"
