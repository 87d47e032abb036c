"""Another verifier, written from docs/proof.md alone: it shares no code with ours but the two libraries it needs."""

import base64
import hashlib
import json
import struct
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def h(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def signed_text(note, key):
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    for line in signatures.splitlines():
        _, name, encoded = line.split(" ")
        raw = base64.b64decode(encoded)
        if raw[:4] == h(name.encode(), b"\n\x01", key)[:4]:
            Ed25519PublicKey.from_public_bytes(key).verify(raw[4:], text.encode())
            return text
    raise AssertionError("unknown key")


def root_from_path(index, size, leaf, path):
    """RFC 9162, 2.1.3.2, by recursion from the root instead of the loop from the leaf."""
    if size == 1:
        assert not path
        return leaf
    split = 1
    while split * 2 < size:
        split *= 2
    if index < split:
        return h(b"\1", root_from_path(index, split, leaf, path[:-1]), path[-1])
    return h(b"\1", path[-1], root_from_path(index - split, size - split, leaf, path[:-1]))


def fields(leaf):
    """(position, aggregate, version, topic, state)"""
    assert leaf[:2] == b"\0\5"
    values, at = [], 2
    for _ in range(5):
        (length,) = struct.unpack_from(">i", leaf, at)
        values.append(leaf[at + 4 : at + 4 + length])
        at += 4 + length
    assert at == len(leaf)
    return (*struct.unpack(">q", values[0]), values[1], *struct.unpack(">q", values[2]), values[3].decode(), values[4])


def verify(path, key):
    """The dossier's certified amount and the number of its events; raises when anything is wrong."""
    with zipfile.ZipFile(path) as archive:
        header, dossier_id, *lines = signed_text(archive.read("manifest").decode(), key).splitlines()
        assert header in ("parentalite-bundle/1", "parentalite-bundle/2")
        for line in lines:
            digest, size, name = line.split(" ", 2)
            content = archive.read(name)
            assert (hashlib.sha256(content).hexdigest(), len(content)) == (digest, int(size))
        assert [line.split(" ", 2)[2] for line in lines] == archive.namelist()[1:]
        _, size, root = signed_text(archive.read("checkpoint").decode(), key).splitlines()
        events, named = [], set()
        versions: dict[bytes, int] = {}
        for line in archive.read("events.jsonl").splitlines():
            inclusion = json.loads(line)
            leaf = base64.b64decode(inclusion["leaf"])
            path_up = [base64.b64decode(node) for node in inclusion["proof"]]
            assert root_from_path(inclusion["index"], int(size), h(b"\0", leaf), path_up) == base64.b64decode(root)
            position, aggregate, version, topic, state = fields(leaf)
            assert versions.get(aggregate, 0) + 1 == version
            versions[aggregate] = version
            events.append((topic, json.loads(state)["data"]))
            assert position == inclusion["position"]
        for topic, data in events:
            if topic in ("animation.sheet_attached", "service_dossier.piece_attached"):
                named.add(data["sha256"])
        assert {name[6:] for name in archive.namelist() if name.startswith("files/")} <= named
        assert json.loads(archive.read("dossier.json"))["dossier_id"] == dossier_id
        certified = [data["amount"] for topic, data in events if topic == "service_dossier.certified"]
        return certified[-1] if certified else None, len(events)
