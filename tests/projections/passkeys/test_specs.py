"""What each event does to the row of a person's passkeys."""

from __future__ import annotations

import pytest

from domain.passkeys.events import PasskeyRegistered, PasskeyRevoked
from tests.support.projection_spec import Spec, at

REGISTERED = PasskeyRegistered(credential_id="a", public_key="cose", rp_id="example.org")
KEY = {"credential_id": "a", "rp_id": "example.org", "registered_at": at(1).isoformat(), "revoked_at": None}

SPECS = [
    Spec("passkeys", "a passkey is registered", [], REGISTERED, {"keys": [KEY]}),
    Spec(
        "passkeys",
        "a further one stands after it",
        [REGISTERED],
        REGISTERED.model_copy(update={"credential_id": "b"}),
        {"keys": [KEY, KEY | {"credential_id": "b", "registered_at": at(2).isoformat()}]},
    ),
    Spec(
        "passkeys",
        "a revoked one goes on being shown",
        [REGISTERED],
        PasskeyRevoked(credential_id="a"),
        {"keys": [KEY | {"revoked_at": at(2).isoformat()}]},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
