"""The fields of forms that say how many came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from web.core.forms import Field
from web.core.french import who_comes


def counting(fields: Iterable[Field], animation: Mapping[str, Any]) -> list[Field]:
    """Return the fields in the words of whom the animation is for, with children where its type admits any."""
    label = f"{who_comes(animation)[1].capitalize()} présents"
    named = (replace(each, label=label) if each.name == "parents" else each for each in fields)
    return [each for each in named if each.name != "children" or animation["type"]["admitsChildren"]]
