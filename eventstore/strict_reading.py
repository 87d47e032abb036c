"""Read stored events as another program would: what has a second reading is refused, in plain words.

`eventstore.records.decode` reads what this service itself has written, as fast as it can. Here the bytes may be
anybody's: two programs that read the same signed bytes must never see two figures (docs/proof.md, "States").
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from domain.kernel.events import Event, registered_events
from eventstore.records import Recorded, UnreadableEvent, dumps, state_model, upcast

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_KEYS = ("schema_version", "stamp", "data")
#: Whole numbers fit 64 bits, sign included.
_LARGEST = 2**63 - 1
_LONGEST_NUMBER = len(str(-_LARGEST))
_DEEPEST = 16
_AMOUNT = re.compile(r"(?!-0\.00$)-?(0|[1-9][0-9]{0,14})\.[0-9]{2}", re.ASCII)
#: A number that may not fit 64 bits, a null character: pydantic lets both pass.
_NEEDS_A_LOOK = re.compile(rb"[0-9]{19}|\\u0000")
_NO_AMOUNT = "is not an amount of money, a text of digits with two decimals: 150.00"
_NUMERIC = re.compile(r"[-+0-9.eE_]+")


@dataclass(frozen=True, slots=True)
class StrictReading:
    """An event with one reading. `warnings`: what was usual once and is not written any more."""

    record: Recorded
    warnings: tuple[str, ...] = ()


class _Refused(Exception):
    """The fault of a state, in words that follow the event's name."""


def read_strictly(position: int, stream: UUID, version: int, topic: str, state: bytes) -> StrictReading:
    """Return the event at its current schema version. Raises UnreadableEvent, which names its position and why."""
    try:
        stored, warnings = _read(topic, state)
    except _Refused as refused:
        raise UnreadableEvent(f"event at position {position} ({topic}): {refused}", position, topic) from refused
    named = tuple(f"event at position {position} ({topic}): {warning}" for warning in warnings)
    return StrictReading(Recorded(position, stream, version, stored.stamp, stored.data), named)


def strict_json(content: bytes) -> Any:
    """Parse JSON that has one reading. Raises ValueError, which says in words what has a second one."""
    try:
        return _parse(content)
    except _Refused as refused:
        raise ValueError(str(refused)) from refused


def _read(topic: str, state: bytes) -> tuple[Any, list[str]]:
    event_class = registered_events().get(topic)
    if event_class is None:
        raise _Refused("no event has this topic")
    if (stored := _read_at_once(event_class, state)) is not None:
        _check_amounts(stored.data)
        return stored, []
    parsed = _parse(state)
    _check_form(event_class, parsed)
    version = parsed["schema_version"]
    current = parsed if version == event_class.schema_version() else _brought_up(event_class, parsed)
    read = _validated(event_class, current, version)
    warnings = list(_compare(current, read, event_class, version))
    _check_amounts(read.data)
    return read, warnings


def _validated(event_class: type[Event], state: dict[str, Any], version: int) -> Any:
    try:
        return state_model(event_class).model_validate_json(json.dumps(state), strict=True)
    except ValidationError as error:
        raise _Refused(_in_words(error.errors(include_url=False)[0], event_class, version)) from error


def _read_at_once(event_class: type[Event], state: bytes) -> Any:
    """Return what the bytes are read as, or None unless they are exactly those that this code writes."""
    if _NEEDS_A_LOOK.search(state):
        return None
    try:
        stored: Any = state_model(event_class).model_validate_json(state, strict=True)
    except ValidationError:
        return None
    return stored if stored.schema_version == event_class.schema_version() and dumps(stored) == state else None


def _parse(content: bytes) -> Any:
    if content.startswith(_BYTE_ORDER_MARK):
        raise _Refused("it begins with a byte order mark; JSON is UTF-8 without one")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise _Refused(f"it is not UTF-8 (byte {error.start})") from error
    try:
        parsed = json.loads(
            text,
            object_pairs_hook=_once,
            parse_int=_whole,
            parse_float=_not_whole,
            parse_constant=_not_whole,
        )
    except json.JSONDecodeError as error:
        raise _Refused(f"it is not JSON ({error.msg} at character {error.pos})") from error
    except RecursionError as error:
        raise _Refused("it is nested too deeply") from error
    _check_texts(parsed, 0)
    return parsed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise _Refused(f"the key {_shown(key)} stands twice; a key stands once")
        values[key] = value
    return values


def _whole(digits: str) -> int:
    if len(digits) > _LONGEST_NUMBER or not -_LARGEST - 1 <= int(digits) <= _LARGEST:
        raise _Refused(f"the number {digits[:30]}{'…' * (len(digits) > 30)} is too large: it does not fit 64 bits")
    if digits == "-0":
        raise _Refused("the number -0 is written 0")
    return int(digits)


def _not_whole(number: str) -> int:
    raise _Refused(f"the number {number[:30]} is not a whole number in digits only")


def _check_texts(value: Any, depth: int) -> None:
    """Refuse texts that are not Unicode, and whatever no database could keep."""
    if depth > _DEEPEST:
        raise _Refused("it is nested too deeply")
    if isinstance(value, str):
        if "\0" in value:
            raise _Refused("a text holds the character U+0000")
        try:
            value.encode()
        except UnicodeEncodeError as error:
            raise _Refused("a text is not Unicode: half of a surrogate pair stands alone") from error
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_texts(key, depth + 1)
            _check_texts(inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _check_texts(inner, depth + 1)


def _check_form(event_class: type[Event], parsed: Any) -> None:
    if not isinstance(parsed, dict):
        raise _Refused("it is not an object with schema_version, stamp and data")
    for name in _KEYS:
        if name not in parsed:
            raise _Refused(f"{name} is missing")
    for name in parsed:
        if name not in _KEYS:
            raise _Refused(f"it has a field {_shown(name)} that no event has")
    version, latest = parsed["schema_version"], event_class.schema_version()
    if isinstance(version, bool) or not isinstance(version, int):
        raise _Refused("its schema version is not a whole number")
    if not 1 <= version <= latest:
        were = "version 1 alone was" if latest == 1 else f"versions 1 to {latest} were"
        raise _Refused(f"it has schema version {version}; {were} ever written")
    for name in ("stamp", "data"):
        if not isinstance(parsed[name], dict):
            raise _Refused(f"{name} is not an object")


def _brought_up(event_class: type[Event], parsed: dict[str, Any]) -> dict[str, Any]:
    """Return an earlier version's state as the current. A field that its upcasters pass over is none of its own."""
    try:
        current = upcast(event_class, parsed)
        for name, whole, without in _each_field_left_out(parsed["data"]):
            if _upcast_or_none(event_class, {**parsed, "data": without}) == upcast(
                event_class, {**parsed, "data": whole}
            ):
                raise _Refused(_unknown_field(event_class, parsed["schema_version"], f"data.{name}"))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise _Refused(f"it has not the fields of its schema version {parsed['schema_version']}") from error
    return current


def _each_field_left_out(data: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield the name of each field, also of objects in a list, and data with it and without it."""
    for name, value in data.items():
        yield name, data, _without(data, name)
        if not isinstance(value, list):
            continue
        for place, entry in enumerate(value):
            for key in entry if isinstance(entry, dict) else ():
                yield f"{name}.{place}.{key}", {**data, name: [entry]}, {**data, name: [_without(entry, key)]}


def _without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


def _upcast_or_none(event_class: type[Event], state: dict[str, Any]) -> dict[str, Any] | None:
    try:
        return upcast(event_class, state)
    except (KeyError, TypeError, AttributeError, ValueError):
        return None


def _unknown_field(event_class: type[Event], version: int, name: str) -> str:
    return f"it has a field {_shown(name)}, which {event_class.topic} has not in schema version {version}"


def _in_words(error: ErrorDetails, event_class: type[Event], version: int) -> str:
    """Say what pydantic found, without the value, which may be personal."""
    name, kind = ".".join(map(str, error["loc"])), error["type"]
    if kind == "missing":
        return f"{_shown(name)} is missing"
    if kind == "extra_forbidden":
        return _unknown_field(event_class, version, name)
    if kind == "int_type":
        return f"{name} is not a number: a count is a number in digits, never a text"
    if kind.startswith(("decimal", "finite")) or (kind == "value_error" and _NUMERIC.fullmatch(str(error["input"]))):
        return f"{name} {_NO_AMOUNT}"
    return f"{name}: {error['msg']}"


def _compare(written: Any, read: Any, event_class: type[Event], version: int) -> Iterator[str]:
    """Refuse a value that this code would write in another way than it stands there; warn of amounts of old."""
    for name, value, again in _pairs(written, json.loads(dumps(read)), ""):
        if again is _ABSENT:
            raise _Refused(_unknown_field(event_class, version, name))
        if isinstance(value, int) and isinstance(again, str):
            raise _Refused(f"{name} is a number: amounts, days and instants are texts")
        if type(value) is not type(again) or (not isinstance(value, (dict, list)) and value != again):
            if not is_amount_of_old(value, again):
                raise _Refused(f"{name} is not written in its one form")
            yield f"{name} is {value}, from before every amount had two decimals: {again}"


_ABSENT = object()


def _pairs(written: Any, again: Any, name: str) -> Iterator[tuple[str, Any, Any]]:
    """Yield name, value as it stands and value as it would be written, at every depth."""
    if isinstance(written, dict) and isinstance(again, dict):
        for key, value in written.items():
            inner = f"{name}.{key}".lstrip(".")
            yield inner, value, again.get(key, _ABSENT)
            yield from _pairs(value, again.get(key), inner)
    elif isinstance(written, list) and isinstance(again, list) and len(written) == len(again):
        for place, (value, other) in enumerate(zip(written, again, strict=True)):
            yield f"{name}.{place}", value, other
            yield from _pairs(value, other, f"{name}.{place}")


def is_amount_of_old(written: Any, amount: Any) -> bool:
    """Return whether a text is this amount as it was kept before amounts had one form."""
    if not isinstance(written, str) or not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        return False
    try:
        value = Decimal(written)
    except InvalidOperation:
        return False
    # Written as the service did then: no sign, no white space, no digits but ours.
    return str(value) == written and value == Decimal(amount) and not (value == 0 and value.is_signed())


def _check_amounts(read: Any, name: str = "data") -> None:
    """Refuse an amount that has not two decimals, whatever field of an event holds it."""
    if isinstance(read, Decimal):
        if not _AMOUNT.fullmatch(str(read)):
            raise _Refused(f"{name} {_NO_AMOUNT}")
    elif isinstance(read, BaseModel):
        for key, value in read:
            if isinstance(value, (Decimal, BaseModel, tuple)):
                _check_amounts(value, f"{name}.{key}")
    elif isinstance(read, tuple):
        for place, value in enumerate(read):
            _check_amounts(value, f"{name}.{place}")


def _shown(name: str) -> str:
    """Return a name that a stranger chose, short and printable."""
    return ascii(name[:60]).strip("'\"")
