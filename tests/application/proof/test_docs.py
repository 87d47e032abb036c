"""The vectors of docs/proof.md are what the code makes."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.proof.archive import MAX_MEMBERS
from application.proof.completeness.sparse_tree import (
    OtherLeaf,
    PathProof,
    path_of,
    root_of,
    verifies,
)
from application.proof.completeness.sparse_tree import (
    leaf_hash as map_leaf_hash,
)
from application.proof.leaves import Leaf, decode_leaf, encode_leaf
from application.proof.merkle import leaf_hash
from application.proof.notes import from_pem, open_note, parse_checkpoint
from application.proof.public_keys import read_public_keys, sign_key_list
from application.proof.verifying import CHECKS
from application.signatures.acts import Act, digest_of_state, to_base64url
from application.signatures.assertions import check_assertion
from domain.kernel.events import registered_events
from domain.kernel.identifiers import MAP_ID
from domain.passkeys.passkeys import Passkey
from eventstore.authenticators import Chain
from eventstore.records import ActSignature
from tests.application.proof.conftest import KEY
from tests.support.papers import second_verifier
from tests.support.papers.bundles import members
from tests.support.papers.forged_bundles import FOLDER

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


@pytest.mark.parametrize("name", ["first-signed-act", "signed-act"])
def test_the_signed_acts_of_the_documentation_are_signed_by_their_passkeys(name: str):
    event = dict(line.split(maxsplit=1) for line in vector("first-signed-act").splitlines())
    values = dict(line.split(maxsplit=1) for line in vector(name).splitlines())
    stream, state = UUID(event["stream"]), event["state"].encode()
    assert digest_of_state(stream, int(event["version"]), event["topic"], state) == event["digest"]
    assert to_base64url(sha256(event["event"].encode()).digest()) == event["digest"]
    assert to_base64url(sha256(values["act"].encode()).digest()) == values["challenge"]
    signed = json.loads(values["act"])
    assert signed["events"] == [event["digest"]]
    expires_at = datetime.fromisoformat(signed["expires_at"])
    who = signed["act"], signed["person"], signed["role"]
    act = Act(*who, expires_at, tuple(signed["events"]), signed.get("actor"))
    assert to_base64url(act.challenge) == values["challenge"]
    assertion = {name: values[name] for name in ("authenticator_data", "client_data", "signature")}
    signature = ActSignature(
        act=act.action, expires_at=expires_at, events=act.events, credential_id="AAAA", **assertion
    )
    check_assertion(signature, Passkey("AAAA", values["public_key"], values["rp_id"]), act.challenge)


def test_every_check_of_the_verifier_is_told_of():
    section = TEXT.split("## Verifying")[1]
    # The archive is checked before the others; three depend on what is asked for, one tells the outcome.
    others = {"kept checkpoint", "as of", "complete", "required"}
    assert (
        len(re.findall(r"^\d+\. ", section, re.MULTILINE))
        == len([name for name, _ in CHECKS if name not in others]) + 1
    )


def map_of_the_documentation() -> dict[str, str]:
    return dict(re.findall(r"^(\S+) = (.*)$", vector("map"), re.MULTILINE))


def test_the_map_of_the_documentation_has_its_paths_leaves_and_root():
    values = map_of_the_documentation()
    lines = [f"{key} = {value}\n{_of_the_leaf(key, value)}" for key, value in values.items()]
    assert vector("map") == "".join(lines) + f"root {root_of(values.items()).hex()}\n"
    assert str(MAP_ID) in TEXT


def _of_the_leaf(key: str, value: str) -> str:
    path = path_of(key)
    return f"  path {path.hex()}\n  leaf {map_leaf_hash(path, sha256(value.encode()).digest()).hex()}\n"


def test_the_proofs_of_the_documentation_lead_to_its_root_by_both_verifiers():
    values = map_of_the_documentation()
    entries = [json.loads(line) for line in vector("map-proofs").splitlines()]
    assert [(entry["value"] is None, entry["other"] is None) for entry in entries] == [
        *((False, True), (True, True), (True, False)),
    ]
    for entry in entries:
        assert second_verifier.root_of_map(**entry) == root_of(values.items())
        other = entry["other"] and OtherLeaf(*(base64.b64decode(entry["other"][name]) for name in ("path", "digest")))
        proof = PathProof([base64.b64decode(node) for node in entry["siblings"]], other)
        assert verifies(root_of(values.items()), entry["key"], values.get(entry["key"]), proof)


def test_every_field_of_dossier_json_is_told_of():
    section = TEXT.split("### dossier.json")[1].split("### Formats")[0]
    facts = json.loads(members(FOLDER / "genuine.zip")["dossier.json"])
    of_events = {name for kind in registered_events().values() for name in kind.model_fields} | {"animation_version"}
    inner = {name for part in _objects(facts) for name in part} - of_events - {"held_on"}
    assert sorted(name for name in inner if f"`{name}`" not in section) == []


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _objects(part)


def test_the_first_bytes_of_an_archive_are_those_of_the_documentation():
    section = TEXT.split("### The archive's bytes")[1]
    content = (FOLDER / "genuine.zip").read_bytes()
    assert content[:14].hex(" ").upper() == "50 4B 03 04 14 00 00 00 00 00 00 00 21 00"
    central = content[content.index(b"PK\x01\x02") :]
    assert (central[4:6].hex(" "), central[38:42].hex(" ").upper()) == ("14 03", "00 00 A4 01")
    for signature in ("`50 4B 03 04`", "`14 00`", "`21 00`", "`50 4B 01 02`", "`14 03`", "`00 00 A4 01`"):
        assert signature in section
    assert f"{MAX_MEMBERS:,} members" in section
