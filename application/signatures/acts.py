"""The act that a person signs, as the events that are recorded of it (docs/proof.md, "Signed acts").

The challenge of the WebAuthn assertion is the digest of the act. It follows from the leaves alone, so that whoever
holds them can check that this person signed these figures of this thing at this version.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import orjson

from domain.kernel.rights import Action
from domain.proof.signing_rule import REQUIRABLE_ACTIONS
from eventstore.records import Recorded, encode
from eventstore.seals import SEAL, is_sealed

FORMAT = "parentalite-act/2"
#: Acts were signed without the name of whoever acts.
FIRST_FORMAT = "parentalite-act/1"
#: Time to read what one signs and to find the key.
SIGNED_WITHIN = timedelta(minutes=5)

#: Acts that move money, or say who may sign such acts.
SIGNED_ACTIONS = REQUIRABLE_ACTIONS | {Action.PASSKEY_REGISTER}


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what until when, and the digests of the events that are recorded of it.

    `actor` is the name that the events are recorded under; None in the first format.
    """

    action: str
    person: str
    role: str
    expires_at: datetime
    events: tuple[str, ...]
    actor: str | None = None

    @property
    def challenge(self) -> bytes:
        """Return the SHA-256 that the person's authenticator signs."""
        named = {"format": FIRST_FORMAT} if self.actor is None else {"format": FORMAT, "actor": self.actor}
        fields = {
            **named,
            "act": self.action,
            "events": list(self.events),
            "expires_at": self.expires_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "person": self.person,
            "role": self.role,
        }
        return sha256(canonical(fields)).digest()


def canonical(value: Any) -> bytes:
    """Return the one form of JSON (RFC 8785) of objects, lists, texts, whole numbers, truth values and null."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest_of_state(stream: UUID, version: int, topic: str, state: bytes) -> str:
    """Return the digest of the signed form of a stored event."""
    stored = orjson.loads(state)
    data = {name: _without_words(value) for name, value in stored["data"].items()}
    return _digest(stream, version, topic, stored["schema_version"], data)


def digests_of(records: Sequence[Recorded]) -> tuple[str, ...]:
    """Return the digests of events that are about to be recorded, their texts still in clear."""
    return tuple(map(_digest_in_clear, records))


def _digest_in_clear(record: Recorded) -> str:
    event = record.event
    data: dict[str, Any] = orjson.loads(encode(event, record.stamp))["data"]
    for name in event.personal_fields:
        data[name] = _as_if_sealed(data[name])
    data = {name: _without_words(value) for name, value in data.items()}
    return _digest(record.originator_id, record.originator_version, event.topic, event.schema_version(), data)


def _digest(stream: UUID, version: int, topic: str, schema_version: int, data: dict[str, Any]) -> str:
    fields = {
        "data": data,
        "schema_version": schema_version,
        "stream": str(stream),
        "topic": topic,
        "version": version,
    }
    return to_base64url(sha256(canonical(fields)).digest())


def _as_if_sealed(value: Any) -> Any:
    return [SEAL] * len(value) if isinstance(value, list) else SEAL if isinstance(value, str) else value


def _without_words(value: Any) -> Any:
    """Return a field without encrypted words, which differ each time and may be erased."""
    if isinstance(value, list):
        return ["sealed" if is_sealed(text) else text for text in value]
    return "sealed" if is_sealed(value) else value


def to_base64url(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def from_base64url(text: str) -> bytes:
    """Raise ValueError unless it is base64url without padding, in its one form."""
    content = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    if to_base64url(content) != text:
        raise ValueError("not base64url in its one form")
    return content
