"""The choices that the forms of measures offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from web.core.acts import ShownAct
from web.core.forms import Field

Options = Sequence[tuple[str, str]]


def with_territories(fields: Sequence[Field], territories: Sequence[Mapping[str, Any]]) -> list[Field]:
    """Return the fields with these territories to choose from."""
    return with_options(fields, [(each["code"], each["name"]) for each in territories])


def with_options(fields: Sequence[Field], options: Options) -> list[Field]:
    """Return the fields, those to choose in that have no options yet with these."""
    return [replace(each, options=options) if each.kind == "select" and not each.options else each for each in fields]


def with_choices(acts: Sequence[ShownAct], choices: Mapping[str, Options]) -> list[ShownAct]:
    """Return the acts with what those of these names offer to choose among; with nothing to choose, left out."""
    shown = []
    for each in acts:
        if (options := choices.get(each.act.name)) is not None:
            each.form.fields = with_options(each.form.fields, options)
        if options or options is None or each.closed:
            shown.append(each)
    return shown
