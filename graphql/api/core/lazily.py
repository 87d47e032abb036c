"""Things whose attributes are made when they are first asked for: an answer seldom asks for all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import orjson
import strawberry
from strawberry.types.field import StrawberryField

T = TypeVar("T")

_YEAR_2000 = datetime(2000, 1, 1, tzinfo=UTC)


class Lazily:
    """`MADE` tells how each attribute is made of the thing; what it is made from is given to `lazily`."""

    #: How each field is made of a row, and the columns that this needs; others show the column of their name.
    SHOWN: ClassVar[Mapping[str, tuple[Callable[[Any], Any], Sequence[str]]]] = {}
    MADE: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    #: The columns of the row that each is made from, for those of which a page may read these alone.
    NEEDS: ClassVar[Mapping[str, Sequence[str]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if cls.SHOWN:
            shown = {**_columns(cls), **cls.SHOWN}
            cls.MADE = {name: make for name, (make, _) in shown.items()}
            cls.NEEDS = {name: columns for name, (_, columns) in shown.items()}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            make = self.MADE.get(name)
            if make is None:
                raise AttributeError(f"{type(self).__name__} has no {name}", name=name, obj=self)
            made = self.__dict__[name] = make(self)
            return made


@dataclass(frozen=True, slots=True)
class _Column:
    """Makes an attribute of what a column of the row holds."""

    column: str

    def __call__(self, one: Any) -> Any:
        return one.row[self.column]


def _columns(kind: type) -> dict[str, tuple[Callable[[Any], Any], Sequence[str]]]:
    """The fields of a type that have no resolver, each made of the column of its name."""
    fields = [
        name for name, field in vars(kind).items() if isinstance(field, StrawberryField) and not field.base_resolver
    ]
    texts = [name for name in fields if str(kind.__annotations__[name]).startswith("str")]
    return {name: (Text(name) if name in texts else _Column(name), (name,)) for name in fields}


class Text(_Column):
    """Makes an attribute of a row's column of text."""

    def written(self, sent: bytes) -> bytes:
        """The same in JSON, from the column's bytes as PostgreSQL sends them."""
        return orjson.dumps(sent.decode())


@dataclass(frozen=True, slots=True)
class Identifier:
    """Makes an attribute of a row's column of UUIDs."""

    column: str

    def __call__(self, one: Any) -> Any:
        return strawberry.ID(str(one.row[self.column]))

    def written(self, sent: bytes) -> bytes:
        """The same in JSON, from the column's 16 bytes."""
        said = sent.hex()
        return f'"{said[:8]}-{said[8:12]}-{said[12:16]}-{said[16:20]}-{said[20:]}"'.encode()


class Number(_Column):
    """Makes an attribute of a row's column of whole numbers."""

    def written(self, sent: bytes) -> bytes:
        """The same in JSON, from the column's bytes: two's complement, the highest first."""
        return b"%d" % int.from_bytes(sent, signed=True)


class Instant(_Column):
    """Makes an attribute of a row's column of instants, in UTC."""

    def written(self, sent: bytes) -> bytes:
        """The same in JSON, from the column's bytes: microseconds since the year 2000, which PostgreSQL counts from."""
        return b'"%b"' % (_YEAR_2000 + timedelta(microseconds=int.from_bytes(sent, signed=True))).isoformat().encode()


@dataclass(frozen=True, slots=True)
class Plain:
    """Makes an attribute by `make`, which gives what JSON is made of: it is shown as it is."""

    make: Callable[[Any], Any]
    plain: ClassVar = True

    def __call__(self, one: Any) -> Any:
        return self.make(one)


def lazily(kind: type[T], **known: Any) -> T:
    """A thing of which only `known` is there yet."""
    made = object.__new__(kind)
    made.__dict__.update(known)
    return made
