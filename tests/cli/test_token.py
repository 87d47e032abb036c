"""`parentalite token`: it needs no database."""

from __future__ import annotations

import pytest

from application.sign_in.claims import TOKEN_ROLES
from application.sign_in.local import read_token
from domain.kernel.identifiers import structure_id
from tests.cli.conftest import TOKEN_SECRET, error_line
from tests.support.world import SIRET, UAI


@pytest.fixture
def secret(monkeypatch, short_tmp_path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PARENTALITE_HOME", str(short_tmp_path / "home"))
    monkeypatch.setenv("PARENTALITE_TOKEN_SECRET", TOKEN_SECRET)


@pytest.mark.parametrize("role", TOKEN_ROLES)
def test_a_token_and_nothing_else_is_printed_for_every_role(run, secret, role):
    result = run("token", "--role", role)
    assert result.exit_code == 0
    (token,) = result.stdout.splitlines()
    assert read_token(TOKEN_SECRET, token).actor.role is role


def test_a_token_says_who_holds_it_and_what_it_speaks_for(run, secret):
    result = run(
        *("token", "--role", "structure", "--subject", "compte", "--structure", SIRET),
        *("--territory", "971", "--territory", "2A", "--school", UAI, "--days", "2"),
    )
    actor = read_token(TOKEN_SECRET, result.stdout.strip()).actor
    assert actor.name == "compte"
    assert set(actor.structures) == {structure_id(SIRET)}
    assert (set(actor.territories), set(actor.schools)) == ({"971", "2A"}, {UAI})
    assert result.stderr == ""


def test_a_token_that_speaks_for_nothing_comes_with_a_warning(run, secret):
    result = run("token", "--role", "structure")
    assert result.exit_code == 0
    assert "--structure SIRET" in result.stderr
    assert len(result.stdout.splitlines()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        ("--role", "king"),
        ("--role", "system"),
        ("--role", "public"),
        (),
        ("--role", "structure", "--structure", "123"),
        ("--role", "structure", "--structure", "21971101700019"),
        ("--role", "head", "--school", "0340002A"),
        ("--role", "coordonnateur", "--territory", "Hérault"),
        ("--role", "national", "--days", "0"),
    ],
)
def test_a_wrong_option_is_told_and_nothing_is_printed(run, secret, wrong):
    result = run("token", *wrong)
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Traceback" not in result.stderr


def test_no_token_for_a_database_without_a_secret(run, secret, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://localhost/x")
    monkeypatch.delenv("PARENTALITE_TOKEN_SECRET")
    assert "PARENTALITE_TOKEN_SECRET" in error_line(run("token", "--role", "national"))


def test_beside_an_issuer_no_token_is_made_here(run, monkeypatch, tmp_path):
    monkeypatch.setenv("PARENTALITE_HOME", str(tmp_path))
    monkeypatch.delenv("PARENTALITE_TOKEN_SECRET", raising=False)
    monkeypatch.setenv("PARENTALITE_OIDC_ISSUER", "https://connexion.example.org")
    assert "PARENTALITE_OIDC_AUDIENCE" in error_line(run("token", "--role", "national"))
    monkeypatch.setenv("PARENTALITE_OIDC_AUDIENCE", "https://api.example.org")
    assert "tokens come from that issuer" in error_line(run("token", "--role", "national"))
    monkeypatch.setenv("PARENTALITE_TOKEN_SECRET", TOKEN_SECRET)
    assert "of no use beside" in error_line(run("token", "--role", "national"))
