"""A mistake of whoever types is one line; help is everywhere."""

from __future__ import annotations

import base64
import signal

import psycopg
import pytest

from application.candidatures import CandidatureSubmit
from application.hosting.settings import VARIABLES
from cli.console import Stopped, quantity
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC
from tests.cli.conftest import error_line
from tests.support.world import UAI

COMMANDS = ["demo", "serve", "project", "status", "replay", "token", "schema", "rebuild", "load", "privacy"]


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS), ["privacy", "erase"]], ids=" ".join)
def test_every_command_has_help(run, command):
    result = run(*command, "--help")
    assert result.exit_code == 0
    assert len(result.stdout.splitlines()) > 8


def test_what_is_no_command_is_a_wrong_usage(run):
    assert run("serv").exit_code == 2
    assert run("status", "--jsn").exit_code == 2


@pytest.mark.parametrize(
    "command",
    [["status"], ["serve", "--port", "0"], ["project"], ["rebuild"], ["replay", "21971101700018"]],
    ids=" ".join,
)
def test_a_database_out_of_reach_is_one_line_without_the_password(run, environment, monkeypatch, command):
    monkeypatch.setenv("DATABASE_URL", "postgresql://someone:hunter2@127.0.0.1:1/none")
    line = error_line(result := run(*command))
    assert "cannot be reached" in line
    assert "hunter2" not in result.output


def test_an_address_that_is_none_is_one_line(run, environment, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "mysql://localhost/x")
    assert "DATABASE_URL" in error_line(run("status"))


def test_a_wrong_setting_is_one_line(run, environment, monkeypatch):
    monkeypatch.setenv("PARENTALITE_WAIT_SECONDS", "soon")
    assert "PARENTALITE_WAIT_SECONDS" in error_line(run("status"))


def test_another_master_key_than_the_databases_is_told_before_anything_is_read(run, world, monkeypatch):
    command = CandidatureSubmit(
        territory="971",
        school_uai=UAI,
        degree=Degree.SECOND,
        first_name="Zélie",
        last_name="Essai",
        email="zelie@example.org",
        motivation="aider",
    )
    world.does(command, PUBLIC)
    monkeypatch.setenv("PARENTALITE_MASTER_KEY", base64.b64encode(b"x" * 32).decode())
    assert "PARENTALITE_MASTER_KEY" in error_line(run("status"))


def test_a_database_that_is_lost_on_the_way_is_one_line(run, environment, monkeypatch):
    def lost(settings):
        raise psycopg.errors.AdminShutdown("terminating connection due to administrator command\nSELECT …")

    monkeypatch.setattr("cli.read_models.status.open_to_read", lost)
    line = error_line(run("status"))
    assert line == "Error: PostgreSQL: terminating connection due to administrator command"


def test_a_signal_ends_a_command_with_the_code_of_the_shell(run, environment, monkeypatch):
    def stopped(settings):
        raise Stopped(signal.SIGTERM)

    monkeypatch.setattr("cli.read_models.status.open_to_read", stopped)
    result = run("status")
    assert (result.exit_code, result.stderr) == (143, "Stopped.\n")


def test_numbers_are_told_with_their_noun():
    assert quantity(1, "event") == "1 event"
    assert quantity(1_000, "event") == "1,000 events"


@pytest.mark.parametrize("command", [["serve", "--port", "0"], ["project"]], ids=" ".join)
def test_no_letters_leave_without_an_address_that_their_links_lead_to(run, environment, monkeypatch, command):
    monkeypatch.setenv("PARENTALITE_SMTP_URL", "smtp://127.0.0.1:2525")
    monkeypatch.setenv("PARENTALITE_MAIL_FROM", "ne-pas-repondre@example.org")
    assert "PARENTALITE_PUBLIC_URL: needed together with PARENTALITE_SMTP_URL" in error_line(run(*command))


def test_help_names_every_setting(run):
    output = run("--help").stdout
    assert [name for name in VARIABLES if name not in output] == []
