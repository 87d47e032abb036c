"""Inputs of the mutations on conventions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import strawberry

from api.core.commanding.inputs import Repeatable, Signable, Versioned, reference, value_of

_ACCEPT_UNCOVERED = (
    "Whether attested animations may be left uncovered, and so unpaid: without it they are named and nothing is"
    " recorded."
)


@strawberry.input
class PaymentTermsInput(Repeatable):
    """Local payment terms; used by other inputs only."""

    planned_animations: int | None = value_of("How many animations are planned.")
    rate_per_animation: Decimal | None = value_of("Euros paid for one animation, such as 150.00.")
    required_pieces: list[str] | None = value_of("Pieces required for payment, 20 at most.")


@strawberry.input(description="A convention that both parties have signed, on paper or not.")
class ConventionSignInput(PaymentTermsInput, Signable):
    siret: str | None = value_of("SIRET of the structure, 14 digits. Mandatory.")
    structure_name: str | None = value_of(
        "Name of the structure, 200 characters at most. Mandatory. One that is known keeps its name."
    )
    territory: str | None = value_of("Code of the territory, such as 34, 2A or 971. Mandatory.")
    coordonnateur: str | None = value_of("Who signs for the territory. Mandatory.")
    signed_on: date | None = value_of("Day of signature, not in the future. Mandatory.")
    valid_from: date | None = value_of("First day covered. Mandatory.")
    valid_until: date | None = value_of("Last day covered. Mandatory.")


@strawberry.input(description="A structure's new name.")
class StructureRenameInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    name: str | None = value_of("The name that it has from now on, 200 characters at most. Mandatory.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="A structure's new SIRET, of another establishment or another company.")
class StructureMoveInput(Repeatable):
    structure_id: strawberry.ID = reference("The structure.")
    siret: str | None = value_of("The SIRET that it has from now on. Mandatory.")
    on: date | None = value_of("Since what day it has it: today or before. Mandatory.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")


@strawberry.input(description="New conditions of a convention: what is left out stays as it is, null takes away.")
class ConventionAmendInput(PaymentTermsInput, Versioned, Signable):
    convention_id: strawberry.ID = reference("The convention.")
    coordonnateur: str | None = value_of("Who stands for the territory from now on.")
    valid_from: date | None = value_of("First day covered.")
    valid_until: date | None = value_of("Last day covered.")
    effective_from: date | None = value_of(
        "First day that is paid at the new rate; today in the territory when left out, and the convention's first day"
        " where it had no rate. A day before today takes a reason."
    )
    reason: str | None = value_of("Why; mandatory for a rate that holds from a day before today.")
    accept_uncovered: bool | None = value_of(_ACCEPT_UNCOVERED)


@strawberry.input(description="The early end of a convention.")
class ConventionTerminateInput(Versioned, Signable):
    convention_id: strawberry.ID = reference("The convention.")
    terminated_on: date | None = value_of("Last day covered; today in the territory when left out.")
    reason: str | None = value_of("Why, 2,000 characters at most. Mandatory.")
    accept_uncovered: bool | None = value_of(_ACCEPT_UNCOVERED)
