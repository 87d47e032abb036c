"""Objects whose attributes are computed on first access: an answer seldom needs them all."""

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
    """`MADE` computes each attribute from the object; `lazily` creates objects."""

    #: How to compute a field from the row, and the columns that it needs; other fields show the column of their name.
    SHOWN: ClassVar[Mapping[str, tuple[Callable[[Any], Any], Sequence[str]]]] = {}
    MADE: ClassVar[Mapping[str, Callable[[Any], Any]]] = {}
    #: The columns that each field needs, so that a page reads only those.
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
            value = self.__dict__[name] = make(self)
            return value


@dataclass(frozen=True, slots=True)
class _Column:
    """Computes an attribute from a column of the row."""

    column: str

    def __call__(self, instance: Any) -> Any:
        return instance.row[self.column]


def _columns(kind: type) -> dict[str, tuple[Callable[[Any], Any], Sequence[str]]]:
    """Return the fields of a type without a resolver, computed from the columns of their names."""
    fields = [
        name for name, field in vars(kind).items() if isinstance(field, StrawberryField) and not field.base_resolver
    ]
    texts = [name for name in fields if str(kind.__annotations__[name]).startswith("str")]
    return {name: (Text(name) if name in texts else _Column(name), (name,)) for name in fields}


class Text(_Column):
    """Computes an attribute from a text column of the row."""

    def written(self, sent: bytes) -> bytes:
        """Convert the column's bytes, as PostgreSQL sends them, to JSON."""
        return orjson.dumps(sent.decode())


@dataclass(frozen=True, slots=True)
class Identifier:
    """Computes an attribute from a UUID column of the row."""

    column: str

    def __call__(self, instance: Any) -> Any:
        return strawberry.ID(str(instance.row[self.column]))

    def written(self, sent: bytes) -> bytes:
        """Convert the column's 16 bytes to JSON."""
        digits = sent.hex()
        return f'"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"'.encode()


class Number(_Column):
    """Computes an attribute from an integer column of the row."""

    def written(self, sent: bytes) -> bytes:
        """Convert the column's bytes to JSON: two's complement, big-endian."""
        return b"%d" % int.from_bytes(sent, signed=True)


class Instant(_Column):
    """Computes an attribute from a column of instants, in UTC."""

    def written(self, sent: bytes) -> bytes:
        """Convert the column's bytes to JSON: PostgreSQL sends microseconds since the year 2000."""
        return b'"%b"' % (_YEAR_2000 + timedelta(microseconds=int.from_bytes(sent, signed=True))).isoformat().encode()


@dataclass(frozen=True, slots=True)
class Plain:
    """Computes an attribute by `make`, which returns a JSON value that is shown as it is."""

    make: Callable[[Any], Any]
    plain: ClassVar = True

    def __call__(self, instance: Any) -> Any:
        return self.make(instance)


def lazily(kind: type[T], **attributes: Any) -> T:
    """Create an object with these attributes, its others to be computed on access."""
    instance = object.__new__(kind)
    instance.__dict__.update(attributes)
    return instance
