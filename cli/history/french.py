"""History in French: what the fields of events are called, and how their values are written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel

import domain.catalogue  # noqa: F401  registers every event class
from domain.kernel.events import field_names

FIELDS: Mapping[str, str] = field_names()

_LONGEST = 100


def in_french(value: Any) -> str:
    """A value for a person; long texts are cut."""
    match value:
        case None:
            return "—"
        case bool():
            return "oui" if value else "non"
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M")
        case date():
            return value.strftime("%d/%m/%Y")
        case Decimal() | int():
            return str(value)
        case UUID():
            return str(value)
        case BaseModel():
            parts = ((name, part) for name, part in value if part not in (None, ()))
            return ", ".join(f"{FIELDS[name]} {in_french(part)}" for name, part in parts)
        case tuple():
            return " ; ".join(in_french(part) for part in value) or "—"
        case _:
            text = " ".join(str(value).split())
            return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
