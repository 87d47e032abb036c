"""Print the reference of the events that a bundle may hold, as it stands in events.md: `make reference`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from domain.kernel.events import Event, registered_events
from eventstore.records import Stamp, upcast

#: The words that begin the topics of a bundle's streams.
KINDS = ("service_dossier", "structure", "convention", "animation", "file", "passkey", "signing", "proof")
SAMPLES = Path(__file__).parents[2] / "tests" / "history" / "samples"
INTRODUCTION = """\
# Events of a bundle

What the states of a bundle's events hold, by topic: each field of `data` with its type. How a type is written, and
what is refused, is said under "States" in [proof.md](../proof.md). "Encrypted" texts are `sealed:1:KEY:BASE64`; in
events from before they were encrypted they stand in clear. An earlier version of an event is read as the current one,
as told below its fields. Written by `make reference` from the code.

## Stamp

Of every event, under `stamp`:
"""
_NAMES: dict[Any, str] = {
    **{UUID: "identifier", date: "day", datetime: "instant", AwareDatetime: "instant", Decimal: "amount"},
    **{int: "count", str: "text", bool: "true or false"},
}


def page() -> Iterator[str]:
    yield INTRODUCTION
    yield from _table(Stamp)
    for kind in KINDS:
        yield f"## {kind}\n"
        for topic, event_class in registered_events().items():
            if topic.partition(".")[0] == kind:
                yield from _event(topic, event_class)


def _event(topic: str, event_class: type[Event]) -> Iterator[str]:
    version = event_class.schema_version()
    yield f"### {topic}\n"
    yield f"{event_class.sentence}. Schema version {version}.\n"
    if event_class.model_fields:
        yield from _table(event_class)
    else:
        yield "No fields.\n"
    for earlier in range(1, version):
        yield f"Version {earlier} {_difference(topic, event_class, earlier)}.\n"


def _table(model: type[BaseModel]) -> Iterator[str]:
    yield "| Field | Type |\n|---|---|"
    for name, field in model.model_fields.items():
        personal = isinstance(marks := getattr(model, "personal_marks", {}), dict) and name in marks
        personal = personal or name in getattr(model, "personal_fields", ())
        absent = (
            "" if field.is_required() else ", absent where there is none" if field.exclude_if else ", may be absent"
        )
        yield f"| `{name}` | {words(field.annotation)}{', encrypted' if personal else ''}{absent} |"
    yield ""


def words(annotation: Any) -> str:
    """Say a type in words."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is tuple:
        return f"list of {words(args[0])}"
    if origin is Annotated:
        return words(args[0])
    if args:
        return " or ".join("null" if arg is type(None) else words(arg) for arg in args)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = ", ".join(f"`{name}` ({words(field.annotation)})" for name, field in annotation.model_fields.items())
        return f"object of {fields}"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return "one of " + ", ".join(f"`{member.value}`" for member in annotation)
    return _NAMES.get(annotation, str(annotation))


def _difference(topic: str, event_class: type[Event], version: int) -> str:
    """Say what an earlier version lacks or had, from the sample of it that is kept for ever."""
    state = json.loads((SAMPLES / f"{topic}.v{version}.json").read_text())
    before, after = state["data"], upcast(event_class, state)["data"]
    lacks = [f"`{name}`, read as {_value(after[name])}" for name in after if name not in before]
    had = [f"`{name}`, read no more" for name in before if name not in after]
    inner = [line for name in before if name in after for line in _inner(name, before[name], after[name])]
    differences = [f"has no {text}" for text in (*lacks, *inner)] + [f"has {text}" for text in had]
    return "; ".join(differences) or "has the same fields"


def _inner(name: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, list) and before and isinstance(before[0], dict):
        for key in after[0]:
            if key not in before[0]:
                yield f"`{key}` in its `{name}`, read as {_value(after[0][key])}"


def _value(value: Any) -> str:
    return "none (null)" if value is None else f"`{json.dumps(value, ensure_ascii=False)}`"


if __name__ == "__main__":
    print("\n".join(page()))
