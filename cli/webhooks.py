"""`parentalite webhooks`: the subscriptions of other systems, their dead letters, and replays."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import orjson
import typer
from psycopg.rows import dict_row

from application.webhooks.commands import WebhookReplay
from application.webhooks.operating import DEAD, STANDING
from cli.composition import open_everything, settings_from_environment, utc_now
from cli.console import note, quantity, results
from cli.options import AsJson, Verbose, set_up_command_logs
from domain.kernel.actors import SYSTEM

family = typer.Typer(no_args_is_help=True, help="Webhooks: see who is sent events, what is dead, send again.")


@family.callback()
def _webhooks() -> None:
    """Webhooks: see who is sent events, what is dead, send again.

    Addresses are shown to their owners alone.
    """


@family.command("list")
def list_all(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show where each subscription stands: its position, failures and dead letters."""
    _show(STANDING, {}, as_json, verbose, "No subscription has been taken up yet.")


@family.command("dead")
def dead(
    webhook: Annotated[UUID | None, typer.Option(help="Of one subscription alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most, the latest first.")] = 100,
    as_json: AsJson = False,
    verbose: Verbose = False,
) -> None:
    """Show the messages that were given up."""
    _show(DEAD, {"webhook": webhook, "most": limit}, as_json, verbose, "There are no dead letters.")


@family.command("replay")
def replay(
    webhook: Annotated[UUID, typer.Argument(help="The subscription.")],
    position: Annotated[int, typer.Option("--from", min=1, help="The position of the first event to send again.")],
    verbose: Verbose = False,
) -> None:
    """Send events again from a position; messages keep their ids. A server sends them."""
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened:
        opened.application.execute(WebhookReplay(webhook_id=webhook, from_position=position), SYSTEM, utc_now())
    note(f"To be sent again from position {position}.")


def _show(query: str, params: dict[str, object], as_json: bool, verbose: bool, nothing: str) -> None:
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn, conn.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query.encode(), params).fetchall()
    if as_json:
        typer.echo(orjson.dumps(rows))
        return
    console = results()
    for row in rows:
        console.print("  ".join(f"{name} {value}" for name, value in row.items() if value is not None))
    console.print(quantity(len(rows), "row") if rows else nothing)
