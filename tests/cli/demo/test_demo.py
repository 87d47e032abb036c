"""`parentalite demo`, as a newcomer runs it: on an embedded PostgreSQL of its own."""

from __future__ import annotations

import json
import signal

import httpx
import psutil
import pytest

from application.sign_in.claims import TOKEN_ROLES
from cli.composition import utc_now
from cli.demo.season import load_once
from cli.read_models.readiness import built_by_other_code
from eventstore.log import head
from projections.engine.generations import State, generations
from tests.cli.conftest import error_line


@pytest.fixture
def embedded(short_tmp_path, monkeypatch) -> dict[str, str]:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PARENTALITE_HOME", str(short_tmp_path / "home"))
    return {"PARENTALITE_HOME": str(short_tmp_path / "home")}


def _servers(home: str) -> list[int]:
    pids = []
    for process in psutil.process_iter(["name"]):
        try:
            if process.info["name"] == "postgres" and process.cwd() == f"{home}/postgres":
                pids.append(process.pid)
        except psutil.Error:
            continue
    return pids


def _tokens(lines: list[str]) -> dict[str, str]:
    return {
        role: lines[number + 1]
        for number, line in enumerate(lines)
        if (role := line.partition(":")[0]) in TOKEN_ROLES and line.startswith(f"{role}: ")
    }


def test_a_newcomer_sees_a_season_tries_every_role_and_stops_all_of_it(start, embedded):
    home = embedded["PARENTALITE_HOME"]
    # The season is made up also where people have to sign what they do.
    signing = embedded | {"PARENTALITE_SIGNED_ACTS": "structure,coordonnateur,national"}
    first = start("demo", "--port", "0", "--animations", "40", environment=signing)
    first.line_with("Ctrl-C stops")
    assert any(line.startswith("Loaded ") for line in first.err)
    address = first.line_with("GraphiQL ").split()[1]
    assert "<html" in httpx.get(address, headers={"accept": "text/html"}).text

    tokens = _tokens(first.out)
    assert set(tokens) == set(TOKEN_ROLES)
    for role, token in tokens.items():
        answer = httpx.post(
            address, json={"query": "{ viewer { role } }"}, headers={"authorization": f"Bearer {token}"}
        ).json()
        assert str(answer["data"]["viewer"]["role"]).lower() == role
    (example,) = (line for line in first.out if line.startswith("  -d '"))
    body = json.loads(example.removeprefix("  -d '").removesuffix("'"))
    headers = {"authorization": f"Bearer {tokens['structure']}"}
    structure = httpx.post(address, json=body, headers=headers).json()["data"]["structure"]
    assert structure["animations"]["edges"]

    assert _servers(home)
    assert first.stop(signal.SIGINT) == 0
    assert _servers(home) == []
    assert "Traceback" not in "".join(first.err)

    again = start("demo", "--port", "0", environment=embedded)
    again.line_with("Ctrl-C stops")
    assert any(line.startswith("The demonstration season is there, with ") for line in again.err)
    assert not any(line.startswith("Loaded ") for line in again.err)
    assert set(_tokens(again.out)) == set(TOKEN_ROLES)
    assert again.stop(signal.SIGTERM) == 0
    assert _servers(home) == []


def test_nothing_made_up_is_mixed_with_animations_of_ones_own(world, opened, capsys):
    world.creates()
    with opened.connection() as conn:
        before = head(conn)
        conn.execute("UPDATE read_models.generations SET fingerprint = 'older' WHERE name = 'terms'")
    load_once(opened, 10, utc_now())
    assert "holds other animations" in capsys.readouterr().err
    with opened.connection() as conn:
        assert head(conn) == before
        # What an update of the code has changed is rebuilt on the way, and what was missing is there.
        assert built_by_other_code(conn) == []
        assert {live.position for live in generations(conn, State.LIVE)} == {before}


def test_a_fresh_start_is_not_made_without_being_asked_for_twice(run, embedded):
    assert "--yes" in error_line(run("demo", "--fresh", "--port", "0"))
