"""Both verifiers ask that the map stands in its own stream, and that each animation is in this dossier."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from application.files.store import FileStore
from application.proof.notes import to_pem
from tests.application.proof.test_verifier_page import needs_node, verdicts
from tests.support.papers.bundles import checks
from tests.support.papers.forging_bundles import forged_with_map, taken_apart
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World


@needs_node
def test_a_map_of_another_stream_and_an_animation_let_go_are_refused_by_both(world: World, tmp_path: Path):
    world.sign()
    claim = Claim(world, FileStore(tmp_path / "files"))
    honest = claim.export(claim.paid(*claim.attested(2)), tmp_path / "honest.zip")
    events = list(taken_apart(honest).events)
    (gathered, *_) = [event for event in events if event.topic == "animation.gathered"]
    released = type(gathered)(gathered.stream, "animation.released", gathered.state)
    # The paper is that of the honest bundle, which names another checkpoint.
    expected = {
        forged_with_map(tmp_path / "same.zip", honest, events): "pdf",
        forged_with_map(tmp_path / "stream.zip", honest, events, UUID(int=1)): "completeness",
        forged_with_map(tmp_path / "released.zip", honest, [*events, released]): "completeness",
    }
    assert {path: checks(path)[-1].text.partition(":")[0] for path in expected} == expected
    in_the_page = verdicts([(path, to_pem(KEY.public)) for path in expected])
    assert [results[-1]["step"] for results in in_the_page] == list(expected.values()), in_the_page
    assert "is not in this dossier" in in_the_page[-1][-1]["text"]
