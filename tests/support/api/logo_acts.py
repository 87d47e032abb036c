"""What a structure does with its logo."""

from __future__ import annotations

import io

from application.logos.commands import SetLogo, WithdrawLogo
from tests.support.papers.dossiers import png
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import STRUCTURE, STRUCTURE_ID, World


def sets_and_withdraws_a_logo(world: World, claim: Claim) -> None:
    with claim.files.draft(io.BytesIO(png())) as draft:
        file = {"media_type": "image/png", "size": draft.size, "sha256": draft.sha256, "draft": draft}
        world.does(SetLogo(structure_id=STRUCTURE_ID, **file), STRUCTURE)
    world.does(WithdrawLogo(structure_id=STRUCTURE_ID), STRUCTURE)
