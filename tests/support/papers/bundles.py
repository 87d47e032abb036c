"""Bundles taken apart, altered, and put together again, as a forger would."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import orjson

from application.proof.archive import write_archive
from application.proof.bundle import manifest_text, records_of
from application.proof.facts.dossier_facts import facts_of
from application.proof.notes import SigningKey, open_note
from application.proof.public_keys import PublicKey
from application.proof.verifying import Check, verify
from eventstore.records import Recorded
from tests.support.papers.proved_dossiers import KEY


def checks(path: Path, *keys: SigningKey) -> list[Check]:
    return list(verify(path, [PublicKey(key.public) for key in keys or (KEY,)]))


def wrong(path: Path, *keys: SigningKey) -> str:
    """What the one check that failed says."""
    *passed, last = checks(path, *keys)
    assert all(check.ok for check in passed)
    assert not last.ok
    return last.text


def line_of(path: Path, step: str) -> str:
    """What the check of that step says, its warnings apart."""
    (line,) = [
        check.text for check in checks(path) if check.ok and not check.warning and check.text.startswith(f"{step}: ")
    ]
    return line


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, contents: dict[str, bytes]) -> Path:
    """A well-formed archive of these members."""
    with path.open("wb") as out:
        write_archive(out, ((name, len(content), io.BytesIO(content)) for name, content in contents.items()))
    return path


def signed_again(path: Path, contents: dict[str, bytes], key: SigningKey = KEY) -> Path:
    """As somebody who holds the key, or another one, would forge it."""
    text, _ = open_note(contents.pop("manifest").decode(), [KEY.public])
    header, dossier_id, *_ = text.split("\n")
    digests = {name: sha256(content).hexdigest() for name, content in contents.items()}
    sizes = {name: len(content) for name, content in contents.items()}
    name = contents["checkpoint"].decode().split("\n")[0]
    manifest = key.sign(manifest_text(header, dossier_id, digests, sizes), name).encode()
    return rewritten(path, {"manifest": manifest, **contents})


def without(path: Path, *topics: str) -> Path:
    """The bundle without the events of these topics, derived anew and signed again."""
    return keeping(path, lambda record: record.event.topic not in topics)


def keeping(path: Path, is_kept: Callable[[Recorded], bool]) -> Path:
    contents = members(path)
    lines = [line for line in contents["events.jsonl"].splitlines(keepends=True) if is_kept(record_of(line))]
    shown = json.loads(contents["dossier.json"])
    facts = facts_of(UUID(shown["dossier_id"]), [record_of(line) for line in lines])
    facts |= {name: shown[name] for name in ("layout", "names")}
    contents |= {"events.jsonl": b"".join(lines), "dossier.json": orjson.dumps(facts, option=orjson.OPT_INDENT_2)}
    return signed_again(path.with_name("forged.zip"), contents)


def record_of(line: bytes) -> Recorded:
    (record,) = records_of([base64.b64decode(json.loads(line)["leaf"])])
    return record
