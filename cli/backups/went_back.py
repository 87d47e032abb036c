"""`parentalite went-back`: go on after the log went back, once nobody has what is gone."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from application.proof.restorations import LONGEST_REASON, go_on, skip_positions
from application.proof.signer_memory import SignerMemory
from cli.composition import Conn, check_signing, open_everything, settings_from_environment, utc_now
from cli.console import Refused, note
from cli.options import Verbose, set_up_command_logs
from eventstore.log import head
from eventstore.sessions.log_memory import SEEN_FILE, LogMemory, LogWentBack, last_seen
from projections.engine.generations import State, generations
from projections.engine.rebuild import rebuild


def went_back(
    why: Annotated[str, typer.Option("--why", help="What happened: auditors read it in the log.")],
    until: Annotated[
        int | None,
        typer.Option(
            "--until",
            min=1,
            help="The highest position that a process has seen: /health of each names it.",
        ),
    ] = None,
    verbose: Verbose = False,
) -> None:
    """Go on after a restore or a fail-over that lost events, which servers name and refuse to pass over.

    Put back what is missing first, if anybody has it. Otherwise this skips every position that may have been given to
    an event that is gone, records what was lost and why (`log.restored`), and fills read models anew that were ahead of
    the log. Servers that wait go on by themselves. May be run again where it failed.

    Refuses where nothing shows that the log went back; `--until` says that another process has seen more.
    """
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    if not 0 < len(why.strip()) <= LONGEST_REASON:
        raise Refused(f"--why: a text of at most {LONGEST_REASON} characters is needed")
    with open_everything(settings) as opened, opened.connection() as conn:
        objection = check_signing(conn, settings)
        ahead = [live.name for live in generations(conn, State.LIVE) if live.position > head(conn)]
        if not (until or ahead or objection or _lacks_what_was_seen(conn, settings.home / SEEN_FILE)):
            raise Refused("nothing shows here that the log went back: --until says what another process has seen")
        record = SignerMemory(settings.memory).read()
        lost_head = max(until or 0, last_seen(settings.home), record.position if record else 0)
        skip_positions(conn, lost_head)
        # Before the loss is recorded: an event beyond them would hide that they were ahead, if this fails.
        if ahead:
            rebuild(opened.url, settings.master_key, ahead)
        conn.execute("UPDATE reaction_position SET position = %s WHERE position > %s", (head(conn), head(conn)))
        last_kept, last_skipped = go_on(conn, opened.application.execute, lost_head, why.strip(), utc_now())
    note(f"The log goes on after position {last_kept:,}; the next event stands after {last_skipped:,}.")
    if ahead:
        note(f"Filled anew: {', '.join(ahead)}.")
    if objection:
        note(f"Nothing is signed: {objection}")
        note('  parentalite audit name-log NAME --after-restore "WHY"   lets the log be signed under a new name')
    note("Letters may have left since: parentalite after-restore holds them, and compares files and history.")


def _lacks_what_was_seen(conn: Conn, file: Path) -> bool:
    try:
        LogMemory().keep_in(file, conn)
    except LogWentBack:
        return True
    return False
