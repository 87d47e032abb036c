"""What somebody of the national team does with a passkey."""

from __future__ import annotations

from dataclasses import replace

from application.passkeys import PasskeyRegister, PasskeyRevoke
from tests.support.world import NATIONAL, World


def keeps_a_passkey(world: World) -> None:
    somebody = replace(NATIONAL, person="q83vEjRWeJCrze8SNFZ4kA")
    world.does(PasskeyRegister(credential_id="a", public_key="cose", rp_id="example.org"), somebody)
    world.does(PasskeyRevoke(credential_id="a"), somebody)
