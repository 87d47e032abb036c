"""`parentalite privacy erase` and `parentalite load`."""

from __future__ import annotations

import base64
import json
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql

from application.application import open_application
from application.candidatures import CandidatureSubmit
from application.followers.reacting import react
from cli.composition import open_everything, settings_from_environment
from cli.demo.command import demonstration_settings
from domain.candidatures.events import Degree
from domain.kernel.actors import PUBLIC, Actor, Role
from domain.kernel.identifiers import person_id
from eventstore.locks import Lock, acquire
from projections.engine.generations import State, generations, identifier
from tests.cli.conftest import error_line, project
from tests.support.world import EVENT_KEYS, UAI

SUBJECT = "une-personne"
PARENT = Actor(Role.PARENT, "parent", person_id=person_id(SUBJECT))


CANDIDATURE = {
    "territory": "971",
    "school_uai": UAI,
    "degree": Degree.SECOND,
    "first_name": "Zélie",
    "last_name": "Inventée",
    "email": "zelie@example.org",
    "motivation": "Je veux aider",
}


@pytest.fixture
def candidature(world, opened):
    submitted = world.does(CandidatureSubmit(**CANDIDATURE), PARENT).subject_id
    project(opened)
    return submitted


def _people(opened):
    with opened.connection() as conn:
        (live,) = (g for g in generations(conn, State.LIVE) if g.name == "candidature_people")
        table = identifier(live.name, live.generation)
        row = conn.execute(sql.SQL("SELECT count(*) FROM {}").format(table)).fetchone()
        return row[0]


@pytest.mark.parametrize("by", ["candidature", "subject", "pseudonym"])
def test_a_person_is_erased_from_keys_and_read_models(run, opened, candidature, by):
    assert _people(opened) == 1
    named = {"candidature": str(candidature), "subject": SUBJECT, "pseudonym": str(PARENT.person_id)}[by]
    result = run("privacy", "erase", named)
    assert result.exit_code == 0, result.stderr
    assert result.stdout.split() == [str(candidature)]
    assert _people(opened) == 0
    with opened.connection() as conn:
        # Nothing of the person, that is: things and the database itself have keys too.
        left = "SELECT count(*) FROM person_keys WHERE wrapped_key IS NOT NULL AND originator_id = %s"
        assert conn.execute(left, [candidature]).fetchone() == (0,)


def test_the_database_s_own_secret_is_nobody_s_to_erase_or_to_see(run, opened, candidature):
    secret = opened.application.links.link("x", candidature)
    nobody = str(UUID(int=0))
    for command in (("erase", nobody, "--yes"), ("export", nobody)):
        assert "nothing is known" in error_line(run("privacy", *command))
    with open_everything(settings_from_environment()) as again:
        assert again.application.links.link("x", candidature) == secret


def test_erasing_again_does_no_harm(run, candidature):
    assert run("privacy", "erase", str(candidature)).exit_code == 0
    assert run("privacy", "erase", str(candidature)).exit_code == 0


def test_nothing_known_of_a_person_is_one_line(run, world, candidature):
    for unknown in (str(uuid4()), "personne-d-autre"):
        assert "nothing is known" in error_line(run("privacy", "erase", unknown))


def test_a_projector_elsewhere_that_does_not_get_there_is_told(run, opened, candidature, monkeypatch):
    monkeypatch.setattr("cli.read_models.catching_up.PATIENCE_SECONDS", 0.2)
    with psycopg.connect(opened.url, autocommit=True) as other:
        acquire(other, Lock.PROJECTOR)
        result = run("privacy", "erase", str(candidature))
    assert result.exit_code == 1
    assert "candidature_people" in result.stderr
    assert "parentalite status" in result.stderr
    # Said again, it is done to its end.
    assert run("privacy", "erase", str(candidature)).exit_code == 0
    assert _people(opened) == 0


def test_a_season_is_loaded_and_read_at_once(run, environment):
    result = run("load", "--animations", "40", "--seed", "5")
    assert result.exit_code == 0, result.stderr
    assert "40 animations" in result.stderr
    status = json.loads(run("status", "--json").stdout)
    assert status["log"]["events"] > 150
    assert {model["lagEvents"] for model in status["readModels"]} == {0}

    assert "seed 5 is already in this database" in error_line(run("load", "--animations", "40", "--seed", "5"))
    assert run("load", "--animations", "20", "--seed", "6").exit_code == 0


def test_nobody_is_told_of_a_season_that_was_loaded(run, opened):
    assert run("load", "--animations", "40", "--seed", "5").exit_code == 0
    with opened.connection() as conn:
        assert react(conn, with_mail=True) == 0
        assert conn.execute("SELECT count(*) FROM mail_outbox").fetchone() == (0,)


@pytest.mark.parametrize("animations", ["0", "-1", "many", "5000001"])
def test_a_season_has_a_sensible_size(run, environment, animations):
    assert run("load", "--animations", animations).exit_code == 2


def test_a_person_gets_all_that_is_held_on_them(run, opened, candidature):
    result = run("privacy", "export", SUBJECT)
    assert result.exit_code == 0, result.stderr
    export = json.loads(result.stdout)
    assert export["person"] == [str(PARENT.person_id)]
    (held,) = export["held"]
    assert (held["subject"], held["erasedAt"]) == (str(candidature), None)
    assert held["events"][0]["type"] == "candidature.submitted"
    assert held["events"][0]["data"]["email"] == "zelie@example.org"
    run("privacy", "erase", SUBJECT, "--yes")
    (erased,) = json.loads(run("privacy", "export", SUBJECT).stdout)["held"]
    assert erased["erasedAt"] is not None
    assert erased["events"][0]["data"]["email"] is None
    assert "nothing is known" in error_line(run("privacy", "export", "personne-d-autre"))


def test_the_master_key_is_replaced_and_the_log_stays(run, opened, candidature, monkeypatch):
    def log():
        with opened.connection() as conn:
            return conn.execute("SELECT * FROM stored_events ORDER BY notification_id").fetchall()

    before, new = log(), base64.b64encode(b"n" * 32).decode()
    assert "PARENTALITE_NEW_MASTER_KEY" in error_line(run("privacy", "rotate-master-key", "--yes"))
    monkeypatch.setenv("PARENTALITE_NEW_MASTER_KEY", new)
    rotated = run("privacy", "rotate-master-key", "--yes")
    assert rotated.exit_code == 0, rotated.output
    # The secret that the database keeps for itself is one of them.
    with opened.connection() as conn:
        (kept,) = conn.execute("SELECT count(*) FROM person_keys WHERE wrapped_key IS NOT NULL").fetchone()
    assert f"{kept} personal keys" in rotated.stderr
    assert log() == before
    assert "PARENTALITE_MASTER_KEY" in error_line(run("privacy", "export", SUBJECT))
    monkeypatch.setenv("PARENTALITE_MASTER_KEY", new)
    assert json.loads(run("privacy", "export", SUBJECT).stdout)["held"][0]["events"][0]["data"]["first_name"] == "Zélie"


def test_the_new_master_key_may_be_in_a_file(run, opened, candidature, monkeypatch, tmp_path):
    secret = tmp_path / "new-master-key"
    secret.write_bytes(base64.b64encode(b"n" * 32))
    secret.chmod(0o600)
    monkeypatch.setenv("PARENTALITE_NEW_MASTER_KEY_FILE", str(secret))
    assert run("privacy", "rotate-master-key", "--yes").exit_code == 0
    monkeypatch.setenv("PARENTALITE_MASTER_KEY", secret.read_text())
    assert json.loads(run("privacy", "export", SUBJECT).stdout)["held"][0]["erasedAt"] is None


@pytest.mark.parametrize(
    ("command", "name"),
    [("privacy rotate-master-key", "PARENTALITE_MASTER_KEY"), ("audit rotate-key", "PARENTALITE_CHECKPOINT_KEY")],
)
def test_a_key_that_a_file_outside_holds_is_not_replaced_here(run, embedded_home, monkeypatch, tmp_path, command, name):
    secret = tmp_path / "key"
    secret.write_bytes(base64.b64encode(b"k" * 32))
    secret.chmod(0o600)
    monkeypatch.setenv(f"{name}_FILE", str(secret))
    assert f"{name}: the key is configured there" in error_line(run(*command.split(), "--yes"))


def test_the_demonstration_has_a_database_of_its_own_even_beside_one_that_a_file_names(
    embedded_home, monkeypatch, tmp_path, capsys
):
    secret = tmp_path / "database-url"
    secret.write_text("postgresql://production.example.org/parentalite")
    secret.chmod(0o600)
    monkeypatch.setenv("DATABASE_URL_FILE", str(secret))
    assert demonstration_settings().embedded
    assert "DATABASE_URL_FILE is left alone" in capsys.readouterr().err


@pytest.fixture
def embedded_home(tmp_path, monkeypatch) -> None:
    """No database is named: the embedded one would be used."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PARENTALITE_HOME", str(tmp_path / "home"))


def test_a_command_repeated_under_a_new_master_key_has_its_first_outcome(run, opened, world, monkeypatch):
    submit = CandidatureSubmit(**{**CANDIDATURE, "idempotency_key": uuid4()})
    first = opened.application.execute(submit, PUBLIC, world.now)
    new = base64.b64encode(b"n" * 32).decode()
    monkeypatch.setenv("PARENTALITE_NEW_MASTER_KEY", new)
    assert run("privacy", "rotate-master-key", "--yes").exit_code == 0
    with open_application(opened.url, b"n" * 32, EVENT_KEYS) as application:
        assert application.execute(submit, PUBLIC, world.now) == first
