"""The vectors of docs/proof.md are what the code makes."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

from application.proof.leaves import Leaf, decode_leaf, encode_leaf
from application.proof.merkle import leaf_hash
from application.proof.notes import from_pem, open_note, parse_checkpoint
from application.proof.public_keys import read_public_keys, sign_key_list
from application.proof.verifying import CHECKS
from eventstore.authenticators import Chain
from tests.application.proof.conftest import KEY

TEXT = (Path(__file__).parents[3] / "docs" / "proof.md").read_text()


def vector(name: str) -> str:
    (content,) = re.findall(rf"```text vector:{name}\n(.*?)```", TEXT, re.DOTALL)
    return str(content)


def test_the_leaf_of_the_documentation_is_that_of_the_code():
    values = dict(line.split(maxsplit=1) for line in vector("leaf").splitlines())
    leaf = Leaf(
        int(values["position"]),
        UUID(values["aggregate"]),
        int(values["version"]),
        values["topic"],
        values["state"].encode(),
    )
    assert encode_leaf(leaf).hex() == values["leaf"]
    assert decode_leaf(bytes.fromhex(values["leaf"])) == leaf
    assert leaf_hash(encode_leaf(leaf)).hex() == values["hash"]


def test_the_authenticators_of_the_documentation_are_those_of_the_code():
    values = [line.split(maxsplit=1)[1] for line in vector("authenticators").splitlines()]
    stream, state = UUID(values[0]), values[1].encode()
    chain = Chain(b"\x65" * 32, {})
    for version, topic, made in (values[2:5], values[5:8]):
        assert chain.add((stream, int(version), topic, state)).hex() == made


def test_the_checkpoint_of_the_documentation_is_signed_by_its_key():
    key = from_pem(vector("key"))
    assert key == KEY.public
    checkpoint = parse_checkpoint(open_note(vector("checkpoint"), [key])[0])
    assert checkpoint.size == 1
    assert checkpoint.root.hex() == dict(line.split(maxsplit=1) for line in vector("leaf").splitlines())["hash"]


def test_the_list_of_keys_of_the_documentation_names_the_key_that_signed_it():
    (key,) = read_public_keys(vector("keys"))
    assert (key.public_key, key.name) == (KEY.public, "parentalite.log/example")
    assert sign_key_list([key], KEY, "parentalite.log/example") == vector("keys")


def test_every_check_of_the_verifier_is_told_of():
    section = TEXT.split("## Verifying")[1]
    # The archive is checked before the others.
    assert len(re.findall(r"^\d+\. ", section, re.MULTILINE)) == len(CHECKS) + 1
