"""Nothing is signed that holds an event which this system did not record, and signing goes on once it is put right."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from application.files.store import FileStore
from application.followers.notary import look
from application.proof.authenticity.accepting import accept_events, accept_once, begin, unauthenticated
from application.proof.authenticity.guard import EventGuard, UnsoundLog
from application.proof.authenticity.log_audit import unsound_events, unsound_in
from application.proof.authenticity.start import FROM_THE_BEGINNING, BadStart, EventStart, StartFile
from application.proof.bundle import Prover, export_bundle, gather_proof
from application.proof.checkpoints import ON_REQUEST, SignedCheckpoint, latest
from application.proof.completeness.committing import map_commits
from application.proof.dossier_streams import CannotBeProved
from application.proof.leaves import read_leaves
from application.proof.log_check.rounds import Rounds
from application.proof.merkle import leaf_hash
from application.proof.notes import SigningKey
from application.proof.signer.naming import name_log
from application.proof.signer.troubles import AUTHENTICATORS, SIGNING, trouble_of
from application.proof.signer_memory import RememberingKey, SignerMemory, SigningRefused
from application.proof.signing import make_checkpoint, take_up_key
from application.proof.tiles import grow
from domain.animations.events import AnimationPublished
from eventstore.bulk import append_rows
from eventstore.log import head
from eventstore.records import encode
from tests.application.proof.authenticity.conftest import Database
from tests.application.proof.authenticity.test_judging import PAYMENT
from tests.eventstore.test_appending_with_the_library import STAMP
from tests.support.world import EVENT_KEYS, FOUNDED_AT, World

SEED = b"k" * 32
STREAM = UUID(int=5)
STATE = encode(AnimationPublished(), STAMP)


@pytest.fixture
def guard(tmp_path: Path) -> EventGuard:
    keys = tmp_path / "keys"
    public = SigningKey.from_seed(SEED).public
    return EventGuard(EVENT_KEYS, StartFile(keys / "event-start"), SignerMemory(keys / "signer-memory.json"), public)


@pytest.fixture
def key(guard: EventGuard, database: Database) -> RememberingKey:
    database.execute("DELETE FROM proof.log")
    name_log(database, "example.org/log", guard.memory)
    key = RememberingKey.beside(SEED, guard.memory.path, guard)
    take_up_key(database, key)
    return key


def sign(conn: Connection, key: SigningKey) -> SignedCheckpoint:
    signed = make_checkpoint(conn, key, head(conn), ON_REQUEST, FOUNDED_AT)
    assert signed is not None
    return signed


def pays(database: Database) -> int:
    return database.inserts(database.stream_with("service_dossier.certified"), "service_dossier.paid", PAYMENT)


def remove(database: Database, position: int) -> None:
    database.execute("DELETE FROM stored_events WHERE notification_id = %s", (position,))


def test_a_sound_log_is_signed(database, key, guard):
    assert begin(database, guard, key)
    assert sign(database, key).position == database.head()


@pytest.mark.parametrize("signed_before", [False, True])
@pytest.mark.parametrize("with_start", [False, True])
def test_a_forged_payment_is_not_signed_and_what_comes_later_is_once_it_is_gone(
    database, key, guard, signed_before, with_start
):
    if with_start:
        begin(database, guard, key)
    if signed_before:
        sign(database, key)
    position = pays(database)
    with pytest.raises(UnsoundLog, match=f"^position {position}: .* carries no authenticator"):
        sign(database, key)
    remove(database, position)
    assert sign(database, key).position == database.head()


def test_who_also_adds_its_hash_to_the_tree_is_refused(database, key, guard):
    begin(database, guard, key)
    sign(database, key)
    position = pays(database)
    grow(database, position)
    with pytest.raises(UnsoundLog, match=f"^position {position}: "):
        sign(database, key)


def test_a_tree_that_holds_the_hash_of_an_event_which_was_there_for_a_moment_is_refused(database, key, guard):
    begin(database, guard, key)
    sign(database, key)
    position = pays(database)
    grow(database, position)
    remove(database, position)
    database.execute("SELECT setval('stored_events_notification_id_seq', %s)", (position - 1,))
    append_rows(database, EVENT_KEYS, [(STREAM, 1, AnimationPublished.topic, STATE)])
    with pytest.raises(UnsoundLog, match="the stored tree holds another event"):
        sign(database, key)


def test_the_notary_says_what_it_does_not_sign_and_goes_on_when_it_is_put_right(database, key, guard, app_of, caplog):
    app = app_of(database)
    begin(database, guard, key)
    commit = map_commits(app.execute)
    look(database, key, 600, FOUNDED_AT, commit)
    signed = latest(database)
    position = pays(database)
    for _ in range(3):
        look(database, key, 600, FOUNDED_AT, commit)
    assert latest(database) == signed
    trouble = trouble_of(database, SIGNING)
    assert trouble is not None
    assert trouble.reason.startswith(f"position {position}: ")
    assert [record.message for record in caplog.records].count("the log is not signed") == 1
    # Nothing of it went into the map that is committed before each signature.
    assert head(database) == position
    remove(database, position)
    World(app).creates()
    look(database, key, 0, FOUNDED_AT, commit)
    assert trouble_of(database, SIGNING) is None
    assert latest(database) != signed


@pytest.mark.parametrize("position", [0, -5])
def test_an_event_where_nobody_reads_keeps_everything_from_being_signed(database, key, guard, position):
    begin(database, guard, key)
    stream = database.stream_with("convention.signed")
    database.inserts(stream, "convention.amended", {"rate_per_animation": "9999.00"}, notification_id=position)
    with pytest.raises(UnsoundLog, match=f"^position {position}: "):
        sign(database, key)
    assert unsound_events(database, EVENT_KEYS, FROM_THE_BEGINNING)[0].text.startswith(f"position {position}: ")


def test_no_bundle_is_made_of_what_is_not_signed(database, key, guard, app_of, tmp_path):
    app = app_of(database)
    begin(database, guard, key)
    dossier_id = database.stream_with("service_dossier.certified")
    pays(database)
    prover = Prover(app.vault, key, map_commits(app.execute))
    with pytest.raises(SigningRefused, match="carries no authenticator"):
        export_bundle(tmp_path / "bundle.zip", database, prover, dossier_id, FOUNDED_AT, FileStore(tmp_path).read)
    assert not (tmp_path / "bundle.zip").exists()


def forget_authenticators(database: Database) -> int:
    """As a version before there were any has left it."""
    database.execute("UPDATE stored_events SET authenticator = NULL")
    return database.head()


def test_a_log_of_before_is_accepted_once_and_then_every_event_must_have_one(database, key, guard, caplog):
    last = forget_authenticators(database)
    assert unauthenticated(database, EVENT_KEYS).last == last
    with pytest.raises(UnsoundLog, match="accept-events"):
        sign(database, key)
    with psycopg.connect(database.info.dsn, autocommit=True) as tiles:
        accept_once(database, tiles, guard, key)
        assert "accepted without authenticators, once" in caplog.text
        start = guard.start()
        assert start is not None
        assert start.position == last
        assert sign(database, key).position == last
        position = pays(database)
        accept_once(database, tiles, guard, key)
    assert guard.start() == start
    assert unsound_events(database, EVENT_KEYS, start)[0].text.startswith(f"position {position}: ")
    with pytest.raises(UnsoundLog):
        sign(database, key)


def test_a_lost_file_is_told_and_nothing_is_accepted_by_itself(database, key, guard, caplog):
    forget_authenticators(database)
    with psycopg.connect(database.info.dsn, autocommit=True) as tiles:
        accept_once(database, tiles, guard, key)
        append_rows(database, EVENT_KEYS, [(STREAM, 1, AnimationPublished.topic, STATE)])
        sign(database, key)
        start = guard.start()
        guard.start_file.path.unlink()
        # At the next look, though nothing is to be signed.
        look(database, key, 3_600, FOUNDED_AT)
        trouble = trouble_of(database, AUTHENTICATORS)
        assert trouble is not None
        assert f"{guard.start_file.path} is missing: put it back from a backup of the keys" in trouble.reason
        accept_once(database, tiles, guard, key)
        assert "it is lost where authenticators begin" in caplog.text
        assert guard.start() is None
        with pytest.raises(UnsoundLog, match=r"^position 1: "):
            sign(database, key)
        # A command makes it anew, as it was.
        assert accept_events(database, tiles, guard, key) == start
    sign(database, key)
    look(database, key, 3_600, FOUNDED_AT)
    assert trouble_of(database, AUTHENTICATORS) is None


def test_without_the_file_events_of_before_are_one_finding_that_names_it_and_an_inserted_one_another(
    database, key, guard
):
    last = forget_authenticators(database)
    with psycopg.connect(database.info.dsn, autocommit=True) as tiles:
        accept_events(database, tiles, guard, key)
    append_rows(database, EVENT_KEYS, [(STREAM, 1, AnimationPublished.topic, STATE)])
    guard.start_file.path.unlink()
    inserted = pays(database)
    missing, old, forged = map(str, unsound_in(database, guard))
    assert missing.startswith(f"{guard.start_file.path} is missing: put it back from a backup of the keys")
    assert old == f"positions 1 to {last}: {last} events carry no authenticator: this system did not record them"
    assert forged.startswith(f"position {inserted}: ")


def test_a_log_that_was_altered_before_it_is_accepted_is_not_accepted(database, key, guard):
    sign(database, key)
    forget_authenticators(database)
    database.execute("UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = 30")
    with psycopg.connect(database.info.dsn, autocommit=True) as tiles, pytest.raises(UnsoundLog, match="position 30"):
        accept_events(database, tiles, guard, key)


def test_events_of_before_cannot_be_altered_afterwards(database, key, guard):
    last = forget_authenticators(database)
    with psycopg.connect(database.info.dsn, autocommit=True) as tiles:
        start = accept_events(database, tiles, guard, key)
    database.execute("UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = 30")
    with pytest.raises(UnsoundLog, match=f"the first {start.size} events are not those"):
        sign(database, key)
    assert list(map(str, unsound_events(database, EVENT_KEYS, start))) == [
        f"the first {start.size} events are not those that were there when authenticators began"
    ]
    assert start.position == last


def test_a_file_that_nobody_trusted_signed_is_refused(database, key, guard):
    guard.start_file.write(
        EventStart(database.head(), 5, b"r" * 32), SigningKey.from_seed(b"f" * 32), "example.org/log"
    )
    with pytest.raises(BadStart, match="does not hold"):
        sign(database, key)


def test_the_start_is_the_root_of_all_events_up_to_it(database, key, guard):
    forget_authenticators(database)
    with psycopg.connect(database.info.dsn, autocommit=True) as tiles:
        start = accept_events(database, tiles, guard, key)
    leaves = [leaf_hash(leaf) for leaf in read_leaves(database, 0, start.position)]
    assert start.size == len(leaves)
    assert sign(database, key).root == start.root


def test_a_bundle_can_be_made_at_once_when_it_is_put_right(database, key, guard, app_of, tmp_path):
    app = app_of(database)
    begin(database, guard, key)
    dossier_id = database.stream_with("service_dossier.certified")
    prover = Prover(app.vault, key, map_commits(app.execute))
    position = pays(database)
    with pytest.raises(SigningRefused):
        gather_proof(database, prover, dossier_id, FOUNDED_AT)
    remove(database, position)
    proof = gather_proof(database, prover, dossier_id, FOUNDED_AT)
    assert proof.facts["status"] == "CERTIFIED"


def test_no_bundle_is_made_of_an_event_that_was_altered_after_it_was_signed(
    database, key, guard, app_of, tmp_path, monkeypatch
):
    # Its turn to be compared with what was signed has not come yet.
    monkeypatch.setattr(Rounds, "go_on", lambda *_, **__: None)
    app = app_of(database)
    begin(database, guard, key)
    sign(database, key)
    position = database.position_of("service_dossier.certified")
    database.execute(
        "UPDATE stored_events SET state = state || ' '::bytea WHERE notification_id = %s",
        (position,),
    )
    dossier_id = database.stream_with("service_dossier.certified")
    prover = Prover(app.vault, key, map_commits(app.execute))
    with pytest.raises(CannotBeProved, match=f"position {position} is not as it was signed"):
        export_bundle(tmp_path / "bundle.zip", database, prover, dossier_id, FOUNDED_AT, FileStore(tmp_path).read)
