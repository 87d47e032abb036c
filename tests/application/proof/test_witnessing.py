"""Witnesses cosign what continues; policies ask for them; followers name a fork."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from application.proof.merkle import EMPTY_ROOT, consistency_proof, fold_complete, leaf_hash, root
from application.proof.notes import BadNote, Checkpoint, SigningKey, VerifierKey, split_note
from application.proof.public_keys import PublicKey
from application.proof.witnessing.cosignatures import cosign, cosignatures, own_part, witness_key
from application.proof.witnessing.following import CannotFollow, Followed, ForkFound, follow, read_state, write_state
from application.proof.witnessing.policy import BadPolicy, read_policy
from application.proof.witnessing.tile_paths import format_index, parse_index, parse_level, width_at
from application.proof.witnessing.witness import SIZE, WitnessServer, WitnessState, format_request
from tests.application.proof.conftest import KEY, NEXT_KEY

LOG, WITNESS = "parentalite.log/tests", "witness.example.org/w1"
NOW = datetime(2026, 9, 23, 12, tzinfo=UTC)
FIRST, SECOND = SigningKey.from_seed(b"1" * 32), SigningKey.from_seed(b"2" * 32)


class Tree:
    """A log in memory: its leaves, and what a site serves of it."""

    def __init__(self, leaves: list[bytes], name: str = LOG, key: SigningKey = KEY) -> None:
        self.hashes = [leaf_hash(leaf) for leaf in leaves]
        self.name, self.key = name, key
        self.fetched: list[str] = []

    def subtree(self, start: int, end: int) -> bytes:
        return fold_complete(self.hashes[start:end])

    def root(self, size: int) -> bytes:
        return root(0, size, self.subtree)

    def note(self, size: int) -> str:
        return self.key.sign(Checkpoint(self.name, size, self.root(size)).text, self.name)

    def request(self, old: int, size: int) -> bytes:
        proof = consistency_proof(old, size, self.subtree) if old else []
        return format_request(old, proof, self.note(size))

    def get(self, path: str) -> bytes:
        if path == "checkpoint":
            return self.note(len(self.hashes)).encode()
        self.fetched.append(path)
        _, level, rest = path.split("/", 2)
        place = parse_index(rest)
        assert place is not None
        index, width = place
        assert width_at(len(self.hashes), int(level), index) == width
        span = 256 ** int(level)
        return b"".join(
            root((index * 256 + at) * span, (index * 256 + at + 1) * span, self.subtree) for at in range(width)
        )


def leaves(count: int, text: str = "leaf") -> list[bytes]:
    return [f"{text} {number}".encode() for number in range(count)]


@pytest.fixture
def server(tmp_path: Path) -> WitnessServer:
    return witness(tmp_path)


def witness(folder: Path) -> WitnessServer:
    state = WitnessState.read(folder / "witness.json")
    return WitnessServer(WITNESS, FIRST, [VerifierKey(LOG, KEY.public)], state, lambda: NOW)


def test_a_cosignature_is_what_the_specification_says():
    text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
    line = cosign(text, WITNESS, FIRST, NOW)
    data = split_note(f"{text}\n{line}")[1][0].data
    assert int.from_bytes(data[:8], "big") == int(NOW.timestamp())
    message = f"cosignature/v1\ntime {int(NOW.timestamp())}\n{text}"
    FIRST.private.public_key().verify(data[8:], message.encode())


def test_a_witness_cosigns_what_continues_and_refuses_the_rest(server: WitnessServer, tmp_path: Path):
    tree, fork = Tree(leaves(900)), Tree([*leaves(500), *leaves(400, "other")])
    first = server.add_checkpoint(tree.request(0, 700))
    assert first.status == 200
    assert cosignatures(tree.note(700) + first.body, [witness_key(WITNESS, FIRST)])[0].at == NOW
    assert server.add_checkpoint(tree.request(700, 800)).status == 200
    refused = server.add_checkpoint(tree.request(700, 900))
    assert (refused.status, refused.body, refused.media_type) == (409, "800\n", SIZE)
    assert server.add_checkpoint(fork.request(800, 900)).status == 422
    assert server.add_checkpoint(fork.request(800, 800)).status == 422
    assert server.add_checkpoint(tree.request(800, 800)).status == 200
    # A rolled-back log, and a witness that was started again.
    assert server.add_checkpoint(tree.request(0, 700)).status == 409
    again = witness(tmp_path)
    assert again.add_checkpoint(fork.request(800, 900)).status == 422
    assert again.add_checkpoint(tree.request(800, 900)).status == 200


@pytest.mark.parametrize(
    ("spoil", "status"),
    [
        (lambda tree: tree.request(0, 9).replace(b"old 0", b"old 00"), 400),
        (lambda tree: tree.request(0, 9).replace(b"old 0", b"old -1"), 400),
        (lambda tree: b"old 10\n\n" + tree.note(9).encode(), 400),
        (lambda tree: tree.request(0, 9).replace(b"\n\n", b"\nAAAA\n\n", 1), 400),
        (lambda tree: tree.request(0, 9).replace(b"\n\n", b"\n" + b"A" * 43 + b"=\n\n", 1), 422),
        (lambda tree: b"", 400),
        (lambda tree: b"\xff\xfe", 400),
        (lambda tree: Tree(leaves(9), "another.log/x").request(0, 9), 404),
        (lambda tree: Tree(leaves(9), LOG, NEXT_KEY).request(0, 9), 403),
        (lambda tree: tree.request(0, 9).replace(b"\n9\n", b"\n8\n"), 403),
        (lambda tree: format_request(0, [], KEY.sign(Checkpoint(LOG, 0, b"x" * 32).text, LOG)), 422),
        (lambda tree: format_request(0, [], KEY.sign(Checkpoint(LOG, 0, EMPTY_ROOT).text, LOG)), 200),
        (lambda tree: b"old 0\n" + b"A" * 44 * 64, 400),
    ],
)
def test_each_refusal_has_the_status_of_the_protocol(server: WitnessServer, spoil, status: int):
    assert server.add_checkpoint(spoil(Tree(leaves(9)))).status == status


def test_monitors_read_the_last_cosigned_checkpoint(server: WitnessServer):
    from hashlib import sha256

    tree = Tree(leaves(9))
    digest = sha256(LOG.encode()).hexdigest()
    assert server.checkpoint(digest).status == 404
    answer = server.add_checkpoint(tree.request(0, 9))
    assert server.checkpoint(digest).body == tree.note(9) + answer.body


@pytest.mark.parametrize("content", ["", "[]", '{"x": 1}', '{"x": "no note"}'])
def test_a_witness_does_not_begin_anew_on_a_damaged_state(tmp_path: Path, content: str):
    (tmp_path / "witness.json").write_text(content)
    with pytest.raises((ValueError, BadNote)):
        witness(tmp_path)


POLICY = f"""
# Two of three, and the paying agent.
log {VerifierKey(LOG, KEY.public)} https://parentalite.example.org
witness w1 {witness_key(WITNESS, FIRST)} https://w1.example.org
witness w2\t{witness_key("w2", SECOND)}
group any-of-both any w1 w2
quorum any-of-both
"""


def test_a_policy_is_met_by_its_quorum_alone():
    tree, policy = Tree(leaves(9)), read_policy(POLICY)
    both = read_policy(POLICY.replace("any w1", "all w1"))
    note = tree.note(9)
    text = split_note(note)[0]
    with pytest.raises(BadNote, match="quorum any-of-both is not met: cosigned by nobody"):
        policy.check(note)
    cosigned = note + cosign(text, "w2", SECOND, NOW)
    checkpoint, (valid,) = policy.check(cosigned)
    assert (checkpoint.size, valid.witness.name) == (9, "w2")
    with pytest.raises(BadNote, match="cosigned by w2"):
        both.check(cosigned)
    assert both.check(cosigned + cosign(text, WITNESS, FIRST, NOW))
    assert read_policy("quorum none").check(note, [PublicKey(KEY.public)])
    assert own_part(cosigned, LOG) == note


def test_a_cosignature_of_another_tree_or_by_another_key_does_not_count():
    tree, policy = Tree(leaves(9)), read_policy(POLICY)
    other = split_note(tree.note(8))[0]
    with pytest.raises(BadNote, match="does not fit"):
        policy.check(tree.note(9) + cosign(other, WITNESS, FIRST, NOW))
    with pytest.raises(BadNote, match="not met"):
        policy.check(tree.note(9) + cosign(split_note(tree.note(9))[0], WITNESS, SECOND, NOW))
    with pytest.raises(BadNote, match="another log"):
        policy.check(Tree(leaves(9), "other.log/x").note(9))


W1, W2 = f"witness w1 {witness_key(WITNESS, FIRST)}", f"witness w2 {witness_key('w2', SECOND)}"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no quorum"),
        ("quorum w1", "line 1: the quorum w1 is defined on no line before"),
        (f"{W1}\nquorum w1\nquorum w1", "line 3: there is a quorum already"),
        (f"{W1}\n{W1}\nquorum none", "line 2: the name w1 is taken"),
        (f"{W1}\n{W1.replace('w1 ', 'w2 ', 1)}\nquorum none", "line 2: this witness's key is listed twice"),
        (f"witness none {witness_key(WITNESS, FIRST)}\nquorum none", "taken"),
        (f"{W1}\ngroup g 2 w1\nquorum g", "a number from 1 to 1"),
        (f"{W1}\ngroup g 0 w1\nquorum g", "a number from 1 to 1"),
        (f"{W1}\n{W2}\ngroup g any w1\ngroup h any w1 w2\nquorum h", "w1 is a member already"),
        (f"{W1}\ngroup g any none\nquorum g", "none is defined on no line before"),
        (f"{W1}\ngroup g any\nquorum g", "is needed"),
        (f"log {witness_key(WITNESS, FIRST)}\nquorum none", "key of a witness"),
        (f"witness w {VerifierKey(LOG, KEY.public)}\nquorum none", "key of a log"),
        ("log nonsense\nquorum none", "line 1: not a verifier key"),
        ("quorum none\r", "control characters"),
    ],
)
def test_what_is_no_policy_is_refused_with_its_line(text: str, reason: str):
    with pytest.raises(BadPolicy, match=reason):
        read_policy(text)


def test_tiles_have_the_addresses_of_the_specification():
    assert format_index(1_234_067) == "x001/x234/067"
    assert (format_index(0), format_index(999), format_index(1_000, 5)) == ("000", "999", "x001/000.p/5")
    for index in (0, 7, 999, 1_000, 1_234_067):
        for width in (1, 255, 256):
            assert parse_index(format_index(index, width)) == (index, width)
    for wrong in (
        "0",
        "0000",
        "x000/001",
        "001.p/0",
        "001.p/256",
        "001.p/01",
        "1",
        "x001/1",
        "001/002",
        "001.p/",
        "../001",
    ):
        assert parse_index(wrong) is None, wrong
    assert [parse_level(text) for text in ("0", "63", "64", "00", "-1", "a")] == [0, 63, None, None, None, None]
    # The example of the specification: 273 full tiles, 112 leaves, 17 and 1 hashes.
    assert [width_at(70_000, *tile) for tile in ((0, 273), (1, 1), (2, 0), (0, 274))] == [112, 17, 1, 0]


def state(tree: Tree) -> Followed:
    return Followed((PublicKey(tree.key.public, name=LOG),))


@pytest.mark.parametrize("sizes", [(1, 2, 3), (255, 256, 257), (700, 70_000), (5, 5, 6)])
def test_a_follower_proves_each_new_tree_from_tiles(sizes: tuple[int, ...], tmp_path: Path):
    followed = None
    for size in sizes:
        tree = Tree(leaves(size))
        followed = follow(tree, followed or state(tree))
        assert followed.checkpoint is not None
        assert followed.checkpoint.size == size
        assert len(tree.fetched) < 12
        write_state(tmp_path / "state.json", followed)
        assert read_state(tmp_path / "state.json") == followed


@pytest.mark.parametrize(
    ("fork", "why"),
    [
        (Tree(leaves(700, "other")), "two trees of 700"),
        (Tree([*leaves(699), b"other", *leaves(100)]), "history was rewritten"),
        (Tree(leaves(1_000, "other")), "history was rewritten"),
        (Tree(leaves(699)), "rolled back"),
    ],
)
def test_a_fork_is_named_with_both_signed_notes(fork: Tree, why: str):
    honest = Tree(leaves(700))
    followed = follow(honest, state(honest))
    with pytest.raises(ForkFound, match=why) as caught:
        follow(fork, followed)
    assert (caught.value.kept, caught.value.shown) == (honest.note(700), fork.note(len(fork.hashes)))


def test_wrong_tiles_are_no_fork_and_foreign_checkpoints_are_not_believed():
    honest = Tree(leaves(700))
    followed = follow(honest, state(honest))

    class Lying(Tree):
        def get(self, path: str) -> bytes:
            return super().get(path) if path == "checkpoint" else bytes(len(super().get(path)))

    with pytest.raises(CannotFollow, match="another root than its checkpoint"):
        follow(Lying(leaves(800)), followed)
    for foreign in (Tree(leaves(800), key=NEXT_KEY), Tree(leaves(800), "other.log/x")):
        with pytest.raises(CannotFollow, match="not believed"):
            follow(foreign, followed)
    with pytest.raises(CannotFollow, match="quorum"):
        follow(Tree(leaves(800)), followed, read_policy(POLICY))


@pytest.mark.parametrize("content", ["", "{}", "[]", json.dumps({"version": 1, "keys": [], "checkpoint": None})])
def test_a_damaged_state_is_not_begun_anew(tmp_path: Path, content: str):
    (tmp_path / "state.json").write_text(content)
    with pytest.raises(CannotFollow, match="another file"):
        read_state(tmp_path / "state.json")
    assert read_state(tmp_path / "none.json") is None
