"""The base of every domain event, and the register that ties a class to its stable topic."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

E = TypeVar("E", bound="type[Event]")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


class PersonalMark:
    """Marks an event's field as personal: it is encrypted with its person's key before it reaches the log."""


#: Text about a person. In the log it stands encrypted; once the person's key is erased it can never be read again.
PersonalText = Annotated[str, PersonalMark()]


class Event(BaseModel):
    """A business fact, past tense, immutable.

    `topic` is its stable name in the log (never a Python path: code can be renamed, history cannot).
    `upcasters[n]` turns the stored data of schema version n+1 into that of version n+2, so the current
    `schema_version` is always one more than their number. An event with personal fields has a field `person_id`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: ClassVar[str]
    upcasters: ClassVar[tuple[Upcaster, ...]] = ()
    personal_fields: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.personal_fields = tuple(
            name
            for name, field in cls.model_fields.items()
            if any(isinstance(mark, PersonalMark) for mark in _marks(field.annotation, field.metadata))
        )
        if cls.personal_fields and "person_id" not in cls.model_fields:
            raise TypeError(f"{cls.__name__} has personal fields {cls.personal_fields} but no person_id")

    @classmethod
    def schema_version(cls) -> int:
        return len(cls.upcasters) + 1


def _marks(annotation: Any, metadata: list[Any]) -> list[Any]:
    """The annotations of a field, also those inside `PersonalText | None`."""
    inside = [mark for arg in getattr(annotation, "__args__", ()) for mark in getattr(arg, "__metadata__", ())]
    return [*metadata, *inside]


_REGISTER: dict[str, type[Event]] = {}


def event(topic: str, *, upcasters: tuple[Upcaster, ...] = ()) -> Callable[[E], E]:
    """Class decorator: registers an event class under its stable topic. Raises on a topic used twice."""

    def register(cls: E) -> E:
        if topic in _REGISTER:
            raise ValueError(f"topic {topic!r} is already that of {_REGISTER[topic].__name__}")
        cls.topic = topic
        cls.upcasters = upcasters
        _REGISTER[topic] = cls
        return cls

    return register


def registered_events() -> Mapping[str, type[Event]]:
    """Every event class by topic. Complete once the package's aggregate modules are imported (`domain.catalogue`)."""
    return _REGISTER
