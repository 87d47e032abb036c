"""The hour that clocks show twice, in the night when they go back: people choose which of the two they mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from web.core.forms import Field, Form

_PASSES = (
    ("avant", "Avant le changement d'heure : la première fois"),
    ("apres", "Après le changement d'heure : la seconde fois"),
)
#: Shown only where the hour that was typed is shown twice.
START, END = (
    Field(f"{name}Pass", f"{label} : avant ou après le changement d'heure ?", "select", options=_PASSES, hidden=True)
    for name, label in (("starts", "Heure de début"), ("ends", "Heure de fin"))
)


def moment(typed: Mapping[str, Any], name: str, day: str | None, zone: str | None) -> str | None:
    """Return a local time as the API takes it, with the offset that was chosen; None where a part of it is missing."""
    hour = typed.get(name)
    if not day or not hour:
        return None
    return f"{day}T{hour}{_offsets(day, hour, zone).get(typed.get(f'{name}Pass', ''), '')}"


def ask(form: Form, typed: Mapping[str, Any], days: Mapping[str, str | None], zone: str | None) -> None:
    """Offer the choice for each hour of those days that is shown twice, with an error where it was not made."""
    for name, day in days.items():
        offsets = _offsets(day or "", typed.get(name) or "", zone)
        if not offsets:
            continue
        choice, label = f"{name}Pass", next(each.label for each in form.fields if each.name == name)
        form.fields = [
            replace(each, hidden=False, required=True) if each.name == choice else each for each in form.fields
        ]
        if typed.get(choice) not in offsets:
            form.errors[choice] = (
                f"{label} : cette nuit-là, les horloges reculent et montrent deux fois {typed[name]}."
                " Choisissez avant ou après le changement d'heure."
            )


def shown(fields: Sequence[Field], form: Form) -> list[Field]:
    """Return the fields of a page with the choice wherever the form has come to need it."""
    needed = {each.name for each in form.fields if each.name in (START.name, END.name) and not each.hidden}
    return [replace(each, hidden=False, required=True) if each.name in needed else each for each in fields]


def chosen(instant: str, zone: str) -> str:
    """Return which of two equal hours is recorded; "" where clocks show it once."""
    local = datetime.fromisoformat(instant)
    offsets = _offsets(local.date().isoformat(), f"{local:%H:%M}", zone)
    return next((name for name, offset in offsets.items() if instant.endswith(offset)), "")


def _offsets(day: str, hour: str, zone: str | None) -> dict[str, str]:
    """Return the offsets before and after clocks go back; none where they show that time once, or never."""
    try:
        clock, there = datetime.fromisoformat(f"{day}T{hour}"), ZoneInfo(zone or "UTC")
    except (ValueError, ZoneInfoNotFoundError):
        return {}
    passes = [clock.replace(tzinfo=there, fold=fold) for fold in (0, 1)]
    before, after = (local.utcoffset() or timedelta() for local in passes)
    # Whoever typed an offset has chosen; where clocks go forward the order is the other way round.
    if clock.tzinfo is not None or before <= after:
        return {}
    return {name: local.isoformat()[-len("+00:00") :] for (name, _), local in zip(_PASSES, passes, strict=True)}
