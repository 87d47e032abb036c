"""The base of every domain event, and the register that ties a class to its stable topic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

E = TypeVar("E", bound="type[Event]")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


#: Stands for a field's name in `PersonalMark.key`: the key belongs to the stream, so to the thing itself.
OF_THE_THING = ""
#: Shown instead of words whose key is destroyed.
ERASED_WORDS = "[texte effacé]"


@dataclass(frozen=True, slots=True)
class PersonalMark:
    """Marks an event's field, one text or several, as personal: it is encrypted before it reaches the log.

    `key` names the field that holds the owner of the key: a person's pseudonym, or the id of the thing that the text is
    about. `erased` is shown once that key is destroyed.
    """

    key: str = "person_id"
    erased: str | None = None

    @property
    def of_person(self) -> bool:
        """Return whether the key is a person's: once it is destroyed, nothing more can be written about them."""
        return self.key == "person_id"


#: Text about a person. The log holds it encrypted; once the person's key is erased it can never be read again.
PersonalText = Annotated[str, PersonalMark()]
#: Free text in a thing (an animation, a dossier…), which may speak of anybody. Its key belongs to the thing and is
#: destroyed when the thing's free text is erased.
FreeText = Annotated[str, PersonalMark(OF_THE_THING, ERASED_WORDS)]


class Event(BaseModel):
    """A business fact, past tense, immutable.

    `topic` is its stable name in the log (never a Python path: code can be renamed, history cannot). `sentence` says in
    French what happened; a field's title is its French name, given once for all events with that field.
    `upcasters[n]` turns the stored data of schema version n+1 into that of version n+2, so the current
    `schema_version` is always one more than their number. An event must have the fields that its personal marks name:
    text about a person needs a `person_id`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: ClassVar[str]
    sentence: ClassVar[str]
    #: The topic again, under the name that the eventsourcing library reads.
    TOPIC: ClassVar[str]
    upcasters: ClassVar[tuple[Upcaster, ...]] = ()
    personal_marks: ClassVar[Mapping[str, PersonalMark]] = MappingProxyType({})
    personal_fields: ClassVar[tuple[str, ...]] = ()

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        cls.personal_marks = MappingProxyType(
            {
                name: mark
                for name, field in cls.model_fields.items()
                for mark in _marks(field.annotation, field.metadata)
                if isinstance(mark, PersonalMark)
            }
        )
        cls.personal_fields = tuple(cls.personal_marks)
        for name, mark in cls.personal_marks.items():
            if mark.key != OF_THE_THING and mark.key not in cls.model_fields:
                raise TypeError(f"{cls.__name__} has the personal field {name} but no {mark.key}")

    @classmethod
    def schema_version(cls) -> int:
        return len(cls.upcasters) + 1


class WordsErased(Event):
    """The key of the thing is destroyed: its free text up to now can never be read again."""


W = TypeVar("W", bound=BaseModel)


def without_words(model: W, marks: Mapping[str, PersonalMark]) -> W:
    """Return a copy of the model with the text of these fields erased; empty fields stay empty."""
    return model.model_copy(update={name: erased(getattr(model, name), mark) for name, mark in marks.items()})


def erased(value: str | tuple[str, ...] | None, mark: PersonalMark) -> str | tuple[str | None, ...] | None:
    """Return what replaces a field's value once its key is destroyed."""
    if isinstance(value, tuple):
        return (mark.erased,) * len(value)
    return None if value is None else mark.erased


def _marks(annotation: Any, metadata: list[Any]) -> list[Any]:
    """Return a field's annotations, including those inside `PersonalText | None` and `tuple[PersonalText, ...]`."""
    inside = [mark for arg in getattr(annotation, "__args__", ()) for mark in getattr(arg, "__metadata__", ())]
    return [*metadata, *inside]


_REGISTER: dict[str, type[Event]] = {}


def event(topic: str, sentence: str, *, upcasters: tuple[Upcaster, ...] = ()) -> Callable[[E], E]:
    """Register an event class under its stable topic (class decorator). Raise ValueError if the topic is taken."""

    def register(cls: E) -> E:
        if topic in _REGISTER:
            raise ValueError(f"topic {topic!r} is already that of {_REGISTER[topic].__name__}")
        cls.topic = cls.TOPIC = topic
        cls.sentence = sentence
        cls.upcasters = upcasters
        _REGISTER[topic] = cls
        return cls

    return register


def registered_events() -> Mapping[str, type[Event]]:
    """Return every event class by topic. Complete once `domain.catalogue` has imported the aggregates' modules."""
    return _REGISTER


def field_names() -> Mapping[str, str]:
    """Return the French names of all events' fields: the title that some event gives to a field of that name."""
    names: dict[str, str] = {}
    waiting: list[type[BaseModel]] = list(_REGISTER.values())
    while waiting:
        for name, field in waiting.pop().model_fields.items():
            if field.title is not None:
                names[name] = field.title
            waiting += [part for part in _inside(field.annotation) if issubclass(part, BaseModel)]
    return names


def _inside(annotation: Any) -> Iterator[type]:
    """The classes that an annotation such as `tuple[ServiceLine, ...]` names."""
    if args := get_args(annotation):
        for arg in args:
            yield from _inside(arg)
    elif isinstance(annotation, type):
        yield annotation
