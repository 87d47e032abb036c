"""`parentalite status`: how far everything has come, for a person or a program."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any

import orjson
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from application.proof.authenticity.guard import EventGuard
from application.proof.signer.troubles import AUTHENTICATORS, SIGNING, Trouble
from cli.composition import (
    check_master_key,
    check_signing,
    check_tables,
    event_guard,
    open_to_read,
    settings_from_environment,
    utc_now,
)
from cli.console import note, quantity, results
from cli.options import AsJson, Verbose, set_up_command_logs
from cli.read_models.log_state import NO_LOG, LogState, ReadModelState, log_state
from eventstore.leasing.leases import Holder
from eventstore.log_table import log_exists
from eventstore.vault import Vault


def status(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show how far the log and each read model have come, and which have stopped; and whether the log is signed.

    The lag is the number of events a read model has yet to read, and the age of the oldest of them. A read model that
    fails on an event stops before it until the cause is fixed: its position, the event and the reason are shown.
    Reads only.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_to_read(settings) as reading, reading.connection() as conn:
        if log_exists(conn):
            check_tables(conn)
            check_master_key(conn, Vault(settings.master_key))
            signing, state = check_signing(conn, settings), log_state(conn, utc_now())
        else:
            signing, state = "there is no log yet", NO_LOG
    if as_json:
        typer.echo(orjson.dumps(_as_json(state, signing)))
    else:
        _show(state, signing, _authenticated(event_guard(settings)))


def _authenticated(guard: EventGuard) -> Text:
    if lost := guard.lost_start():
        return Text(f"Authenticated: every event must be, since {lost}", style="red")
    start = guard.start()
    return Text(
        f"Authenticated: every event{f' after position {start.position:,}' if start and start.position else ''}"
    )


def _last_checkpoint(state: LogState) -> str:
    if state.checkpoint is None:
        return "Checkpoint: none signed yet"
    signed = f"position {state.checkpoint.position:,}, on {state.checkpoint.made_at:%Y-%m-%d %H:%M} UTC"
    return f"Checkpoint: {signed} ({state.checkpoint.reason})"


def _rights(state: LogState) -> str:
    if state.rights.owns:
        return f"by a trigger, which this role could lift, since it owns the log's table ({state.rights.owner})"
    if state.rights.rewriting:
        return f"by a trigger; this role has {', '.join(state.rights.rewriting)}, which it needs before PostgreSQL 17"
    return "by a trigger, and by the rights of this role"


def _last_check(state: LogState) -> str:
    if state.check is None or state.checked_at is None:
        return "Check: none yet (parentalite audit check --rules --read-models)"
    outcome = "nothing found"
    if state.check.findings:
        outcome = f"{quantity(state.check.findings, 'finding')}: {'; '.join(state.check.first_findings)}"
    return f"Check: up to position {state.check.position:,}, on {state.checked_at:%Y-%m-%d %H:%M} UTC: {outcome}"


def _projector(state: LogState) -> str:
    if state.projecting:
        return "running"
    if state.frozen_projector is not None:
        return (
            f"frozen: its process holds the lease in session {state.frozen_projector} of PostgreSQL and does nothing; "
            f"end it, or SELECT pg_terminate_backend({state.frozen_projector})"
        )
    return "none runs (parentalite serve, or parentalite project)"


def _works(holders: Sequence[Holder]) -> Table:
    """Show who does the works that one process does at a time, and when it was last heard of."""
    table = Table("Work", "Process", "Since (UTC)", "Last heard of (UTC)")
    for holder in holders:
        since, heard = (at.astimezone(UTC) for at in (holder.since, holder.heard_at))
        heard_at = f"{heard:%H:%M:%S}{', silent: another takes over' if holder.is_silent else ''}"
        style = "red" if holder.is_silent else None
        table.add_row(holder.work, holder.process, f"{since:%Y-%m-%d %H:%M:%S}", heard_at, style=style)
    return table


def _show(state: LogState, signing: str | None, authenticated: Text) -> None:
    console = results()
    console.print(f"Log: position {state.position:,}, {quantity(state.events, 'event')}")
    for missing in state.unprotected:
        console.print(f"Not protected: {missing}; the next start of a server whose role owns it makes it", style="red")
    if not state.unprotected:
        console.print(f"Append-only: {_rights(state)}")
    console.print(authenticated)
    console.print(f"Projector: {_projector(state)}")
    console.print(f"Signed as: {state.log_name or 'no name yet (parentalite audit name-log)'}")
    console.print(_last_checkpoint(state))
    console.print(_last_check(state), style="red" if state.check and state.check.findings else None)
    if signing is not None:
        console.print(f"Signing: stopped: {signing}", style="red")
    for trouble in state.troubles:
        if trouble.work not in (SIGNING, AUTHENTICATORS):
            again = f"tried {quantity(trouble.tries, 'time')} since {trouble.since:%Y-%m-%d %H:%M}, again at"
            console.print(
                f"{trouble.work.capitalize()}: {trouble.reason} ({again} {trouble.next_at:%H:%M:%S} UTC)", style="red"
            )
    if state.holders:
        console.print(_works(state.holders))
    _show_read_models(console, state)


def _show_read_models(console: Console, state: LogState) -> None:
    table = Table("Read model", title_justify="left")
    for name in ("Generation", "Position", "Lag (events)", "Lag (seconds)"):
        table.add_column(name, justify="right")
    table.add_column("State")
    for model in state.read_models:
        table.add_row(
            model.live.name,
            str(model.live.generation),
            f"{model.live.position:,}",
            f"{model.lag.events:,}",
            f"{model.lag.seconds:,.1f}",
            _in_words(model),
            style="red" if model.live.failed_position is not None else None,
        )
    console.print(table)
    for model in state.read_models:
        if model.live.failed_position is not None:
            console.print(
                f"{model.live.name} stands still before position {model.live.failed_position:,}"
                f" ({model.live.failed_event}): {model.live.failed_reason}"
            )
    to_rebuild = [m.live.name for m in state.read_models if m.in_this_code and not m.built_by_this_code]
    if to_rebuild:
        note(f"To bring them up to date: parentalite rebuild {' '.join(to_rebuild)}")


def _in_words(model: ReadModelState) -> str:
    if model.live.failed_position is not None:
        return "stands still"
    if not model.in_this_code:
        return "unknown to this code"
    if not model.built_by_this_code:
        return "built by other code"
    if not model.shows_todays_typology:
        return "shows an older typology"
    return "behind" if model.lag.events else "up to date"


def _as_json(state: LogState, signing: str | None) -> dict[str, Any]:
    return {
        "log": {"position": state.position, "events": state.events},
        "protection": {
            "missing": state.unprotected,
            "owner": state.rights.owner,
            "roleOwns": state.rights.owns,
            "roleMay": state.rights.rewriting,
        },
        "projecting": state.projecting,
        "frozenProjector": state.frozen_projector,
        "checkpoint": _checkpoint_as_json(state),
        "check": _check_as_json(state),
        "logName": state.log_name,
        "notSigned": signing,
        "troubles": list(map(_trouble_as_json, state.troubles)),
        "holders": list(map(_holder_as_json, state.holders)),
        "readModels": list(map(_model_as_json, state.read_models)),
    }


def _checkpoint_as_json(state: LogState) -> dict[str, Any] | None:
    if (checkpoint := state.checkpoint) is None:
        return None
    return {"size": checkpoint.size, "position": checkpoint.position, "reason": checkpoint.reason}


def _check_as_json(state: LogState) -> dict[str, Any] | None:
    if (check := state.check) is None:
        return None
    return {
        "position": check.position,
        "at": state.checked_at,
        "findings": check.findings,
        "firstFindings": check.first_findings,
    }


def _trouble_as_json(trouble: Trouble) -> dict[str, Any]:
    return {
        "work": trouble.work,
        "reason": trouble.reason,
        "since": trouble.since,
        "tries": trouble.tries,
        "nextAt": trouble.next_at,
    }


def _holder_as_json(holder: Holder) -> dict[str, Any]:
    return {
        "work": holder.work,
        "process": holder.process,
        "since": holder.since,
        "heardAt": holder.heard_at,
        "silent": holder.is_silent,
    }


def _model_as_json(model: ReadModelState) -> dict[str, Any]:
    live = model.live
    failure = {"position": live.failed_position, "event": live.failed_event, "reason": live.failed_reason}
    return {
        "name": live.name,
        "generation": live.generation,
        "position": live.position,
        "lagEvents": model.lag.events,
        "lagSeconds": round(model.lag.seconds, 3),
        "builtByThisCode": model.built_by_this_code,
        "showsTodaysTypology": model.shows_todays_typology,
        "failed": None if live.failed_position is None else failure,
    }
