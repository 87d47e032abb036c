"""What is unusual in a dossier: alike animations and odd figures, and what is not."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from domain.kernel.events import ERASED_WORDS
from domain.service_dossiers.warnings import LABELS, Claim, WarningCode, place_key, warnings_of
from tests.support.domain.builders import END, OURS, START, THEIRS
from tests.support.domain.dossier_builders import FIRST, SECOND, THIRD

CLAIM = Claim(
    id=FIRST,
    structure_id=OURS,
    territory="34",
    title="Café",
    day=START.date(),
    starts_at=START,
    ends_at=END,
    venue_type="ecole",
    venue_name="École Jean-Jaurès",
    commune_code="34172",
    seats=12,
    parents=9,
    children=0,
    sheets=("5e" * 32,),
    rate=Decimal("150.00"),
)
ELSEWHERE = replace(CLAIM, id=SECOND, title="Atelier", venue_name="Mairie", sheets=("9f" * 32,))


def codes(claims, others=()):
    return [(WarningCode(warning.recorded.code), warning.recorded.other_id) for warning in warnings_of(claims, others)]


def test_an_ordinary_animation_is_not_unusual():
    assert codes([CLAIM, ELSEWHERE]) == []


@pytest.mark.parametrize(
    ("parents", "came", "is_unlike"),
    [(9, None, False), (9, 9, False), (9, 6, False), (9, 5, True), (2, 6, True), (20, 14, False), (21, 14, True)],
)
def test_a_figure_far_from_the_list_of_the_day_is_unusual(parents, came, is_unlike):
    findings = codes([replace(CLAIM, parents=parents, came=came)])
    assert findings == [(WarningCode.ATTENDANCE_UNLIKE_LIST, None)] * is_unlike


SAME = {"venue_name": CLAIM.venue_name}


@pytest.mark.parametrize(
    "changes",
    [
        SAME,
        {"venue_name": "ecole  jean jaures"},
        SAME | {"commune_code": None},
        SAME | {"starts_at": START + timedelta(hours=1), "ends_at": END + timedelta(hours=1)},
        SAME | {"structure_id": THEIRS},
    ],
)
def test_two_at_one_time_and_place_are_told_within_a_dossier_and_beside_it(changes):
    other = replace(ELSEWHERE, **changes)
    assert codes([CLAIM], [other]) == [(WarningCode.SAME_TIME_AND_PLACE, SECOND)]
    assert codes([CLAIM, other]) == [(WarningCode.SAME_TIME_AND_PLACE, FIRST)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        SAME | {"territory": "02"},
        SAME | {"commune_code": "34057"},
        SAME | {"starts_at": END, "ends_at": END + timedelta(hours=1)},
        SAME | {"structure_id": THEIRS, "venue_type": "en-ligne"},
    ],
)
def test_another_place_or_time_is_not_unusual(changes):
    assert codes([CLAIM], [replace(ELSEWHERE, **changes)]) == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("École n° 3 — Jean-Jaurès", "ecole n 3 jean jaures"),
        ("L’Œuf, 2ᵉ étage_(salle Noël)", "l œuf 2e etage salle noel"),
        ("ŻÓŁĆ straße", "zołc strasse"),
        ("Дом №5, й", "дом no5 и"),
        ("数字①", "数字1"),
        ("\u00a0a\tb\n", "a b"),
    ],
)
def test_a_place_is_found_without_accents_capitals_and_punctuation(name, key):
    assert place_key(name) == key


def test_places_that_were_erased_or_have_no_name_are_not_equal():
    assert place_key(ERASED_WORDS) == place_key("…") == ""
    lost = replace(CLAIM, venue_name=ERASED_WORDS)
    assert codes([lost], [replace(ELSEWHERE, venue_name=ERASED_WORDS)]) == []


def test_one_scan_for_several_is_told_whosever_they_are():
    other = replace(ELSEWHERE, sheets=CLAIM.sheets, structure_id=THEIRS)
    (warning,) = warnings_of([CLAIM], [other])
    assert (warning.recorded.code, warning.recorded.other_id) == ("SAME_SHEET", SECOND)
    assert "« Café » du 15/03/2027" in warning.message
    assert "« Atelier » du 15/03/2027, d'une autre structure" in warning.message


def test_one_page_of_several_is_enough_for_the_same_sheet():
    ours, theirs = ("01" * 32, "5e" * 32), ("02" * 32, "5e" * 32, "03" * 32)
    assert codes([replace(CLAIM, sheets=ours)], [replace(ELSEWHERE, sheets=theirs)]) == [
        (WarningCode.SAME_SHEET, SECOND)
    ]


def likeness(first: int, last: int) -> int:
    """A likeness with these bits set."""
    return sum(1 << bit for bit in range(first, last))


def test_a_scan_saved_again_is_told_within_one_structure():
    ours = replace(CLAIM, likenesses=(likeness(1_000, 1_400), likeness(0, 175)))
    again = replace(ELSEWHERE, likenesses=(likeness(46, 221),))
    (warning,) = warnings_of([ours], [again])
    assert (warning.recorded.code, warning.recorded.other_id) == ("ALIKE_SHEET", SECOND)
    assert "ressemble trait pour trait à celle de « Atelier » du 15/03/2027" in warning.message
    assert codes([ours, again]) == [(WarningCode.ALIKE_SHEET, FIRST)]
    for other in (
        replace(again, likenesses=(likeness(47, 222),)),
        replace(again, likenesses=()),
        replace(again, structure_id=THEIRS),
    ):
        assert codes([ours], [other]) == []


def test_the_same_file_is_told_once_though_it_looks_alike_too():
    assert codes([replace(CLAIM, likenesses=(7,))], [replace(ELSEWHERE, sheets=CLAIM.sheets, likenesses=(7,))]) == [
        (WarningCode.SAME_SHEET, SECOND)
    ]


def test_no_sheet_is_not_the_same_sheet():
    assert codes([replace(CLAIM, sheets=()), replace(ELSEWHERE, sheets=())]) == []


def test_each_animation_names_one_of_its_dossier_and_one_elsewhere():
    same = [replace(CLAIM, id=UUID(int=1 << 64 | number), venue_name=f"Salle {number}") for number in range(500)]
    others = [replace(ELSEWHERE, id=id_, sheets=CLAIM.sheets) for id_ in (SECOND, THIRD)]
    named = codes(same, others)
    assert len(named) == 500 + 499
    assert {code for code, _ in named} == {WarningCode.SAME_SHEET}


ODD: dict[WarningCode, dict[str, Any]] = {
    WarningCode.ATTENDANCE_ABOVE_SEATS: {"parents": 37},
    WarningCode.NOBODY_CAME: {"parents": 0},
    WarningCode.VERY_SHORT: {"ends_at": START + timedelta(seconds=1)},
    WarningCode.VERY_LONG: {"ends_at": START + timedelta(hours=25)},
    WarningCode.DECLARED_LATE: {"declared_late_on": date(2028, 5, 15)},
    WarningCode.UNUSUAL_RATE: {"rate": Decimal("1000.01")},
}
USUAL = [
    {"parents": 36},
    {"parents": 0, "children": 1},
    {"ends_at": START + timedelta(minutes=15)},
    {"ends_at": START + timedelta(hours=24)},
    {"declared_late_on": date(2027, 5, 14)},
    {"rate": Decimal("1000.00")},
]


@pytest.mark.parametrize("code", ODD)
def test_a_figure_is_odd(code):
    (warning,) = warnings_of([replace(CLAIM, **ODD[code])], [])
    assert warning.recorded.code == code
    assert warning.message.startswith("« Café » du 15/03/2027")


@pytest.mark.parametrize("changes", USUAL)
def test_a_figure_at_the_bound_is_not(changes):
    assert codes([replace(CLAIM, **changes)]) == []


def test_a_rate_is_told_once_however_many_are_paid_at_it():
    dear = [replace(CLAIM, id=id_, rate=Decimal("2000.00"), venue_name=str(id_), sheets=()) for id_ in (FIRST, SECOND)]
    assert codes(dear) == [(WarningCode.UNUSUAL_RATE, None)]


def test_every_code_has_words_for_paper():
    assert set(LABELS) == set(WarningCode)
