"""The base of every domain event, and the register that ties a class to its stable topic."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict

E = TypeVar("E", bound="type[Event]")
Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


#: In the place of a field's name: the key is that of the stream itself, so of the thing that the event happened to.
OF_THE_THING = ""
#: What readers see in the place of words whose key is destroyed.
ERASED_WORDS = "[texte effacé]"


@dataclass(frozen=True, slots=True)
class PersonalMark:
    """Marks an event's field, a text or several, as personal: it is encrypted before it reaches the log.

    `key` names the event's field that says whose key does that: a person's pseudonym, or the id of the thing that the
    text is about. `erased` is what readers see once that key is destroyed.
    """

    key: str = "person_id"
    erased: str | None = None

    @property
    def of_person(self) -> bool:
        """Whether the key is a person's: once destroyed, nothing can be written about them any more."""
        return self.key == "person_id"


#: Text about a person. In the log it stands encrypted; once the person's key is erased it can never be read again.
PersonalText = Annotated[str, PersonalMark()]
#: What people wrote in a thing (an animation, a dossier…) in their own words, which may speak of anybody. Its key is
#: the thing's: destroyed when what was said in it is erased.
SaidText = Annotated[str, PersonalMark(OF_THE_THING, ERASED_WORDS)]


class Event(BaseModel):
    """A business fact, past tense, immutable.

    `topic` is its stable name in the log (never a Python path: code can be renamed, history cannot). `sentence` says in
    French what happened; the titles of fields are their French names, where no other event gave the name one.
    `upcasters[n]` turns the stored data of schema version n+1 into that of version n+2, so the current
    `schema_version` is always one more than their number. An event with personal fields has the fields that their marks
    name: a text about a person needs a `person_id`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    topic: ClassVar[str]
    sentence: ClassVar[str]
    #: The same, under the name by which the library eventsourcing asks a class for it.
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
    """The key of the thing is destroyed: what people wrote in it until then can never be read again."""


W = TypeVar("W", bound=BaseModel)


def without_words(said: W, marks: Mapping[str, PersonalMark]) -> W:
    """The same once the words that these fields hold are erased; a field that says nothing stays so."""
    return said.model_copy(update={name: erased(getattr(said, name), mark) for name, mark in marks.items()})


def erased(value: str | tuple[str, ...] | None, mark: PersonalMark) -> str | tuple[str | None, ...] | None:
    """What stands for a field once its key is destroyed."""
    if isinstance(value, tuple):
        return (mark.erased,) * len(value)
    return None if value is None else mark.erased


def _marks(annotation: Any, metadata: list[Any]) -> list[Any]:
    """The annotations of a field, also those inside `PersonalText | None` and `tuple[PersonalText, ...]`."""
    inside = [mark for arg in getattr(annotation, "__args__", ()) for mark in getattr(arg, "__metadata__", ())]
    return [*metadata, *inside]


_REGISTER: dict[str, type[Event]] = {}


def event(topic: str, sentence: str, *, upcasters: tuple[Upcaster, ...] = ()) -> Callable[[E], E]:
    """Class decorator: registers an event class under its stable topic. Raises on a topic used twice."""

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
    """Every event class by topic. Complete once the package's aggregate modules are imported (`domain.catalogue`)."""
    return _REGISTER


def field_names() -> Mapping[str, str]:
    """What the fields of all events are called in French: the title that some event gives to a field of that name."""
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
