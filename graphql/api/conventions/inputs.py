"""The inputs of the mutations on conventions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from api.core.inputs import Repeatable, Versioned, named, said


@strawberry.input
class PaymentTermsInput(Repeatable):
    """What is agreed locally about payment; not an input of its own."""

    planned_animations: int | None = said("How many animations are planned.")
    rate_per_animation: Decimal | None = said("Euros paid for one animation, such as 150.00.")
    required_pieces: list[str] | None = said("Pieces required for payment, 20 at most.")


@strawberry.input(description="A convention that both parties have signed, on paper or not.")
class ConventionSignInput(PaymentTermsInput):
    siret: str | None = said("SIRET of the structure, 14 digits. Mandatory.")
    structure_name: str | None = said(
        "Name of the structure, 200 characters at most. Mandatory. One that is known keeps its name."
    )
    territory: str | None = said("Code of the territory, such as 34, 2A or 971. Mandatory.")
    coordonnateur: str | None = said("Who signs for the territory. Mandatory.")
    signed_on: date | None = said("Day of signature, not in the future. Mandatory.")
    valid_from: date | None = said("First day covered. Mandatory.")
    valid_until: date | None = said("Last day covered. Mandatory.")


@strawberry.input(description="A structure's new name.")
class StructureRenameInput(Repeatable):
    structure_id: strawberry.ID = named("The structure.")
    name: str | None = said("The name that it has from now on, 200 characters at most. Mandatory.")
    reason: str | None = said("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="New conditions of a convention: what is left out stays as it is, null takes away.")
class ConventionAmendInput(PaymentTermsInput, Versioned):
    convention_id: strawberry.ID = named("The convention.")
    coordonnateur: str | None = said("Who stands for the territory from now on.")
    valid_from: date | None = said("First day covered.")
    valid_until: date | None = said("Last day covered.")


@strawberry.input(description="The early end of a convention.")
class ConventionTerminateInput(Versioned):
    convention_id: strawberry.ID = named("The convention.")
    terminated_on: date | None = said("Last day covered; today in the territory when left out.")
    reason: str | None = said("Why, 2,000 characters at most. Mandatory.")
