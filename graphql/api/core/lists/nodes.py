"""The interface of objects that have an id."""

from __future__ import annotations

import strawberry


@strawberry.interface(description="Anything that has an id of its own.")
class Node:
    id: strawberry.ID = strawberry.field(description="Identifies the thing among all things; never changes.")
