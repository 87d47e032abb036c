"""Another verifier, written from docs/proof.md alone: it shares no code with ours but the two libraries it needs."""

import base64
import decimal
import hashlib
import json
import re
import struct
import uuid
import zipfile
from pathlib import Path

from cryptography.exceptions import InvalidSignature
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
    topics = [fields(base64.b64decode(json.loads(line)["leaf"]))[3] for line in lines]
    # A commit of the first schema version has no such field, and then there is no such event.
    assert data.get("signing_rules", 0) == topics.count("signing.required")
    of_the_map = f"stream:{uuid.UUID(bytes=stream)}"
    expected = {of_the_map: str(version - 1) if version > 1 else None, f"dossier:{dossier_id}": None}
    if "signing_rules" in data:
        expected[f"stream:{uuid.uuid5(OURS, 'proof-signing-rule')}"] = None
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


class Refused(AssertionError):
    """`step` is the one of docs/proof.md that a bundle does not pass."""

    def __init__(self, step, why):
        super().__init__(f"{step}: {why!r}")
        self.step = step


def verify(path, key):
    """The dossier's certified amount and the number of its events; raises Refused when anything is wrong.

    Steps 1 to 5 and the streams of step 7: what decisions, paper and time stamp need is left to the other verifiers.
    """
    seen: dict = {}
    for step in (archive_, manifest, checkpoint, events, dossier, completeness, files):
        try:
            step(seen, path, key)
        except (AssertionError, ValueError, KeyError, TypeError, struct.error, InvalidSignature) as why:
            raise Refused(step.__name__.rstrip("_"), why) from why
    certified = [data["amount"] for _, topic, data in seen["events"] if topic == "service_dossier.certified"]
    return certified[-1] if certified else None, len(seen["events"])


MEMBERS = (
    *("manifest", "dossier.json", "dossier.pdf", "events.jsonl", "checkpoint", "checkpoint.tsr"),
    *("previous-checkpoint", "consistency.json", "completeness.json", "checkpoint.pub.pem", "keys"),
)


def archive_(seen, path, key):
    with zipfile.ZipFile(path) as archive:
        seen["members"] = members = {name: archive.read(name) for name in archive.namelist()}
    first = members["manifest"].split(b"\n")[0] == b"parentalite-bundle/1"
    optional = {"checkpoint.tsr", "previous-checkpoint", "consistency.json"}
    absent = {"completeness.json", "keys"} if first else set()
    table = [name for name in MEMBERS if name in members or name not in optional | absent]
    attached = [name for name in members if name.startswith("files/")]
    assert list(members) == table + attached
    assert all(re.fullmatch("files/[0-9a-f]{64}", name) for name in attached)
    assert ("previous-checkpoint" in members) == ("consistency.json" in members)


def manifest(seen, path, key):
    note, members = seen["members"]["manifest"].decode(), seen["members"]
    header, seen["dossier"], *lines = signed_text(note, key).splitlines()
    assert header in ("parentalite-bundle/1", "parentalite-bundle/2")
    assert [line.split(" ", 2)[2] for line in lines] == list(members)[1:]
    for line in lines:
        digest, size, name = line.split(" ", 2)
        assert (hashlib.sha256(members[name]).hexdigest(), len(members[name])) == (digest, int(size))
    assert signers(note) <= signers(members["checkpoint"].decode())
    assert len(note.rsplit("\n\n", 1)[1].splitlines()) == 1


def signers(note):
    return {line.split(" ")[1] for line in note.rsplit("\n\n", 1)[1].splitlines()}


def checkpoint(seen, path, key):
    note = seen["members"]["checkpoint"].decode()
    name, size, root = signed_text(note, key).splitlines()
    assert name in signers(note)
    seen["size"], seen["root"] = int(size), base64.b64decode(root)


def events(seen, path, key):
    versions: dict[bytes, int] = {}
    seen["events"], seen["signers"], last = [], set(), (0, -1)
    for line in seen["members"]["events.jsonl"].splitlines():
        inclusion = strict(line)
        assert list(inclusion) == ["position", "index", "leaf", "proof"]
        leaf, path_up = base64.b64decode(inclusion["leaf"]), [base64.b64decode(node) for node in inclusion["proof"]]
        assert root_from_path(inclusion["index"], seen["size"], h(b"\0", leaf), path_up) == seen["root"]
        position, aggregate, version, topic, state = fields(leaf)
        assert position == inclusion["position"] > inclusion["index"] > last[1]
        assert position - last[0] >= inclusion["index"] - last[1]
        last = position, inclusion["index"]
        assert versions.get(aggregate, 0) + 1 == version
        versions[aggregate] = version
        seen["events"].append((str(uuid.UUID(bytes=aggregate)), topic, read_state(topic, state)))
        stamp = strict(state)["stamp"]
        if "signature" in stamp:
            seen["signers"].add((str(uuid.UUID(bytes=aggregate)), stamp["person"]))


def strict(content):
    def once(pairs):
        assert len(dict(pairs)) == len(pairs), "a key stands twice"
        return dict(pairs)

    def refuse(number):
        raise ValueError(f"{number} is no whole number")

    return json.loads(content.decode(), object_pairs_hook=once, parse_float=refuse, parse_constant=refuse)


def shapes():
    """Topic, schema version, and fields with their types, as docs/reference/events.md has them."""
    page = (Path(__file__).parents[3] / "docs" / "reference" / "events.md").read_text()
    for topic, text in re.findall(r"^### (\S+)\n(.*?)(?=^##|\Z)", page, re.MULTILINE | re.DOTALL):
        current = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|$", text, re.MULTILINE))
        (latest,) = map(int, re.findall(r"Schema version (\d+)", text))
        yield topic, latest, current
        for earlier, difference in re.findall(r"^Version (\d+) (.*)", text, re.MULTILINE):
            lacks = set(re.findall(r"has no `(\w+)`, read", difference))
            fields_then = {name: kind for name, kind in current.items() if name not in lacks}
            fields_then |= dict.fromkeys(re.findall(r"has `(\w+)`, read no more", difference), "anything")
            yield topic, int(earlier), fields_then


SHAPES = {(topic, version): kinds for topic, version, kinds in shapes()}


def read_state(topic, state):
    content = strict(state)
    assert sorted(content) == ["data", "schema_version", "stamp"]
    assert type(content["schema_version"]) is int
    kinds, data = SHAPES[topic, content["schema_version"]], content["data"]
    assert set(data) <= set(kinds)
    for name, kind in kinds.items():
        assert name in data or "may be absent" in kind
        assert name not in data or fits(data[name], kind), f"{topic}: {name} is no {kind}"
    return data


def fits(value, kind):
    kind = kind.removesuffix(", may be absent").removesuffix(", encrypted")
    if kind.startswith("list of "):
        return isinstance(value, list) and all(fits(entry, kind[8:]) for entry in value)
    if kind.startswith("object of "):
        return isinstance(value, dict)
    if kind.endswith(" or null"):
        return value is None or fits(value, kind[:-8])
    if kind == "count":
        return type(value) is int and -(2**63) <= value < 2**63
    if kind == "amount":
        return isinstance(value, str) and re.fullmatch(r"-?\d+\.\d\d", value, re.ASCII) is not None
    if kind == "identifier":
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    return kind == "anything" or isinstance(value, bool if kind == "true or false" else str)


def dossier(seen, path, key):
    of_dossier = [(topic, data) for stream, topic, data in seen["events"] if stream == seen["dossier"]]
    opened = next(data for topic, data in of_dossier if topic == "service_dossier.opened")
    gathered = {
        name for topic, data in of_dossier if topic == "service_dossier.gathered" for name in data["animation_ids"]
    }
    rules = str(uuid.uuid5(OURS, "proof-signing-rule"))
    streams = {stream for stream, topic, _ in seen["events"] if topic != "file.expired" and stream != rules}
    assert all((topic == "signing.required") == (stream == rules) for stream, topic, _ in seen["events"])
    named = {seen["dossier"], opened["structure_id"], opened["convention_id"], *gathered}
    signers = {person for stream, person in seen["signers"] if stream in named}
    assert streams == named | {str(uuid.uuid5(OURS, f"passkeys:{person}")) for person in signers}
    assert json.loads(seen["members"]["dossier.json"])["dossier_id"] == seen["dossier"]


def completeness(seen, path, key):
    if "completeness.json" in seen["members"]:
        payment(path, key)


def files(seen, path, key):
    with_files = ("animation.sheet_attached", "service_dossier.piece_attached")
    named = {data["sha256"] for _, topic, data in seen["events"] if topic in with_files}
    for name, content in seen["members"].items():
        if name.startswith("files/"):
            assert hashlib.sha256(content).hexdigest() == name[6:]
            assert name[6:] in named
