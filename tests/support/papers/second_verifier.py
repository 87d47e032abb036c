"""Another verifier, written from docs/proof.md alone: it shares no code with ours but the two libraries it needs."""

import base64
import decimal
import hashlib
import json
import struct
import uuid
import zipfile

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OURS = uuid.UUID("6f7c1c0e-2a3f-5d11-9a53-0b6f0c7d971e")


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


def root_of_map(key, value, siblings, other):
    """The root of a sparse tree, from the top down by recursion instead of the loop from the leaf."""
    place = h(key.encode())

    def below(depth):
        if depth == len(siblings):
            if value is not None:
                assert other is None
                return h(b"\2", place, h(value.encode()))
            if other is None:
                return bytes(32)
            stranger, digest = (base64.b64decode(other[name]) for name in ("path", "digest"))
            as_bits = [f"{int.from_bytes(path):0256b}" for path in (place, stranger)]
            assert (len(stranger), len(digest)) == (32, 32)
            assert stranger != place
            assert as_bits[0][:depth] == as_bits[1][:depth]
            return h(b"\2", stranger, digest)
        sibling = base64.b64decode(siblings[-1 - depth])
        pair = (below(depth + 1), sibling)
        return h(b"\3", *(pair[::-1] if place[depth // 8] << depth % 8 & 128 else pair))

    return below(0)


def payment(path, key):
    """What the map says was paid, once it is shown that nothing was left out of the bundle; raises when it was."""
    with zipfile.ZipFile(path) as archive:
        _, size, root = signed_text(archive.read("checkpoint").decode(), key).splitlines()
        shown = json.loads(archive.read("completeness.json"))
        dossier_id = json.loads(archive.read("dossier.json"))["dossier_id"]
        lines = archive.read("events.jsonl").splitlines()
    committed = shown["committed"]
    leaf, path_up = base64.b64decode(committed["leaf"]), [base64.b64decode(node) for node in committed["proof"]]
    assert root_from_path(committed["index"], int(size), h(b"\0", leaf), path_up) == base64.b64decode(root)
    assert committed["index"] == int(size) - 1
    position, stream, version, topic, state = fields(leaf)
    assert (stream, topic) == (uuid.uuid5(OURS, "proof-map").bytes, "proof.map_committed")
    data = json.loads(state)["data"]
    of_the_map = f"stream:{uuid.UUID(bytes=stream)}"
    expected = {of_the_map: str(version - 1) if version > 1 else None, f"dossier:{dossier_id}": None}
    for line in lines:
        place, stream, version, topic, state = fields(base64.b64decode(json.loads(line)["leaf"]))
        assert place <= data["position"] < position
        name, content = uuid.UUID(bytes=stream), json.loads(state)["data"]
        expected[f"stream:{name}"] = str(version)
        if topic.startswith("animation."):
            expected.setdefault(f"animation:{name}", None)
        if topic == "animation.gathered":
            expected[f"animation:{name}"] = content["dossier_id"]
        if topic == "animation.released":
            expected[f"animation:{name}"] = None
        if topic == "service_dossier.paid":
            expected[f"dossier:{name}"] = f"{decimal.Decimal(content['amount']):.2f} {place}"
    assert [(entry["key"], entry["value"]) for entry in shown["values"]] == sorted(expected.items())
    for entry in shown["values"]:
        assert root_of_map(**entry).hex() == data["root"]
    paid = expected[f"dossier:{dossier_id}"]
    return paid and paid.split()[0]


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
        if header == "parentalite-bundle/2":
            payment(path, key)
        certified = [data["amount"] for topic, data in events if topic == "service_dossier.certified"]
        return certified[-1] if certified else None, len(events)
