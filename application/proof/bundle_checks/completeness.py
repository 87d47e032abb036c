"""Check that nothing further had happened to the bundle's streams when the map was signed."""

from __future__ import annotations

from typing import Any

import orjson

from application.proof.bundle_checks.events import check_entry
from application.proof.bundle_checks.opened_bundle import CheckFailed, OpenedBundle, from_base64, hashes, json_object
from application.proof.completeness.map_entries import animation_key, dossier_key
from application.proof.completeness.member import expected_values
from application.proof.completeness.sparse_tree import OtherLeaf, PathProof, verifies
from application.proof.dossier_streams import streams_of
from application.proof.members import COMPLETENESS
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.identifiers import MAP_ID
from domain.proof.events import MapCommitted, SigningRequired
from eventstore.records import Recorded
from eventstore.strict_reading import read_strictly

#: Statuses in which another dossier may have the same animations.
_LETTING_GO = (DossierStatus.RETURNED, DossierStatus.WITHDRAWN, DossierStatus.DISCARDED)


def check_completeness(bundle: OpenedBundle) -> str | None:
    """Check that the map committed last holds what the bundle's events come to, and nothing more."""
    if COMPLETENESS not in bundle.members:
        bundle.gaps.append("none is shown; later events cannot be excluded")
        return None
    content = bundle.read(COMPLETENESS)
    member = json_object(content, ("committed", "values"), COMPLETENESS)
    committed, schema_version = _check_committed(bundle, member["committed"])
    event = committed.event
    assert isinstance(event, MapCommitted)
    until = event.position
    if (last := bundle.records[-1].position) > until:
        raise CheckFailed(f"the event at position {last} comes after the map, which ends at position {until}")
    _check_signing_rules(bundle, event, schema_version)
    streams = streams_of(bundle.dossier_id, bundle.records)
    values = expected_values(bundle.dossier_id, streams.animations, bundle.records, committed)
    _check_values(bytes.fromhex(event.root), values, member["values"])
    if orjson.dumps(member) != content:
        raise CheckFailed(f"{COMPLETENESS}: its keys stand in another order, or with white space")
    _check_animations(bundle, values)
    if committed.position > until + 1:
        bundle.gaps.append(
            f"what was recorded at positions {until + 1} to {committed.position - 1}, while the map was signed, "
            "cannot be excluded"
        )
    animations = sum(values[animation_key(stream)] == str(bundle.dossier_id) for stream in streams.animations)
    paid = values[dossier_key(bundle.dossier_id)]
    return (
        f"as of position {until}, nothing further had happened to these streams; {animations} animations are in this"
        f" dossier alone; {f'{paid.split()[0]} euros are recorded as paid' if paid else 'no payment is recorded'}"
    )


def _check_committed(bundle: OpenedBundle, entry: Any) -> tuple[Recorded, int]:
    """Return the event that committed the map, the last of the signed tree, and the schema version it is stored in."""
    _, leaf, index = check_entry(bundle, entry, "the event that committed the map")
    committed = read_strictly(leaf.position, leaf.aggregate_id, leaf.version, leaf.topic, leaf.state).record
    event = committed.event
    if committed.originator_id != MAP_ID or not isinstance(event, MapCommitted):
        raise CheckFailed(f"the event at position {committed.position} commits no map")
    if (later := bundle.checkpoint.size - 1 - index) != 0:
        raise CheckFailed(f"{later} events of the checkpoint follow the map: it is too old")
    if event.position >= committed.position:
        raise CheckFailed(f"the map as of position {event.position} was committed at position {committed.position}")
    return committed, orjson.loads(leaf.state)["schema_version"]


def _check_signing_rules(bundle: OpenedBundle, committed: MapCommitted, schema_version: int) -> None:
    """Check that every event about who has to sign is shown: the commit says how many there were."""
    rules = sum(isinstance(record.event, SigningRequired) for record in bundle.records)
    if schema_version == 1 and not rules:
        bundle.gaps.append("it is from before the log told who has to sign: ask for a new bundle")
    elif committed.signing_rules is None:
        raise CheckFailed("the commit of the map does not count the events that told who has to sign")
    elif rules != committed.signing_rules:
        raise CheckFailed(f"{committed.signing_rules} events told who has to sign, and {rules} are shown")


def _check_values(root: bytes, expected: dict[str, str | None], entries: Any) -> None:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise CheckFailed("its values are no list of objects")
    keys = [entry.get("key") for entry in entries]
    if keys != list(expected):
        missing = next((key for key in expected if key not in keys), None)
        raise CheckFailed(f"{missing} is missing" if missing else "it shows other keys than this dossier's, in order")
    for key, entry in zip(expected, entries, strict=True):
        _check_value(root, key, expected[key], entry)


def _check_value(root: bytes, key: str, value: str | None, entry: dict[str, Any]) -> None:
    if set(entry) != {"key", "value", "siblings", "other"}:
        raise CheckFailed(f"{key}: it has not key, value, siblings and other, and nothing else")
    in_the_map, other = entry["value"], entry["other"]
    if in_the_map is not None and not isinstance(in_the_map, str):
        raise CheckFailed(f"{key}: its value is neither a text nor null")
    if other is not None:
        if not isinstance(other, dict) or set(other) != {"path", "digest"}:
            raise CheckFailed(f"{key}: the other leaf has not path and digest, and nothing else")
        other = OtherLeaf(from_base64(other["path"]), from_base64(other["digest"]))
    if not verifies(root, key, in_the_map, PathProof(hashes(entry["siblings"]), other)):
        raise CheckFailed(f"{key}: the map does not hold {in_the_map}")
    if in_the_map != value:
        raise CheckFailed(_difference(key, value, in_the_map))


def _difference(key: str, value: str | None, in_the_map: str | None) -> str:
    kind, _, name = key.partition(":")
    match kind:
        case "stream":
            return f"stream {name} had {in_the_map or 'no'} events, and {value} are shown"
        case "animation":
            return f"animation {name} was in {in_the_map or 'no dossier'}, not in {value or 'none'}"
    return f"dossier {name}: paid {in_the_map or 'nothing'}, where its events say {value or 'nothing'}"


def _check_animations(bundle: OpenedBundle, values: dict[str, str | None]) -> None:
    if bundle.facts["status"] in _LETTING_GO:
        return
    for line in bundle.facts["lines"]:
        if values[animation_key(line["animation_id"])] != str(bundle.dossier_id):
            raise CheckFailed(f"animation {line['animation_id']} is not in this dossier")
