"""`parentalite audit follow` and `parentalite witness`, as somebody outside runs them against a site."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from application.proof.checkpoints import latest
from application.proof.notes import Checkpoint, VerifierKey
from application.proof.public_keys import PublicKey
from application.proof.witnessing.asking import ask_witnesses, cosigned_note
from application.proof.witnessing.following import Followed, write_state
from application.proof.witnessing.policy import read_policy
from application.proof.witnessing.witness import WitnessState
from cli.main import app
from tests.scenarios.service.test_watched_from_outside import DAYS, NOW, sign
from tests.support.conditions import started
from tests.support.people import People
from tests.support.server import CHECKPOINT_KEY, Server
from tests.support.world import LOG_NAME

LOG_KEY = str(VerifierKey(LOG_NAME, CHECKPOINT_KEY.public))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def follow(server: Server, state: Path, *more: str) -> Result:
    return CliRunner().invoke(app, ["audit", "follow", server.address, "--state", str(state), *more])


def test_a_log_is_followed_from_one_look_to_the_next(people: People, server: Server, tmp_path: Path):
    state = tmp_path / "log.json"
    size = sign(server)
    first = follow(server, state, "--key", LOG_KEY)
    assert (first.exit_code, first.output.endswith(f"{LOG_NAME}: {size} events, followed from now on\n")) == (0, True)
    assert "nothing new" in follow(server, state).output
    people.sign()
    assert sign(server) > size
    later = follow(server, state)
    assert later.exit_code == 0
    assert f"which begin with the {size} seen before" in later.output


def test_a_log_that_does_not_go_on_from_the_tree_that_was_seen_is_a_fork_with_its_proof(
    people: People, server: Server, tmp_path: Path
):
    people.sign()
    size, state = sign(server), tmp_path / "log.json"
    seen = CHECKPOINT_KEY.sign(Checkpoint(LOG_NAME, size, b"x" * 32).text, LOG_NAME)
    write_state(state, Followed((PublicKey(CHECKPOINT_KEY.public, name=LOG_NAME),), seen))
    people.sign_for_day(DAYS[0])
    sign(server)
    forked = follow(server, state)
    assert (forked.exit_code, "FORK: " in forked.output) == (1, True)
    evidence = (tmp_path / "log.json.fork").read_text()
    assert seen in evidence
    assert server.http.get("/checkpoint").text in evidence
    assert follow(server, state).exit_code == 1, "and stays one"


@pytest.mark.parametrize("wrong", ["another key", "no such state", "a state changed by hand", "nowhere to keep it"])
def test_what_cannot_be_believed_is_no_fork(people: People, server: Server, tmp_path: Path, wrong: str):
    sign(server)
    state = tmp_path / "log.json"
    if wrong == "no such state":
        state.write_text("{}")
        assert follow(server, state).exit_code == 2
    elif wrong == "a state changed by hand":
        assert follow(server, state).exit_code == 0
        state.write_text(state.read_text().replace(f"{LOG_NAME}\\n", f"{LOG_NAME}\\n1", 1))
        assert follow(server, state).exit_code == 2
        assert not (tmp_path / "log.json.fork").exists()
    elif wrong == "nowhere to keep it":
        refused = follow(server, tmp_path / "none" / "log.json")
        assert (refused.exit_code, "--state" in refused.output, refused.exception.__class__) == (2, True, SystemExit)
    else:
        assert follow(server, state, "--key", str(VerifierKey(LOG_NAME, b"o" * 32))).exit_code == 2


def test_a_witness_cosigns_what_the_log_asks_it_for_until_it_is_stopped(people: People, server: Server, tmp_path: Path):
    people.sign()
    sign(server)
    options = ["--name", "paierie.example.org/w", "--log", LOG_KEY, "--state", str(tmp_path / "w.json")]
    command = [sys.executable, "-m", "cli", "witness", *options, "--port", str(free_port())]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = started(process.stdout.readline).result(60)
            policy = read_policy(f"{line}quorum paierie.example.org-w\n")
            with server.application.pool.connection() as conn:
                ask_witnesses(conn, policy, NOW)
                last = latest(conn)
                assert last is not None
                assert policy.cosigned(cosigned_note(conn, last))
            process.send_signal(signal.SIGINT)
            _, output = process.communicate(timeout=30)
        finally:
            process.kill()
    assert "Stopped." in output
    assert LOG_NAME in (tmp_path / "w.json").read_text()


def test_two_witnesses_do_not_share_a_state(tmp_path: Path):
    state = tmp_path / "w.json"
    options = ["--name", "w.example.org/1", "--log", LOG_KEY, "--state", str(state)]
    with WitnessState.held(state):
        refused = CliRunner().invoke(app, ["witness", *options, "--port", str(free_port())])
    assert refused.exit_code != 0
    assert "another witness runs with this state" in refused.output


@pytest.mark.parametrize(
    ("option", "value"), [("--name", "two words"), ("--log", "no key"), ("--state", "/dev/null/w.json")]
)
def test_a_witness_that_cannot_be_one_says_which_option_is_wrong(tmp_path: Path, option: str, value: str):
    options = {"--name": "w.example.org/1", "--log": LOG_KEY, "--state": str(tmp_path / "w.json")} | {option: value}
    refused = CliRunner().invoke(app, ["witness", *(part for pair in options.items() for part in pair)])
    assert refused.exit_code != 0
    assert option in refused.output
