"""The hour that clocks show twice, in the night when they go back: people choose which of the two they mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time
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


def moment(form: Form, name: str, day: str | None, zone: str | None) -> str | None:
    """Return a local time as the API takes it, with its offset where clocks show it twice; None where a part is missing.

    Ask which of the two is meant, beside its field, where that was not chosen.
    """
    field = next(each for each in form.fields if each.name == name)
    hour = field.value(form.values.get(name, ""))
    if not day or not hour:
        return None
    offsets = _offsets(day, hour, zone)
    if not offsets:
        return f"{day}T{hour}"
    form.fields = [replace(each, hidden=False) if each.name == f"{name}Pass" else each for each in form.fields]
    chosen = form.values.get(f"{name}Pass", "")
    if chosen not in offsets:
        form.errors[f"{name}Pass"] = (
            f"{field.label} : cette nuit-là, les horloges reculent et montrent deux fois {hour[:5]}."
            " Choisissez avant ou après le changement d'heure."
        )
    return f"{day}T{hour}{offsets.get(chosen, '')}"


def shown(fields: Sequence[Field], form: Form) -> list[Field]:
    """Return the fields of a page with the choice wherever the form has come to need it."""
    needed = {each.name for each in form.fields if each.name in (START.name, END.name) and not each.hidden}
    return [replace(each, hidden=False) if each.name in needed else each for each in fields]


def chosen(instant: str, zone: str) -> str:
    """Return which of two equal hours is recorded; "" where clocks show it once."""
    local = datetime.fromisoformat(instant)
    offsets = _offsets(local.date().isoformat(), f"{local:%H:%M}", zone)
    return next((name for name, offset in offsets.items() if instant.endswith(offset)), "")


def _offsets(day: str, hour: str, zone: str | None) -> dict[str, str]:
    """Return the offsets before and after clocks go back; none where they show that time once, or never."""
    try:
        clock = datetime.combine(date.fromisoformat(day), time.fromisoformat(hour), ZoneInfo(zone or "UTC"))
    except (ValueError, ZoneInfoNotFoundError):
        return {}
    before, after = (clock.replace(fold=fold) for fold in (0, 1))
    earlier, later = before.utcoffset(), after.utcoffset()
    if earlier is None or later is None or earlier <= later:
        return {}
    return {name: f"{local:%:z}" for (name, _), local in zip(_PASSES, (before, after), strict=True)}
