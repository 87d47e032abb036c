"""`parentalite sms`: text messages that do not leave, and the end of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import orjson
import typer

from application.texting import outbox
from application.texting.tables import switch_texts, texts_after
from cli.composition import open_everything, settings_from_environment
from cli.console import confirm, note, quantity, results
from cli.options import AsJson, Verbose, Yes, set_up_command_logs

family = typer.Typer(no_args_is_help=True, help="Text messages: see what waits, retry, switch off.")


@family.callback()
def _sms() -> None:
    """Text messages: see what waits, retry, switch off.

    They are written once a server runs with PARENTALITE_SMS_URL. One that the gateway does not accept is tried again
    for a day, then given up: whoever has no e-mail address is shown to the structure, to be telephoned.
    """


@family.command("status")
def status(as_json: AsJson = False, verbose: Verbose = False) -> None:
    """Show how many wait, left, and were given up, and why. Numbers are not shown: the outbox does not know them."""
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        after, counts = texts_after(conn), outbox.counts(conn)
    if as_json:
        typer.echo(orjson.dumps({"on": after is not None, **asdict(counts)}))
        return
    console = results()
    console.print("Text messages: off (PARENTALITE_SMS_URL)" if after is None else "Text messages: on")
    console.print(
        f"{counts.waiting:,} waiting{f' ({counts.reason})' if counts.reason else ''}, {counts.sent:,} sent,"
        f" {counts.given_up:,} given up, {counts.unreached:,} of them without reaching anybody"
    )


@family.command("retry")
def retry(
    given_up: Annotated[bool, typer.Option("--given-up", help="Also those given up that reached nobody.")] = False,
    verbose: Verbose = False,
) -> None:
    """Retry what the gateway did not accept, now and with fresh attempts."""
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        count = outbox.retry_all(conn, given_up)
    note(f"To be tried now: {quantity(count, 'text message')}.")


@family.command("off")
def off(yes: Yes = False, verbose: Verbose = False) -> None:
    """Write no more text messages; who has no e-mail address is telephoned again. Unset PARENTALITE_SMS_URL first."""
    settings = settings_from_environment()
    set_up_command_logs(verbose)
    with open_everything(settings) as opened, opened.connection() as conn:
        confirm("Write no more text messages?", yes)
        switch_texts(conn, on=False)
    note("Text messages are off. A server that runs with PARENTALITE_SMS_URL switches them on again.")
