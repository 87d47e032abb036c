"""The common part of mutation inputs, and how an input becomes the values of a command.

Fields that the domain requires are nullable here: one answer then names every missing one, in French, instead of
GraphQL's own error for the first.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry

UNSET = strawberry.UNSET


def value_of(description: str, name: str | None = None) -> Any:
    """Declare an input field that may be left out."""
    return strawberry.field(default=UNSET, description=description, name=name)


def reference(description: str) -> Any:
    """Declare an input field that identifies the object of the mutation."""
    return strawberry.field(description=description)


@strawberry.input
class Repeatable:
    """The part of an input that makes a mutation safe to repeat."""

    idempotency_key: UUID | None = value_of(
        "Made by the client. The same key with the same content answers with the first outcome and records nothing;"
        " with other content the error is DUPLICATE."
    )


@strawberry.input
class Versioned(Repeatable):
    """The part of an input on an existing object."""

    expected_version: int | None = value_of(
        "The version that the client saw: the error is CONFLICT when it has moved on."
    )


@strawberry.input(
    description="The asker's own signature of the act: what `navigator.credentials.get` answered, base64url."
)
class SignatureInput:
    expires_at: datetime = strawberry.field(description="As `actSignature` told it.")
    credential_id: str = strawberry.field(description="The passkey's id: `id` of the browser's answer.")
    authenticator_data: str = strawberry.field(description="`response.authenticatorData`.")
    client_data: str = strawberry.field(name="clientDataJSON", description="`response.clientDataJSON`.")
    signature: str = strawberry.field(description="`response.signature`.")


@strawberry.input
class Signable(Repeatable):
    """The part of an input on what people may sign with a passkey."""

    signature: SignatureInput | None = value_of(
        "The asker's own signature, over what `actSignature` tells of the same input. Mandatory where `viewer.signs`"
        " names the mutation."
    )


def to_command(input_value: Any) -> dict[str, Any]:
    """Return the values of an input, nulls left out: for new objects, and for what happens once."""
    return {name: value for name, value in patch_of(input_value).items() if value is not None}


def patch_of(input_value: Any) -> dict[str, Any]:
    """Return the values of an input, nulls included: in an amendment, null removes a value."""
    values = {field.name: getattr(input_value, field.name) for field in fields(input_value)}
    return {
        name: patch_of(value) if isinstance(value, SignatureInput) else value
        for name, value in values.items()
        if value is not UNSET
    }
