"""The largest that may be sent: every query and mutation field, each with the longest texts or the fullest lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
)

from api.core.asker.requests import LARGEST_BODY, MOST_VALUES
from api.core.commanding.text_lengths import LONGEST_TEXT
from api.limits.values import MOST_IN_LIST

#: Leaves room for the document and the names of fields.
_MOST_BYTES = LARGEST_BODY - 60_000
#: Digits, words of one letter, letters that are written in two bytes, what a parser of numbers or codes walks through.
TEXTS = ("1", "a ", "é", "Aa1-")


class Largest(NamedTuple):
    name: str
    body: bytes


class _Room:
    """What is left of a body's bytes and values."""

    def __init__(self, text: str) -> None:
        self.text, self.bytes, self.values = text, _MOST_BYTES, MOST_VALUES - 50

    def say(self, length: int) -> str:
        text = (self.text * length)[: min(length, max(1, self.bytes // len(self.text.encode()) // 2))]
        self.bytes -= len(text.encode())
        self.values -= 1
        return text


def largest(schema: GraphQLSchema, texts: Sequence[str] = TEXTS) -> Iterator[Largest]:
    """Each field in several ways: long texts, full lists of short ones, and by as many aliases as may be."""
    for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert root is not None
        for name, field in root.fields.items():
            if not field.args:
                continue
            for text in texts:
                yield Largest(
                    f"{name}, long texts of {text!r}", _request(kind, name, field, _Room(text), LONGEST_TEXT, 1)
                )
            yield Largest(f"{name}, full lists", _request(kind, name, field, _Room("x1"), 40, 1))
            yield Largest(f"{name}, unknown names", _with_unknown_names(kind, name, field))
            yield Largest(f"{name}, fifty times", _request(kind, name, field, _Room("1"), LONGEST_TEXT, 50))


def _request(kind: str, name: str, field: GraphQLField, room: _Room, length: int, times: int) -> bytes:
    values = {
        parameter: _value(argument.type, parameter, room, length, kind == "mutation")
        for parameter, argument in field.args.items()
    }
    used = {parameter: value for parameter, value in values.items() if value is not None}
    declared = ", ".join(f"${parameter}: {field.args[parameter].type}" for parameter in used)
    arguments = ", ".join(f"{parameter}: ${parameter}" for parameter in used)
    selected = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    fields = " ".join(f"a{number}: {name}({arguments}){selected}" for number in range(times))
    return orjson.dumps({"query": f"{kind} ({declared}) {{ {fields} }}", "variables": used})


def _with_unknown_names(kind: str, name: str, field: GraphQLField) -> bytes:
    """Each is compared with those that there are, for errors that suggest one."""
    body = orjson.loads(_request(kind, name, field, _Room("x"), 5, 1))
    for value in body["variables"].values():
        if isinstance(value, dict):
            first = next(iter(value))
            value.update({f"{first[:-1]}{number:04d}": "x" for number in range(MOST_VALUES - 200)})
    return orjson.dumps(body)


def _value(kind: Any, name: str, room: _Room, length: int, of_command: bool) -> Any:
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLList):
        most = min(MOST_IN_LIST if not of_command else 2_000, room.values)
        values: list[Any] = []
        while len(values) < most and room.bytes > length and room.values > 1:
            values.append(_value(inner.of_type, name, room, length, of_command))
        return values
    if isinstance(inner, GraphQLInputObjectType):
        if inner.is_one_of:
            only = next(iter(inner.fields))
            return {only: _value(inner.fields[only].type, only, room, length, of_command)}
        return {key: _value(field.type, key, room, length, of_command) for key, field in inner.fields.items()}
    room.values -= 1
    if isinstance(inner, GraphQLEnumType):
        return next(iter(inner.values))
    match inner.name:
        case "Int":
            return 100 if name in ("first",) else None if name in ("last", "before") else 2**31 - 1
        case "Boolean":
            return True
        case "Upload":
            return None
    if name in ("last", "before"):
        return None
    return room.say(500_000 if name == "csv" else length)
