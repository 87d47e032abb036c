"""`parentalite privacy`: what a person may ask of us about their own data."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.catching_up import bring_up_to_date
from cli.composition import Opened, open_everything, settings_from_environment, utc_now
from cli.console import Refused, confirm, counted, note
from cli.options import Verbose, Yes, logs_of_a_command
from domain.actors import SYSTEM

family = typer.Typer(no_args_is_help=True, help="Personal data: erase what is held on a person.")


@family.callback()
def _privacy() -> None:
    """Personal data: erase what is held on a person."""


@family.command("erase")
def erase(
    subject: Annotated[
        str,
        typer.Argument(
            help="The person: a candidature's id, the pseudonym that history keeps, or the subject of their token."
        ),
    ],
    yes: Yes = False,
    verbose: Verbose = False,
) -> None:
    """Erase, for ever, all that is held on a person: names, e-mail, phone, what they wrote.

    Their keys are destroyed first, then each of their candidatures records that they were, then the read models forget
    them. The log stays as it is, and keeps its proofs: what it holds of them can no longer be read by anybody.

    May be repeated after an interruption: whatever is still missing is done.
    """
    settings = settings_from_environment()
    logs_of_a_command(verbose)
    with open_everything(settings) as opened:
        confirm(f"Erase all personal data of {subject}? This cannot be undone.", yes)
        streams = opened.application.erase_person(subject, SYSTEM, utc_now())
        if not streams:
            raise Refused(f"nothing is known of {subject}: nothing was erased")
        note(f"Keys destroyed: the personal data of {counted(len(streams), 'candidature')} can no longer be read.")
        for stream in streams:
            typer.echo(stream)
        _forget_in_read_models(opened)
        note("The read models have forgotten them too.")


def _forget_in_read_models(opened: Opened) -> None:
    if behind := bring_up_to_date(opened):
        raise Refused(
            f"the keys are destroyed, but these read models may still show the person: {', '.join(behind)}. "
            "See why with: parentalite status"
        )
