"""Print the reference of the environment variables, as it stands in configuration.md: `make reference`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from application.hosting.setting_groups import Group
from application.hosting.settings import GROUPS, SECRETS, Settings, accepted, description, variables_of

INTRODUCTION = """\
# Configuration

Everything is configured by environment variables. An empty value counts as none. Where variables are missing or wrong,
no command starts: it prints one line for each. Written by `make reference` from `application/hosting`.
"""
SECRETS_IN_FILES = """\
## Secrets in files

A secret may stand in a file that others cannot read, which the variable with `_FILE` names, such as
`PARENTALITE_MASTER_KEY_FILE`: """


def page() -> Iterator[str]:
    yield INTRODUCTION
    groups: list[type[Group]] = [Settings, *GROUPS.values()]
    for group in groups:
        heading, rest = re.split(r"(?<=[.:]) ?", group.__doc__ or "", maxsplit=1)
        yield f"## {heading[:-1]}\n"
        if rest:
            yield f"{rest[0].upper()}{rest[1:]}\n"
        yield "| Variable | Value | Default | Meaning |\n|---|---|---|---|"
        for _, variable, field in variables_of(group):
            yield f"| `{variable}` | {kind(field)} | {default(field, group)} | {description(field)} |"
        yield ""
    yield SECRETS_IN_FILES + ", ".join(f"`{name}`" for name in SECRETS) + "."


def kind(field: FieldInfo) -> str:
    annotation = str(field.annotation)
    if not field.repr:
        return "a secret"
    if "Path" in annotation or "ClaimsMapping" in annotation or "dict" in annotation:
        return "a path"
    return accepted(field) or ("texts with commas" if "tuple" in annotation else "a text")


def default(field: FieldInfo, group: type[Group]) -> str:
    if field.is_required() and group is not Settings:
        return "none, needed in this group"
    return "none" if field.is_required() or not isinstance(field.default, int | float | str) else f"`{field.default}`"


if __name__ == "__main__":
    print("\n".join(page()))
