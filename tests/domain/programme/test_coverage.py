"""The next places reach the most schools: as many as any choice of three communes."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.kernel.places import places
from domain.programme.coverage import MOST_PLACES, area_of, communes_by_area, next_places

#: Of several intercommunalities of the Cher, a city and one of its arrondissements, and islands.
CHER = sorted(code for code, commune in places().communes.items() if commune.department == "18")[::25]
SOME = (*CHER, "13055", "13201", "29083", "29155")


def reached_from(code: str, schools: dict[str, str]) -> set[str]:
    area = area_of(places().communes[code], places())
    return {uai for uai, other in schools.items() if area_of(places().communes[other], places()) == area}


@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(SOME), max_size=14))
def test_no_other_three_communes_reach_more_schools(codes: list[str]) -> None:
    schools = {f"school {index}": code for index, code in enumerate(codes)}
    chosen = next_places(schools, places())
    reached = {uai for place in chosen for uai in reached_from(place.commune.code, schools)}
    assert reached == {uai for place in chosen for uai in place.schools}
    by_commune = {code: reached_from(code, schools) for code in set(codes)}
    choices = combinations(by_commune, min(MOST_PLACES, len(by_commune)))
    best = max(len({uai for code in three for uai in by_commune[code]}) for three in choices)
    assert len(reached) == best
    assert [len(place.schools) for place in chosen] == sorted((len(place.schools) for place in chosen), reverse=True)


def test_an_arrondissement_is_in_the_area_of_its_city_and_every_commune_in_one() -> None:
    marseille = places().communes["13055"]
    assert area_of(places().communes["13201"], places()) == area_of(marseille, places())
    assert "13201" in communes_by_area()[area_of(marseille, places())]
    assert sum(map(len, communes_by_area().values())) == len(places().communes)
