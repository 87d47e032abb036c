"""Inputs of the mutations on registrations."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.commanding.inputs import Repeatable, reference, value_of


@strawberry.input
class RegistrantInput(Repeatable):
    """The registrant; used by other inputs only. Names, e-mail and telephone are encrypted."""

    animation_id: strawberry.ID = reference("The animation.")
    first_name: str | None = value_of("First name. Mandatory.")
    last_name: str | None = value_of("Last name. Mandatory.")
    phone: str | None = value_of("Telephone number.")
    sms_agreed: bool | None = value_of(
        "Whether the person agrees to text messages about this registration, where the site sends any: confirmation,"
        " changes, cancellation, reminder. No when left out."
    )
    children: int | None = value_of("How many children come along: 0 to 20. 0 when left out.")


@strawberry.input(description="A person registers themself. What is said of them is kept encrypted.")
class RegistrationSubmitInput(RegistrantInput):
    email: str | None = value_of("E-mail address: the confirmation goes there. Mandatory.")


@strawberry.input(description="Somebody is registered by another. What is said of them is kept encrypted.")
class RegistrationSubmitForInput(RegistrantInput):
    email: str | None = value_of("E-mail address, if the person has one.")


@strawberry.input
class RegistrationHolderInput(Repeatable):
    """The holder, by link or by printed code; used by other inputs only."""

    link: str | None = value_of("The registration's link, as it was received.")
    code: str | None = value_of("The printed code: enough for an animation that is to come.")
    day: date | None = value_of("The day of the animation, where several registrations have that code.")
    animation_id: strawberry.ID | None = value_of("The animation that `code` is for, where it is known.")


@strawberry.input(description="A registration that is given up: by its `link`, or by its printed `code`.")
class RegistrationCancelInput(RegistrationHolderInput):
    pass


@strawberry.input(description="A seat that is kept: by the registration's `link`, or by its printed `code`.")
class RegistrationKeepInput(RegistrationHolderInput):
    pass


@strawberry.input(description="A registration that the structure removes.")
class RegistrationRemoveInput(Repeatable):
    animation_id: strawberry.ID = reference("The animation.")
    registration_id: strawberry.ID = reference("The registration.")
    reason: str | None = value_of("Why; the person is told. 2,000 characters at most. Mandatory.")
