"""In the night when clocks change, people choose in words which of two equal hours they mean, without scripts."""

from __future__ import annotations

import pytest

from tests.support.people import People
from tests.support.visitor import Visitor, links
from tests.web.structures.test_structure import FORM
from web.structure.animations.clock_change import chosen

NIGHT = {"date": "2027-10-31", "starts": "02:30", "ends": "02:45"}
BACK = "les horloges reculent et montrent deux fois 02:30. Choisissez avant ou après"


def test_which_of_two_equal_hours_is_meant_is_chosen_in_words(visitor: Visitor, people: People) -> None:
    people.sign(validFrom="2027-09-01", validUntil="2027-12-31")
    page = visitor.signs_in("STRUCTURE").sees("/structure/animations/nouvelle")
    assert "changement d" not in page
    refused = visitor.sends(page, values=FORM | NIGHT, status=422)
    assert {"#startsPass", "#endsPass"} <= set(links(refused))
    assert "changement d'heure ? (facultatif)" not in refused.replace("&#39;", "'")
    assert BACK in refused
    assert "+02:00" not in refused
    assert refused.count("Avant le changement d&#39;heure : la première fois</option>") == 2
    both = {"startsPass": "avant", "endsPass": "apres"}
    made = visitor.sends(refused, values=FORM | NIGHT | both)
    assert "Votre animation est déclarée" in made
    change = visitor.sees(next(link for link in links(made) if link.endswith("/modifier")))
    assert 'name="startsPass" value="avant"' in change
    assert 'name="endsPass" value="apres"' in change
    refused = visitor.sends(change, values=FORM | NIGHT | {"startsPass": "apres", "endsPass": "avant"}, status=422)
    assert "La fin doit suivre le début." in refused
    assert "modifications sont enregistrées" in visitor.sends(change, values=FORM | NIGHT | both | {"title": "De nuit"})
    copied = NIGHT | {"date": "31/10/2027", "ends": "04:00"}
    refused = visitor.sends(made, "dupliquer", copied, 422)
    assert "#dupliquer-startsPass" in links(refused)
    assert "#dupliquer-endsPass" not in links(refused)
    again = visitor.sends(refused, "dupliquer", copied | {"startsPass": "apres"})
    assert "La copie est déclarée" in again


def test_an_hour_that_clocks_skip_is_said_to_be_none(visitor: Visitor, people: People) -> None:
    page = visitor.signs_in("STRUCTURE").sees("/structure/animations/nouvelle")
    refused = visitor.sends(page, values=FORM | {"date": "2027-03-28", "starts": "02:30", "ends": "04:00"}, status=422)
    assert "2 h 30 n&#39;existe pas : les horloges avancent" in refused.replace("\xa0", " ")
    assert "#starts" in links(refused)
    assert "Choisissez avant ou après" not in refused


@pytest.mark.parametrize(
    ("instant", "zone", "expected"),
    [
        ("2027-10-31T02:30:00+02:00", "Europe/Paris", "avant"),
        ("2027-10-31T02:30:00+01:00", "Europe/Paris", "apres"),
        ("2027-10-31T03:30:00+01:00", "Europe/Paris", ""),
        ("2027-03-28T03:30:00+02:00", "Europe/Paris", ""),
        ("2027-10-31T02:30:00-04:00", "America/Guadeloupe", ""),
        ("2027-11-07T01:30:00-03:00", "America/Miquelon", "apres"),
        ("2027-11-07T01:30:00-02:00", "America/Miquelon", "avant"),
    ],
)
def test_which_was_chosen_is_read_from_what_is_recorded(instant: str, zone: str, expected: str) -> None:
    assert chosen(instant, zone) == expected
