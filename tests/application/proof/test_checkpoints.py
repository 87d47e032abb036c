"""The stored tree grows by what is new; checkpoints are signed over it; keys follow each other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from random import Random
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection

from application.proof.checkpoints import (
    CERTIFICATION,
    ON_REQUEST,
    all_checkpoints,
    certified_before,
    keys,
    latest,
    origin,
    with_size,
)
from application.proof.leaves import Leaf, decode_leaf, encode_leaf, read_leaves
from application.proof.merkle import consistency_proof as prove_consistency
from application.proof.merkle import inclusion_proof, leaf_hash, verifies_consistency, verifies_inclusion
from application.proof.notes import BadNote, SigningKey, from_pem, open_note, parse_checkpoint, to_pem
from application.proof.signer_memory import KeyRetired
from application.proof.signing import make_checkpoint, take_up_key
from application.proof.tiles import IncompleteTree, StoredTree, grow, tree_size
from eventstore.bulk import append_rows
from eventstore.log import head
from tests.application.proof.conftest import CHECKPOINTS, EVENTS, KEY, NEXT_KEY, NOW, rows
from tests.application.proof.test_merkle import by_definition
from tests.support.world import EVENT_KEYS


def hashes(conn: Connection) -> list[bytes]:
    return [leaf_hash(leaf) for leaf in read_leaves(conn, 0, head(conn))]


def test_a_leaf_says_position_aggregate_version_topic_and_state(conn: Connection):
    (leaf,) = read_leaves(conn, 41, 42)
    (stored,) = conn.execute(
        "SELECT notification_id, originator_id, originator_version, topic, state FROM stored_events"
        " WHERE notification_id = 42"
    )
    assert decode_leaf(leaf) == Leaf(*stored)
    assert encode_leaf(Leaf(*stored)) == leaf


@pytest.mark.parametrize("spoilt", [b"", b"\0\5", "cut", "longer", "fields"])
def test_what_is_no_leaf_is_refused(conn: Connection, spoilt):
    (leaf,) = read_leaves(conn, 41, 42)
    data = {"cut": leaf[:-1], "longer": leaf + b"x", "fields": b"\0\4" + leaf[2:]}.get(spoilt, spoilt)
    with pytest.raises(ValueError, match="not a leaf"):
        decode_leaf(data)


def test_a_tree_that_grew_by_any_steps_has_the_root_of_one_made_at_once(empty: Connection):
    append_rows(empty, EVENT_KEYS, rows(1, 1_200))
    random, grown = Random(7), 0
    while grown < 1_200:
        grown = min(1_200, grown + random.choice((1, 3, 255, 256, 300)))
        assert grow(empty, grown) == grown
        assert grow(empty, grown) == grown
    assert tree_size(empty) == (1_200, 1_200)
    tree, expected = StoredTree(empty), hashes(empty)
    for size in (1, 2, 255, 256, 257, 512, 700, 1_024, 1_199, 1_200):
        assert tree.root(size) == by_definition(expected[:size])
    assert tree.leaf_hashes(250, 520) == expected[250:520]


def test_gaps_in_positions_leave_no_gap_in_the_tree(empty: Connection):
    append_rows(empty, EVENT_KEYS, rows(1, 5))
    with pytest.raises(psycopg.errors.UniqueViolation):
        append_rows(empty, EVENT_KEYS, rows(5, 6))
    append_rows(empty, EVENT_KEYS, rows(6, 300))
    last = head(empty)
    assert last > 300
    assert grow(empty, last) == 300
    tree = StoredTree(empty)
    assert tree.index_of(last) == 299
    assert tree.index_of(6) is None
    assert tree.root(300) == by_definition(hashes(empty))


def test_every_event_is_proved_by_the_stored_tree(conn: Connection):
    tree, leaves = StoredTree(conn), hashes(conn)
    whole = tree.root(EVENTS)
    for index in (0, 1, 255, 256, 700, 1_535, 1_998, 1_999):
        proof = inclusion_proof(index, EVENTS, tree.subtree)
        assert verifies_inclusion(leaves[index], index, EVENTS, proof, whole)


def test_each_checkpoint_begins_the_next(conn: Connection):
    tree = StoredTree(conn)
    for first, second in pairwise(CHECKPOINTS):
        old, new = with_size(conn, first), with_size(conn, second)
        assert old is not None
        assert new is not None
        proof = prove_consistency(first, second, tree.subtree)
        assert verifies_consistency(first, second, proof, old.root, new.root)


def test_missing_tiles_are_told_and_not_taken_for_hashes(conn: Connection):
    conn.execute("DELETE FROM proof.tiles WHERE level = 0 AND index = 3")
    with pytest.raises(IncompleteTree):
        StoredTree(conn).leaf_hashes(700, 900)


def test_several_who_grow_the_tree_at_once_add_each_leaf_once(empty: Connection):
    append_rows(empty, EVENT_KEYS, rows(1, 900))

    def sign(number: int) -> int:
        with psycopg.connect(empty.info.dsn, autocommit=True) as own:
            made = make_checkpoint(own, KEY, 100 * number, ON_REQUEST, NOW)
            assert made is not None
            return made.size

    with ThreadPoolExecutor(6) as pool:
        sizes = list(pool.map(sign, range(1, 10)))
    assert max(sizes) == 900
    assert tree_size(empty) == (900, 900)
    assert StoredTree(empty).root(900) == by_definition(hashes(empty))


def test_a_transaction_that_is_broken_off_leaves_the_tree_as_it_was(empty: Connection):
    append_rows(empty, EVENT_KEYS, rows(1, 600))
    make_checkpoint(empty, KEY, 300, ON_REQUEST, NOW)

    def break_off() -> None:
        with empty.transaction():
            grow(empty, 600)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert tree_size(empty) == (300, 300)
    assert make_checkpoint(empty, KEY, 600, ON_REQUEST, NOW) == latest(empty)


def test_a_checkpoint_is_a_signed_note_of_the_logs_name_size_and_root(conn: Connection):
    kept = latest(conn)
    assert kept is not None
    text, key = open_note(kept.note, [NEXT_KEY.public, KEY.public])
    checkpoint = parse_checkpoint(text)
    assert key == KEY.public
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == (origin(conn), EVENTS, kept.root)
    assert kept.root == by_definition(hashes(conn))
    assert (kept.position, kept.reason, kept.made_at) == (EVENTS, ON_REQUEST, NOW)
    assert kept.note.split("\n")[0].startswith("parentalite.log/")


def test_an_empty_log_has_nothing_to_sign(empty: Connection):
    assert make_checkpoint(empty, KEY, 0, ON_REQUEST, NOW) is None
    assert latest(empty) is None


def test_the_same_tree_is_signed_once(conn: Connection):
    before = all_checkpoints(conn)
    assert make_checkpoint(conn, KEY, EVENTS, ON_REQUEST, NOW) == before[-1]
    assert all_checkpoints(conn) == before


def test_the_last_checkpoint_of_a_certification_is_found(conn: Connection):
    assert certified_before(conn, EVENTS + 1) is None
    append_rows(conn, EVENT_KEYS, [(UUID(int=999), 1, "service_dossier.certified", b"{}")])
    certified = make_checkpoint(conn, KEY, head(conn), ON_REQUEST, NOW)
    assert certified is not None
    assert certified.reason == CERTIFICATION
    assert certified_before(conn, EVENTS + 2) == certified
    assert certified_before(conn, EVENTS + 1) is None
    append_rows(conn, EVENT_KEYS, [(UUID(int=998), 1, "animation.published", b"{}")])
    make_checkpoint(conn, KEY, head(conn), ON_REQUEST, NOW)
    assert certified_before(conn, EVENTS + 3) == certified


def test_what_was_certified_follows_from_the_log_and_not_from_the_column_beside_it(conn: Connection):
    append_rows(conn, EVENT_KEYS, [(UUID(int=999), 1, "service_dossier.paid", b"{}")])
    certified = make_checkpoint(conn, KEY, head(conn), CERTIFICATION, NOW)
    assert certified is not None
    conn.execute("UPDATE proof.checkpoints SET reason = 'asked'")
    assert (before := certified_before(conn, EVENTS + 2)) is not None
    assert before.size == certified.size


def test_a_new_key_ends_the_one_before_which_may_not_come_back(conn: Connection):
    take_up_key(conn, NEXT_KEY)
    old, new = keys(conn)
    assert (old.public_key, old.until_size) == (KEY.public, EVENTS)
    assert (new.public_key, new.since_size, new.until_size) == (NEXT_KEY.public, EVENTS + 1, None)
    assert old.may_sign(EVENTS)
    assert not old.may_sign(EVENTS + 1)
    assert not new.may_sign(EVENTS)
    with pytest.raises(KeyRetired, match="replaced"):
        make_checkpoint(conn, KEY, EVENTS, ON_REQUEST, NOW)
    append_rows(conn, EVENT_KEYS, rows(EVENTS + 1, EVENTS + 5))
    made = make_checkpoint(conn, NEXT_KEY, head(conn), ON_REQUEST, NOW)
    assert made is not None
    assert open_note(made.note, [NEXT_KEY.public])[1] == NEXT_KEY.public


def test_keys_go_through_pem_and_other_texts_are_refused():
    assert from_pem(to_pem(KEY.public)) == KEY.public
    for wrong, reason in (("no key", "not a public key in PEM"), (_rsa_pem(), "not an Ed25519 key")):
        with pytest.raises(BadNote, match=reason):
            from_pem(wrong)


def _rsa_pem() -> str:
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


NOTE = KEY.sign("parentalite.log/x\n3\n" + "A" * 43 + "=\n", "parentalite.log/x")


def test_a_note_of_a_key_that_is_not_trusted_is_refused():
    with pytest.raises(BadNote, match="unknown key"):
        open_note(NOTE, [NEXT_KEY.public])


def test_no_byte_of_a_note_can_change_unseen():
    for at in range(len(NOTE.encode())):
        spoilt = bytearray(NOTE.encode())
        spoilt[at] ^= 1
        with pytest.raises((BadNote, UnicodeDecodeError)):
            parse_checkpoint(open_note(spoilt.decode(), [KEY.public])[0])


def test_a_known_note_is_signed_as_c2sp_says():
    # Computed by hand from c2sp.org/signed-note: key id, then Ed25519 over the text with its newline.
    from base64 import b64decode
    from hashlib import sha256

    name, encoded = NOTE.splitlines()[-1].removeprefix("— ").split(" ")
    signature = b64decode(encoded)
    assert signature[:4] == sha256(name.encode() + b"\n\x01" + KEY.public).digest()[:4]
    KEY.private.public_key().verify(signature[4:], NOTE.split("\n\n")[0].encode() + b"\n")
    assert SigningKey.from_seed(KEY.seed).public == KEY.public
