"""Filters of structures. A filter left out, null or an empty list does not apply."""

from __future__ import annotations

from enum import StrEnum

import strawberry


@strawberry.enum(
    description="What leads a list of structures: their name, or what they owe, for who gives `managed`; of the whole"
    " country their name. Late attestations weigh most, then all attestations due, then dossiers to submit."
)
class StructureOrder(StrEnum):
    NAME = "NAME"
    OWED = "OWED"


@strawberry.input(description="Narrows the list of structures.")
class StructureWhere:
    territory: list[str] | None = strawberry.field(
        default=None, description="With a convention in any of these departments."
    )
    text: str | None = strawberry.field(
        default=None, description="Whose name holds this; accents are ignored. Or that has, or had, this SIRET."
    )
    managed: bool | None = strawberry.field(
        default=None,
        description="Of the territories that the asker answers for: a coordonnateur's own, all for the national team"
        " and auditors; FORBIDDEN for others. False is no filter.",
    )
    owing: bool | None = strawberry.field(
        default=None,
        description="With something in `dues` (or all others), among those that `managed` leaves; FORBIDDEN for who"
        " manages none.",
    )
