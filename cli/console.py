"""Output of the commands: results on standard output, everything else on standard error."""

from __future__ import annotations

import sys
from time import monotonic
from types import TracebackType

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

#: Width of tables written to a file or a pipe.
_FILE_WIDTH = 200


class Refused(Exception):
    """Raised when a command cannot do what was asked, with one line for the user. Ends with exit code 1."""


class Stopped(BaseException):
    """Raised on Ctrl-C and other signals that end the process. Not an Exception, so that nothing swallows it."""

    def __init__(self, signal_number: int) -> None:
        super().__init__(signal_number)
        self.exit_code = 128 + signal_number


def results() -> Console:
    """Return the console on standard output."""
    return _console(stderr=False)


def notes() -> Console:
    """Return the console on standard error."""
    return _console(stderr=True)


def _console(stderr: bool) -> Console:
    console = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    return (
        console
        if console.is_terminal
        else Console(stderr=stderr, highlight=False, markup=False, emoji=False, width=_FILE_WIDTH)
    )


def note(text: str = "") -> None:
    """Print a line on standard error, never folded, so that addresses and commands can be copied."""
    typer.echo(text, err=True)


def warn(text: str) -> None:
    typer.secho(f"Warning: {text}", err=True, fg=typer.colors.YELLOW)


def complain(text: str) -> None:
    """Print an error on one line."""
    typer.secho(f"Error: {' '.join(text.split())}", err=True, fg=typer.colors.RED)


def confirm(question: str, yes: bool) -> None:
    """Ask, if somebody can answer and `--yes` was not given. End the command if the answer is no."""
    if yes or not somebody_is_there():
        return
    if not typer.confirm(question, err=True):
        note("Nothing was done.")
        raise typer.Exit(1)


def somebody_is_there() -> bool:
    """Return whether a person can read a question and answer it."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def quantity(number: int, noun: str, plural: str | None = None) -> str:
    """Format as `1 event`, `1,000 events`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f} {task.fields['unit']}/s", style="cyan")


class _Count(ProgressColumn):
    def render(self, task: Task) -> Text:
        total = "" if task.total is None else f" of {task.total:,.0f}"
        return Text(f"{task.completed:,.0f}{total}", style="green")


class Steps:
    """Shows long work in named steps with progress bars, or a line for each step if nobody watches.

    A context manager, called with (step, done, total) like the progress callback of `projections.engine.rebuild`.
    """

    def __init__(self, unit: str = "events") -> None:
        self._console = notes()
        self._unit = unit
        self._bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<12}"),
            BarColumn(),
            _Count(),
            _Rate(),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
        )
        self._steps: dict[str, TaskID] = {}
        self._timings: dict[str, tuple[float, float, int]] = {}
        self._latest = monotonic()

    def __enter__(self) -> Steps:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bars.stop()
        if kind is None and self._bars.disable:
            for step, (since, until, done) in self._timings.items():
                note(f"{step}: {done:,} in {until - since:.1f} s")

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._bars.disable:
            since, *_ = self._timings.get(step, (self._latest,))
            self._latest = monotonic()
            self._timings[step] = (since, self._latest, done)
            return
        if step not in self._steps:
            self._finish_all()
            unit = "indexes" if step == "indexing" else self._unit
            self._steps[step] = self._bars.add_task(step, total=total, unit=unit)
        self._bars.update(self._steps[step], completed=done, total=max(done, total))

    def _finish_all(self) -> None:
        # A step may end a little short of its announced total.
        for task in self._bars.tasks:
            self._bars.update(task.id, total=task.completed)
