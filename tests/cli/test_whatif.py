"""`parentalite whatif` counts every certified dossier under other terms, and writes nothing."""

from __future__ import annotations

import csv
import io
import os
from pathlib import Path
from uuid import UUID

import pytest

from application.files.store import FileStore
from application.service_dossiers.amendments import ServiceAmendmentAccept, ServiceAmendmentPropose
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import COORDONNATEUR, STRUCTURE


@pytest.fixture
def dossiers(world) -> tuple[UUID, UUID]:
    """A paid dossier of two animations, and a certified one of one, at 150.00 euros each."""
    claim = Claim(world, FileStore(Path(os.environ["PARENTALITE_HOME"]) / "files"))
    return claim.paid(*claim.attested(2)), claim.certified(*claim.attested(1))


def rows(result) -> dict[str, dict[str, str]]:
    assert result.exit_code == 0, result.output
    return {row["dossier"]: row for row in csv.DictReader(io.StringIO(result.stdout))}


def test_the_terms_of_the_log_give_no_difference(run, dossiers):
    identity = run("whatif")
    assert identity.exit_code == 0, identity.output
    assert identity.stdout == ""
    assert "No difference: 2 certified dossiers" in identity.stderr
    assert "450.00 euros" in identity.stderr
    assert rows(run("whatif", "--rate", "150.00", "--csv")) == {}


def test_another_rate_is_counted_to_the_cent(run, dossiers):
    paid, certified = map(str, dossiers)
    other = rows(run("whatif", "--rate", "149.99", "--csv"))
    assert {row["dossier"]: row["difference"] for row in other.values()} == {paid: "-0.02", certified: "-0.01"}
    assert (other[paid]["amount"], other[paid]["otherwise"], other[paid]["status"]) == ("300.00", "299.98", "PAID")
    shown = run("whatif", "--rate", "149.99")
    assert "2 dossiers of 2 certified dossiers" in shown.stderr
    assert "449.97 otherwise (-0.03)" in shown.stderr


def test_the_narrowest_rate_holds(run, world, dossiers):
    convention = str(world.conventions[0])
    by_convention = rows(run("whatif", "--rate", "1.00", "--rate", f"{convention}=200.00", "--csv"))
    assert {row["otherwise"] for row in by_convention.values()} == {"400.00", "200.00"}
    by_territory = rows(run("whatif", "--rate", "1.00", "--rate", "971=160.00", "--csv"))
    assert {row["otherwise"] for row in by_territory.values()} == {"320.00", "160.00"}
    elsewhere = run("whatif", "--rate", "34=160.00")
    assert "No difference" in elsewhere.stderr


def test_types_of_animations_have_rates_of_their_own(run, dossiers):
    cafes = rows(run("whatif", "--typology", "cafe-des-parents=80.00", "--csv"))
    assert {row["otherwise"] for row in cafes.values()} == {"160.00", "80.00"}
    assert "No difference" in run("whatif", "--typology", "seminaire=80.00").stderr


def test_what_an_amendment_made_void_is_not_counted(run, world, dossiers):
    paid, certified = dossiers
    (animation_id,) = world.animations[-1:]
    proposal = {"animation_id": animation_id, "parents": 0, "reason": "Personne n'est venu"}
    world.does(ServiceAmendmentPropose(dossier_id=certified, **proposal), STRUCTURE)
    world.does(ServiceAmendmentAccept(dossier_id=certified, number=1), COORDONNATEUR)
    assert "No difference" in run("whatif").stderr
    assert set(rows(run("whatif", "--rate", "100.00", "--csv"))) == {str(paid)}


def test_nothing_is_written(run, opened, dossiers):
    with opened.connection() as conn:
        before = conn.execute("SELECT count(*), max(notification_id) FROM stored_events").fetchone()
    run("whatif", "--rate", "1.00")
    with opened.connection() as conn:
        assert conn.execute("SELECT count(*), max(notification_id) FROM stored_events").fetchone() == before


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--rate", "1e3", "euros are needed"),
        ("--rate", "34=", "euros are needed"),
        ("--rate", f"{'z' * 36}=1.00", "a convention's id"),
        ("--typology", "veillee=10.00", "cafe-des-parents"),
        ("--typology", "80.00", "TYPE=EUROS"),
    ],
)
def test_terms_that_cannot_be_read_are_refused(run, world, option, value, words):
    refused = run("whatif", option, value)
    assert refused.exit_code == 1
    assert words in " ".join(refused.stderr.split())
