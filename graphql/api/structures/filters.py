"""Filters of structures. A filter left out, null or empty does not apply."""

from __future__ import annotations

import strawberry


@strawberry.input(description="Narrows the list of structures.")
class StructureWhere:
    territory: list[str] | None = strawberry.field(
        default=None, description="With a convention in any of these departments."
    )
    text: str | None = strawberry.field(default=None, description="Whose name holds this; accents are ignored.")
