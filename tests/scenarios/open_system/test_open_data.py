"""Open data: what is published, by public standards, without a word about anybody."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from pathlib import Path

import pytest
from frictionless import Package

from api.open_data.catalogue import field_names
from tests.support.network.npm import installed
from tests.support.people import ANIMATION, STRUCTURE, STRUCTURE_ID, People
from tests.support.server import Server

BASE = "/opendata/v1"
#: Fields that readers count on, in their order: further ones come at the end.
PROMISED = (
    "id titre debut fin territoire type type_libelle public themes themes_libelles lieu_type lieu_nom adresse"
    " commune_insee commune_nom etablissement_uai places accessibilite langues structure_siret structure_nom publiee_le"
    " modifiee_le url"
)
_CHECK = """
import {fromSchemaLieuxDeMediationNumerique as read} from '@gouvfr-anct/lieux-de-mediation-numerique';
import {readFileSync} from 'node:fs';
const places = read(JSON.parse(readFileSync(process.argv[2], 'utf8')));
process.stdout.write(JSON.stringify(places));
"""


@pytest.fixture
def season(people: People) -> str:
    """The id of a published animation, beside one online, one in another place, one not published and one cancelled."""
    people.sign()
    people.does("77-say-whom-to-call", STRUCTURE, structureId=STRUCTURE_ID, phone="04 67 12 34 56")
    shown = people.declare(title="=1+1 | « café »", contact={"email": "personne@exemple.fr"})
    online = {"venueType": "en-ligne", "onlineLink": "https://visio.exemple.fr/secret", "address": None}
    moved = {"startsAt": "2027-03-16T18:00:00+01:00", "endsAt": "2027-03-16T19:00:00+01:00"}
    again = people.declare(venueName="ÉCOLE JEAN-JAURÈS", address="1 rue de l'École 34080 Montpellier", **moved)
    for animation in (shown, people.declare(**online, communeCode=None), again):
        people.publish(animation)
    people.declare(title="Pas encore publiée")
    cancelled = people.declare(title="Annulée")
    people.publish(cancelled)
    people.does("38-cancel-an-animation", STRUCTURE, animationId=cancelled, reason="Salle fermée")
    return shown


def test_animations_conform_to_their_schema_in_both_forms_and_hold_nothing_personal(
    season: str, server: Server, tmp_path: Path
) -> None:
    tables = ("animations", "programme")
    files = [f"{table}.{kind}" for table in tables for kind in ("schema.json", "csv", "json")]
    refused = server.http.get(f"{BASE}/animations.csv", params={"territory": "18"})
    assert (refused.status_code, "« territory »" in refused.text) == (400, True)
    for name in ("datapackage.json", *files):
        answer = server.http.get(f"{BASE}/{name}")
        assert (answer.status_code, "etalab" in answer.headers["link"]) == (200, True), name
        (tmp_path / name).write_bytes(answer.content)
    package = json.loads((tmp_path / "datapackage.json").read_text())
    assert package["licenses"][0]["name"] == "etalab-2.0"
    ours = [each for each in package["resources"] if each["name"].startswith(tables)]
    for each in ours:
        each["path"], each["schema"] = (each[name].rpartition("/")[2] for name in ("path", "schema"))
    (tmp_path / "local.json").write_text(json.dumps({**package, "resources": ours}))
    report = Package(str(tmp_path / "local.json")).validate()
    assert report.valid, report.to_summary()
    figures = json.loads((tmp_path / "programme.json").read_text())
    assert (len(figures), {row["part_visee"] for row in figures}) == (13, {0.25})
    whole = figures[-1]
    assert (whole["territoire"], whole["strategies_visees"], whole["strategies_adoptees"]) == ("FR", 10, 0)
    assert whole["animations"] == sum(row["animations"] for row in figures[:-1])
    rows = list(csv.DictReader(io.StringIO((tmp_path / "animations.csv").read_text())))
    objects = json.loads((tmp_path / "animations.json").read_text())
    assert (len(rows), len(objects)) == (3, 3)
    (row,) = [row for row in rows if row["id"] == season]
    (record,) = [record for record in objects if record["id"] == season]
    assert (row["titre"], record["titre"]) == ("'=1+1 | « café »", "=1+1 | « café »")
    assert (row["debut"], row["themes"], row["places"]) == (ANIMATION["startsAt"], "ent-pronote|temps-ecran", "12")
    everything = "".join((tmp_path / name).read_text() for name in ("animations.csv", "animations.json"))
    assert not any(secret in everything for secret in ("visio", "personne@", "04 67", str(ANIMATION["description"])))


def test_places_stand_once_in_the_national_standard(season: str, server: Server, tmp_path: Path) -> None:
    answer = server.http.get(f"{BASE}/lieux-de-mediation-numerique.json")
    (place,) = answer.json()
    # Both changed last: the clock stands.
    assert place["nom"] in ("École Jean Jaurès", "ÉCOLE JEAN-JAURÈS")
    assert (place["adresse"], place["commune"], place["code_insee"]) == ("1 rue de l'École", "Montpellier", "34172")
    assert place["code_postal"] in ("34000", "34070", "34080", "34090")
    (row,) = csv.DictReader(io.StringIO(server.http.get(f"{BASE}/lieux-de-mediation-numerique.csv").text))
    assert row == place
    folder = installed("lieux-de-mediation-numerique", "@gouvfr-anct/lieux-de-mediation-numerique@2.3.0")
    (folder / "check.mjs").write_text(_CHECK)
    (tmp_path / "places.json").write_bytes(answer.content)
    checked = subprocess.run(
        ["node", "check.mjs", tmp_path / "places.json"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
    assert json.loads(checked.stdout)[0]["pivot"] == place["pivot"]


def test_a_reader_who_is_up_to_date_is_sent_nothing(season: str, people: People, server: Server) -> None:
    first = server.http.get(f"{BASE}/animations.csv")
    fresh = {"if-none-match": first.headers["etag"]}
    assert server.http.get(f"{BASE}/animations.csv", headers=fresh).status_code == 304
    people.publish(people.declare(title="Encore une"))
    again = server.http.get(f"{BASE}/animations.csv", headers=fresh)
    assert (again.status_code, "Encore une" in again.text) == (200, True)
    assert server.http.get(f"{BASE}/nothing.schema.json").status_code == 404


def test_fields_of_this_version_stay() -> None:
    assert field_names("animations")[: len(PROMISED.split())] == tuple(PROMISED.split())
