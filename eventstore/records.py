"""Events as stored in the log: the business fact, its author and time, and its UTF-8 JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cache, partial
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import orjson
from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    create_model,
)
from pydantic_core import to_json

import domain.catalogue  # noqa: F401  registers every event class
from domain.kernel.actors import IN_OFFICE, Actor, Role
from domain.kernel.authors import Author
from domain.kernel.events import Event, registered_events
from domain.kernel.rights import Action, Belongings

#: An escape whose backslash is not itself escaped.
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


#: 16 bytes in base64url, without padding.
_Digest = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{21}[AQgw]$")]


def _is_absent(value: object) -> bool:
    return value is None


#: Bytes in base64url, without padding.
_Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=4_000)]
_Sha256 = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]


class ActSignature(BaseModel):
    """A WebAuthn assertion over an act: the person's own signature of all events of one command (docs/proof.md).

    `events` are the digests of the signed form of each event, in order. `act` and `expires_at` are signed with them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: str
    expires_at: AwareDatetime
    events: tuple[_Sha256, ...]
    credential_id: _Base64Url
    authenticator_data: _Base64Url
    client_data: _Base64Url
    signature: _Base64Url


class Stamp(BaseModel):
    """The metadata of every event.

    `recorded_at` is UTC. `cause` is `command:<mutation>` or, for a policy, `event:<topic>:<stream>:<version>`.
    `structure_id` and `territory` name the owners of the history that the event belongs to, if any.
    `person` and `token` are there for those who act in office, and absent from the JSON otherwise: which person it is,
    whatever their role and spelling (`Keyed.person`), and the digest of the token that they acted with. `signature` is
    there where they signed the act.
    """

    model_config = ConfigDict(frozen=True)

    recorded_at: AwareDatetime
    actor: str
    role: Role
    command_id: UUID
    cause: str
    structure_id: UUID | None = None
    territory: str | None = None
    person: _Digest | None = Field(None, exclude_if=_is_absent)
    token: _Digest | None = Field(None, exclude_if=_is_absent)
    signature: ActSignature | None = Field(None, exclude_if=_is_absent)

    @classmethod
    def for_command(
        cls,
        action: Action,
        actor: Actor,
        command_id: UUID,
        recorded_at: datetime,
        belongings: Belongings,
        cause: Recorded | None = None,
    ) -> Stamp:
        """Return the stamp of a command's events; `cause` is the event that a policy reacts to."""
        (territory,) = belongings.territories or (None,)
        in_office = actor.role in IN_OFFICE
        return cls(
            recorded_at=recorded_at,
            actor=actor.name,
            role=actor.role,
            command_id=command_id,
            cause=f"event:{cause.event.topic}:{cause.originator_id}:{cause.originator_version}"
            if cause
            else f"command:{action}",
            structure_id=belongings.structure_id,
            territory=territory,
            person=actor.person if in_office else None,
            token=actor.token if in_office else None,
        )

    @property
    def author(self) -> Author:
        """The author that the event is recorded for."""
        return Author(self.actor, self.person)

    @property
    def doer(self) -> Author | None:
        """The author who acted; None where the event followed from another."""
        return None if self.cause.startswith("event:") else self.author


class Recorded(NamedTuple):
    """An event with its place in the log. `position` is the library's notification id; 0 while not yet stored.

    A rebuild makes millions: a tuple is made in a third of the time of a frozen dataclass.
    """

    position: int
    originator_id: UUID
    originator_version: int
    stamp: Stamp
    event: Event


class UnreadableEvent(Exception):
    """A stored event cannot be understood by this code: unknown topic, newer schema or malformed state."""

    def __init__(self, reason: str, position: int = 0, topic: str = "") -> None:
        self.position = position
        self.topic = topic
        super().__init__(reason)


class _State(BaseModel):
    """The JSON of a stored event. Its first key lets a reader see the schema version without parsing the rest."""

    schema_version: int
    stamp: Stamp


@cache
def state_model(event_class: type[Event]) -> type[_State]:
    return create_model(f"{event_class.__name__}State", __base__=_State, data=(event_class, ...))


def state_of(event: Event, stamp: Stamp) -> dict[str, Any]:
    """Return the stored content of the event, before its encoding to JSON."""
    return {"schema_version": event.schema_version(), "stamp": stamp, "data": event}


#: UTF-8 JSON as the log holds it.
dumps = partial(to_json, inf_nan_mode="null")


def encode(event: Event, stamp: Stamp) -> bytes:
    """Return the UTF-8 JSON to store. Personal fields must be sealed before."""
    return dumps(state_of(event, stamp))


def holds_nul(state: bytes) -> bool:
    """Return whether a text in the JSON has the character U+0000, which PostgreSQL cannot store in text."""
    return b"\\u0000" in state and _NUL.search(state) is not None


Decoder = Callable[[bytes], Any]


@cache
def _decoder(topic: str) -> Decoder:
    event_class = registered_events().get(topic)
    if event_class is None:
        raise UnreadableEvent(f"no event class is registered for topic {topic!r}")
    current = event_class.schema_version()
    adapter = TypeAdapter(state_model(event_class))
    validate = adapter.validator.validate_json
    prefix = b'{"schema_version":%d,' % current

    def decode_state(state: bytes) -> Any:
        if state.startswith(prefix):
            return validate(state)
        return adapter.validate_python(upcast(event_class, orjson.loads(state)), strict=False)

    return decode_state


_SCHEMA_VERSION = re.compile(rb'\{"schema_version":([1-9][0-9]{0,3}),')


def schema_version_of(state: bytes) -> int:
    """Return the schema version that a state was stored with. Raise ValueError if it does not begin with one."""
    match = _SCHEMA_VERSION.match(state)
    if match is None:
        raise ValueError("a state begins with its schema version")
    return int(match.group(1))


def upcast(event_class: type[Event], state: dict[str, Any]) -> dict[str, Any]:
    """Bring a stored state of any earlier schema version step by step to the current one."""
    version = state["schema_version"]
    if not 1 <= version <= event_class.schema_version():
        raise UnreadableEvent(
            f"{event_class.topic} has schema version {version}, this code knows {event_class.schema_version()}"
        )
    data = state["data"]
    for upcaster in event_class.upcasters[version - 1 :]:
        data = upcaster(data)
    return {**state, "schema_version": event_class.schema_version(), "data": data}


def decode(position: int, originator_id: UUID, originator_version: int, topic: str, state: bytes) -> Recorded:
    """Return the recorded event at the current schema version. Raise UnreadableEvent with the position."""
    try:
        stored = _decoder(topic)(state)
    except (ValidationError, UnreadableEvent, orjson.JSONDecodeError, KeyError) as error:
        # Name only the kind of a validation failure: the values may be personal.
        reason = str(error) if isinstance(error, UnreadableEvent) else type(error).__name__
        message = f"event at position {position} ({topic}) cannot be read: {reason}"
        raise UnreadableEvent(message, position, topic) from error
    return Recorded(position, originator_id, originator_version, stored.stamp, stored.data)
