"""Time stamps (RFC 3161), by a small authority that the test runs with `openssl ts`."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from rfc3161_client import TimestampRequestBuilder

from application.files.store import FileStore
from application.followers.notary import notarising
from application.proof.bundle import Prover, export_bundle
from application.proof.bundle_checks.opened_bundle import Demands
from application.proof.checkpoints import CERTIFICATION, SignedCheckpoint, all_checkpoints, latest
from application.proof.completeness.committing import map_commits
from application.proof.completeness.signing import sign_with_map
from application.proof.public_keys import PublicKey
from application.proof.signer import troubles
from application.proof.stamping import Authority, BadStamp, check_stamp, request_stamp, stamp_checkpoints
from application.proof.verifying import verify
from eventstore.bulk import append_rows
from tests.application.proof.conftest import EVENTS, KEY, rows
from tests.support.conditions import until
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import EVENT_KEYS

_CONFIGURATION = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
ess_cert_id_alg = sha256
accuracy = secs:1
"""


def openssl(*arguments, cwd: Path) -> None:
    subprocess.run(["openssl", *arguments], cwd=cwd, check=True, capture_output=True)


def make_authority(folder: Path) -> None:
    """A throw-away root, and a certificate of it for stamping time."""
    (folder / "tsa.cnf").write_text(_CONFIGURATION.format(folder=folder))
    (folder / "serial").write_text("01")
    (folder / "ext").write_text("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
    common = ("-newkey", "rsa:2048", "-nodes")
    openssl(
        "req", "-x509", *common, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=Root", "-days", "9", cwd=folder
    )
    openssl("req", *common, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority", cwd=folder)
    signing = ("-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "9", "-extfile", "ext")
    openssl("x509", "-req", "-in", "tsa.csr", *signing, "-out", "tsa.pem", cwd=folder)


class _Authority(ThreadingHTTPServer):
    failing = False
    folder: Path


class _Handler(BaseHTTPRequestHandler):
    server: _Authority

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        folder = self.server.folder
        if self.server.failing:
            self.send_error(503)
            return
        (folder / "query").write_bytes(query)
        openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply", cwd=folder)
        self.send_response(200)
        self.end_headers()
        self.wfile.write((folder / "reply").read_bytes())

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def tsa(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tsa")
    make_authority(folder)
    server = _Authority(("127.0.0.1", 0), _Handler)
    server.folder = folder
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


@pytest.fixture
def log_told(caplog):
    caplog.set_level("WARNING")
    return caplog


@pytest.fixture
def authority(tsa):
    tsa.failing = False
    return Authority(f"http://127.0.0.1:{tsa.server_port}/", tsa.folder / "ca.pem")


def test_a_stamp_holds_for_what_was_stamped_and_for_nothing_else(authority, tmp_path):
    stamp, roots = request_stamp(authority.url, b"a note"), authority.root.read_bytes()
    assert check_stamp(stamp, b"a note", roots).startswith(str(datetime.now(UTC).year))
    with pytest.raises(BadStamp, match="does not hold"):
        check_stamp(stamp, b"another note", roots)
    with pytest.raises(BadStamp, match="no time stamp"):
        check_stamp(b"nothing of the kind", b"a note", roots)
    with pytest.raises(BadStamp, match="no certificate"):
        check_stamp(stamp, b"a note", b"no PEM")
    make_authority(tmp_path)
    with pytest.raises(BadStamp, match="does not hold"):
        check_stamp(stamp, b"a note", (tmp_path / "ca.pem").read_bytes())


def test_an_authority_that_fails_holds_no_checkpoint_up_and_is_asked_again(conn, signed_url, tsa, authority, log_told):
    tsa.failing = True
    append_rows(conn, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 5))
    with notarising(signed_url, KEY, 0.2, authority):
        until(lambda: all_checkpoints(conn)[-1].size == EVENTS + 5)
        until(lambda: "no time stamp" in log_told.text)
        assert all_checkpoints(conn)[-1].stamp is None
        tsa.failing = False
        until(lambda: all(checkpoint.stamp is not None for checkpoint in all_checkpoints(conn)))
    kept = latest(conn)
    assert kept is not None
    assert kept.stamp is not None
    assert check_stamp(kept.stamp, kept.note.encode(), authority.root.read_bytes())


def test_an_authority_that_is_not_there_is_waited_for(conn, signed_url, authority, log_told):
    with notarising(signed_url, KEY, 0.2, replace(authority, url="http://127.0.0.1:9/")):
        until(lambda: "no time stamp" in log_told.text)
    assert [checkpoint.stamp for checkpoint in all_checkpoints(conn)] == [None] * 3


@pytest.mark.parametrize("chain", [("x", "y", "ca"), ("y", "x", "ca"), ("ca", "y", "x"), ("ca", "x", "y")])
def test_a_chain_of_certificates_is_accepted_in_any_order(tmp_path, chain):
    make_authority(tmp_path)
    for name in ("x", "y"):
        own = ("-keyout", f"{name}.key", "-out", f"{name}.pem", "-subj", f"/CN={name}", "-days", "9")
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", *own, cwd=tmp_path)
    (tmp_path / "chain.pem").write_text("".join((tmp_path / f"{name}.pem").read_text() for name in chain))
    configuration = (tmp_path / "tsa.cnf").read_text()
    (tmp_path / "tsa.cnf").write_text(f"{configuration}certs = {tmp_path}/chain.pem\n")
    (tmp_path / "query").write_bytes(TimestampRequestBuilder().data(b"a note").build().as_bytes())
    openssl("ts", "-reply", "-config", "tsa.cnf", "-queryfile", "query", "-out", "reply", cwd=tmp_path)
    reply, roots = (tmp_path / "reply").read_bytes(), (tmp_path / "ca.pem").read_bytes()
    assert check_stamp(reply, b"a note", roots)
    with pytest.raises(BadStamp):
        check_stamp(reply, b"another note", roots)


def test_a_refusal_waits_longer_each_time_and_is_told(conn, authority, tsa):
    tsa.failing = True
    now = datetime(2026, 9, 23, 12, tzinfo=UTC)
    waits = []
    for _ in range(4):
        stamp_checkpoints(conn, authority, now)
        (trouble,) = troubles.troubles(conn)
        waits.append((trouble.next_at - now).total_seconds())
        stamp_checkpoints(conn, authority, trouble.next_at - timedelta(seconds=1))
        assert troubles.troubles(conn) == [trouble]
        now = trouble.next_at
    assert waits == [5, 10, 20, 40]
    assert (trouble.work, trouble.tries, "503" in trouble.reason) == (troubles.STAMPING, 4, True)
    tsa.failing = False
    stamp_checkpoints(conn, authority, now)
    assert troubles.troubles(conn) == []


def test_a_bundle_that_is_exported_at_once_is_stamped_or_says_that_it_is_not(authority, tsa, app, world, tmp_path):
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    dossier_id = claim.certified(*claim.attested(1))

    def exported(name: str) -> SignedCheckpoint:
        with app.pool.connection() as own:
            prover = Prover(app.vault, KEY, map_commits(app.execute), authority)
            return export_bundle(tmp_path / name, own, prover, dossier_id, world.now, claim.files.read).checkpoint

    tsa.failing = True
    assert exported("first.zip").stamp is None
    tsa.failing = False
    assert exported("second.zip").stamp is not None
    roots = authority.root.read_bytes()
    checks = verify(tmp_path / "second.zip", [PublicKey(KEY.public)], Demands(roots))
    assert any("was there on" in check.text for check in checks)


def test_the_stamp_of_a_bundle_is_checked_against_the_root_that_is_given(authority, app, world, tmp_path):
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    dossier_id = claim.certified(*claim.attested(1))
    with app.pool.connection() as own:
        sign_with_map(own, KEY, CERTIFICATION, world.now, map_commits(app.execute))
        stamp_checkpoints(own, authority, datetime.now(UTC))
    bundle = claim.export(dossier_id, tmp_path / "stamped.zip", KEY)
    roots = authority.root.read_bytes()

    def stamps(certificates: bytes | None = None) -> list[tuple[bool, str]]:
        checks = verify(bundle, [PublicKey(KEY.public)], Demands(certificates))
        return [(check.ok, check.text) for check in checks if check.text.startswith("time stamp")]

    ((ok, text),) = stamps(roots)
    assert ok
    assert str(datetime.now(UTC).year) in text
    assert stamps() == [(True, "time stamp: there is one; it was not checked, since no root certificate was given")]
    make_authority(tmp_path)
    ((ok, text),) = stamps((tmp_path / "ca.pem").read_bytes())
    assert not ok
    assert "does not hold" in text
