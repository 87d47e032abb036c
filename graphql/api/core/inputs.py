"""What every mutation's input has in common, and how an input becomes a command's values.

Fields that the domain calls mandatory are nullable here: one answer then names every one that is missing, in French,
instead of GraphQL's own error for the first.
"""

from __future__ import annotations

from dataclasses import fields
from typing import Any
from uuid import UUID

import strawberry

UNSET = strawberry.UNSET


def said(description: str, name: str | None = None) -> Any:
    """An input field that may be left out."""
    return strawberry.field(default=UNSET, description=description, name=name)


def named(description: str) -> Any:
    """An input field that names the thing that the mutation is about."""
    return strawberry.field(description=description)


@strawberry.input
class Repeatable:
    """The part of an input that makes a repeated mutation safe."""

    idempotency_key: UUID | None = said(
        "Made by the client. The same key with the same content answers with the first outcome and records nothing;"
        " with other content the error is DUPLICATE."
    )


@strawberry.input
class Versioned(Repeatable):
    """The part of an input on something that exists."""

    expected_version: int | None = said("The version that the client saw: the error is CONFLICT when it has moved on.")


def stated(given: Any) -> dict[str, Any]:
    """What the client said, null and nothing being the same: for what is new, or happens once."""
    return {name: value for name, value in changed(given).items() if value is not None}


def changed(given: Any) -> dict[str, Any]:
    """What the client said, null included: in an amendment null takes a value away."""
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    return {name: value for name, value in values.items() if value is not UNSET}
