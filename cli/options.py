"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

from application.hosting.settings import Settings
from cli.logs import set_up_logs

Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Log what happens, as JSON lines on standard error.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask before starting.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of a table for people.")]
Port = Annotated[
    int, typer.Option("--port", "-p", min=0, max=65_535, help="Port to listen on; 0 lets the system choose one.")
]
Host = Annotated[
    str, typer.Option("--host", help="Address to listen on; 0.0.0.0 lets other machines in.", show_default=True)
]


def set_up_command_logs(verbose: bool) -> None:
    """Set up logs for a command that somebody watches: quiet unless asked."""
    set_up_logs("INFO" if verbose else "WARNING")


def set_up_server_logs(settings: Settings, verbose: bool) -> None:
    """Set up logs for a server: at `PARENTALITE_LOG_LEVEL`, or everything if asked."""
    set_up_logs("DEBUG" if verbose else settings.log_level)
