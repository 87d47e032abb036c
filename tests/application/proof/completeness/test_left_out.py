"""No end of a stream can be left out of a bundle, by whoever holds the key: the map says how far each had come."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest

from application.files.store import FileStore
from application.proof.dossier_streams import NotADossier
from application.service_dossiers.commands import ServiceDossierReturn
from eventstore.records import Recorded
from tests.support.papers import second_verifier
from tests.support.papers.bundles import keeping, members, record_of, without, wrong
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import COORDONNATEUR, World


@pytest.fixture
def claim(world: World, tmp_path: Path) -> Claim:
    world.sign()
    return Claim(world, FileStore(tmp_path / "files"))


@pytest.fixture
def paid(claim: Claim, tmp_path: Path) -> Path:
    return claim.export(claim.paid(*claim.attested(2)), tmp_path / "paid.zip")


def test_the_payment_cannot_be_left_out(paid: Path):
    assert "completeness: " in (text := wrong(without(paid, "service_dossier.paid")))
    assert "paid 300.00" in text


@pytest.mark.parametrize(
    "topics",
    [
        ("service_dossier.amendment_accepted", "service_dossier.paid"),
        ("animation.attestation_corrected",),
        ("convention.service_certified",),
    ],
)
def test_no_other_end_of_a_stream_can_be_left_out(paid: Path, topics):
    assert wrong(without(paid, *topics)).startswith("completeness: ")


def all_but_the_end_of(stream: UUID, first: int) -> Callable[[Recorded], bool]:
    return lambda record: record.originator_id != stream or record.position < first


def test_the_last_events_of_no_stream_can_be_left_out(paid: Path):
    ends: dict[UUID, list[int]] = {}
    for line in members(paid)["events.jsonl"].splitlines():
        record = record_of(line)
        ends.setdefault(record.originator_id, []).append(record.position)
    refused = 0
    for stream, positions in ends.items():
        for first in positions[1:]:
            with suppress(NotADossier, KeyError):  # What is left is no dossier.
                path = keeping(paid, all_but_the_end_of(stream, first))
                assert wrong(path).startswith("completeness: ")
                refused += 1
    assert refused > 10


def test_a_return_cannot_be_left_out(claim: Claim, tmp_path: Path):
    dossier_id = claim.submitted(*claim.attested(1))
    claim.world.does(ServiceDossierReturn(dossier_id=dossier_id, reason="Il manque une feuille"), COORDONNATEUR)
    path = claim.export(dossier_id, tmp_path / "returned.zip")
    assert wrong(without(path, "service_dossier.returned", "animation.released")).startswith("completeness: ")


def test_the_second_verifier_notices_too(paid: Path):
    with pytest.raises(AssertionError):
        second_verifier.verify(without(paid, "service_dossier.paid"), KEY.public)
