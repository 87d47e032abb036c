"""The log as outsiders see it over HTTP: tiles, witnesses that are asked, and a certification that becomes final."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.checkpoints import ON_REQUEST, latest
from application.proof.notes import SigningKey, VerifierKey, parse_checkpoint, split_note
from application.proof.public_keys import PublicKey
from application.proof.signer import troubles
from application.proof.signing import make_checkpoint
from application.proof.verifying import verify
from application.proof.witnessing.asking import ask_witnesses, cosigned_note
from application.proof.witnessing.cosignatures import witness_key
from application.proof.witnessing.following import CannotFollow, Followed, follow
from application.proof.witnessing.policy import Policy, read_policy
from application.proof.witnessing.witness import WitnessServer, WitnessState
from eventstore.log import head
from tests.scenarios.service.dossiers_story import Claims
from tests.support.peers import go_tiles
from tests.support.people import AUDITOR, People
from tests.support.server import CHECKPOINT_KEY, Server
from tests.support.world import LOG_NAME

WITNESS_KEY, NOW = SigningKey.from_seed(b"w" * 32), datetime(2026, 10, 1, tzinfo=UTC)
#: Each has a convention of its own, beside that of the year before.
DAYS = ("2027-09-01", "2027-09-02", "2027-09-03", "2027-09-04")


def sign(server: Server) -> int:
    with server.application.pool.connection() as conn:
        made = make_checkpoint(conn, CHECKPOINT_KEY, head(conn), ON_REQUEST, server.clock.now)
    assert made is not None
    return made.size


class Site:
    """A follower's view of the server."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def get(self, path: str) -> bytes:
        answer = self._server.http.get(f"/{path}")
        if answer.status_code != 200:
            raise CannotFollow(path)
        return answer.content


def test_anybody_follows_the_log_by_its_tiles(people: People, server: Server):
    followed = Followed((PublicKey(CHECKPOINT_KEY.public, name=LOG_NAME),))
    for day in DAYS[:3]:
        people.sign_for_day(day)
        size = sign(server)
        followed = follow(Site(server), followed)
        assert followed.checkpoint is not None
        assert followed.checkpoint.size == size


def test_tiles_are_served_as_far_as_they_are_signed_under_one_address_each(people: People, server: Server):
    size = sign(server)
    people.sign()
    width = size % 256
    answer = server.http.get(f"/tile/0/000.p/{width}")
    assert (answer.status_code, len(answer.content)) == (200, 32 * width)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert "immutable" in answer.headers["cache-control"]
    assert server.http.get("/tile/0/000.p/1").content == answer.content[:32]
    missing = (
        f"0/000.p/{width + 1}",
        "0/000",
        "0/0",
        "00/000.p/1",
        "0/x000/000.p/1",
        "0/000.p/01",
        "64/000.p/1",
        "0/001.p/1",
    )
    for path in (*missing, "entries/000", "entries/000.p/1", "0/", "a/000"):
        assert server.http.get(f"/tile/{path}").status_code == 404, path


def test_gos_own_code_reads_checkpoint_and_tiles(people: People, server: Server, tmp_path: Path):
    program = go_tiles.build(tmp_path)
    people.sign()
    size = sign(server)
    key = str(VerifierKey(LOG_NAME, CHECKPOINT_KEY.public))
    run = subprocess.run([program, server.address, key], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout) == (0, f"ok {size} by {LOG_NAME} and 0 others\n"), run.stdout + run.stderr


@contextmanager
def witness(folder: Path) -> Iterator[tuple[WitnessServer, Policy]]:
    """A witness on a port of its own, and the policy whose quorum it is."""
    log = VerifierKey(LOG_NAME, CHECKPOINT_KEY.public)
    watching = WitnessServer("w.example.org/1", WITNESS_KEY, [log], WitnessState.read(folder / "witness.json"))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            answer = watching.add_checkpoint(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.end_headers()
            self.wfile.write(answer.body.encode())

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=http.serve_forever, daemon=True).start()
    key = witness_key("w.example.org/1", WITNESS_KEY)
    try:
        yield watching, read_policy(f"witness w1 {key} http://127.0.0.1:{http.server_port}\nquorum w1\n")
    finally:
        http.shutdown()
        http.server_close()


FINAL = "query($id: ID!) { serviceDossier(id: $id) { certificationFinal } checkpoint { final cosignedBy } }"


def bundle(server: Server, dossier: str, path: Path) -> tuple[str, Path]:
    """What the answer says of cosignatures, and the bundle."""
    answer = server.http.get(f"/service-dossiers/{dossier}/bundle.zip", headers={"authorization": f"Bearer {AUDITOR}"})
    assert answer.status_code == 200, answer.text
    path.write_bytes(answer.content)
    return answer.headers["cosignatures"], path


def test_a_bundle_exported_at_once_waits_for_the_quorum_or_says_that_it_is_not_there(
    claims: Claims, server: Server, tmp_path: Path
):
    held = claims.held(1)
    claims.attest(*held)
    dossier = str(claims.certified(*held))
    keys = [PublicKey(CHECKPOINT_KEY.public)]
    with witness(tmp_path) as (_, policy):
        object.__setattr__(server.services, "witnesses", policy)
        cosignatures, path = bundle(server, dossier, tmp_path / "cosigned.zip")
    assert cosignatures == "quorum"
    assert list(verify(path, keys, Demands(policy=policy)))[-1].ok
    # The witness is gone, and something new is signed.
    claims.held(1)
    cosignatures, path = bundle(server, dossier, tmp_path / "alone.zip")
    assert cosignatures == "not yet"
    assert "quorum w1 is not met" in list(verify(path, keys, Demands(policy=policy)))[-1].text
    assert list(verify(path, keys))[-1].ok


def test_a_certification_is_final_once_the_quorum_has_cosigned(claims: Claims, server: Server, tmp_path: Path):
    object.__setattr__(server.services, "witnesses", read_policy("quorum none\n"))
    held = claims.held(1)
    claims.attest(*held)
    dossier = claims.certified(*held)
    sign(server)
    before = server.ask(FINAL, AUDITOR, id=dossier)
    assert before["serviceDossier"] == {"certificationFinal": False}
    assert before["checkpoint"] == {"final": False, "cosignedBy": []}
    with witness(tmp_path) as (_, policy), server.application.pool.connection() as conn:
        ask_witnesses(conn, policy, NOW)
        last = latest(conn)
        assert last is not None
        assert policy.cosigned(cosigned_note(conn, last))
    after = server.ask(FINAL, AUDITOR, id=dossier)
    assert after["serviceDossier"] == {"certificationFinal": True}
    assert after["checkpoint"] == {"final": True, "cosignedBy": ["w.example.org/1"]}
    assert policy.check(server.http.get("/checkpoint").text, [PublicKey(CHECKPOINT_KEY.public)])


def test_a_witness_is_asked_with_what_it_saw_last_and_a_silent_one_less_often(
    people: People, server: Server, tmp_path: Path
):
    with server.application.pool.connection() as conn:
        with witness(tmp_path) as (_, policy):
            for day in DAYS[:3]:
                people.sign_for_day(day)
                sign(server)
                # It remembers more than the log does, whose cosignatures were lost.
                conn.execute("DELETE FROM proof.cosignatures")
                ask_witnesses(conn, policy, NOW)
                assert troubles.troubles(conn) == []
        people.sign_for_day(DAYS[3])
        sign(server)
        ask_witnesses(conn, policy, NOW)
        (trouble,) = troubles.troubles(conn)
        assert (trouble.work, trouble.tries) == ("witness w.example.org/1", 1)
        ask_witnesses(conn, policy, NOW + timedelta(seconds=1))
        ask_witnesses(conn, policy, NOW + timedelta(seconds=6))
        (trouble,) = troubles.troubles(conn)
        assert trouble.tries == 2
        with witness(tmp_path) as (_, policy):
            ask_witnesses(conn, policy, trouble.next_at)
        assert troubles.troubles(conn) == []


def test_a_fork_of_the_log_gets_no_cosignature(people: People, server: Server, tmp_path: Path):
    people.sign()
    with witness(tmp_path) as (watching, policy), server.application.pool.connection() as conn:
        size = sign(server)
        ask_witnesses(conn, policy, NOW)
        # The witness has seen another tree of that size from the same key.
        text = split_note(str(cosigned_note(conn, latest(conn))))[0]  # type: ignore[arg-type]
        other = parse_checkpoint(text.replace(text.split("\n")[2], "A" * 43 + "="))
        watching._state.keep(LOG_NAME, CHECKPOINT_KEY.sign(other.text, LOG_NAME))
        people.sign_for_day(DAYS[0])
        sign(server)
        ask_witnesses(conn, policy, NOW)
        (trouble,) = troubles.troubles(conn)
        assert f"does not begin with that of {size}" in trouble.reason
