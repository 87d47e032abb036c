"""A venue and its school on one line: what both name is said once."""

from __future__ import annotations

import pytest

from application.wording.schools import venue_with_school


@pytest.mark.parametrize(
    ("venue", "school", "line"),
    [
        ("Salle des fêtes", None, "Salle des fêtes"),
        ("Salle des fêtes", "École Jean Jaurès, Bourges", "Salle des fêtes – École Jean Jaurès, Bourges"),
        ("École Jean Jaurès", "École Jean Jaurès, Bourges", "École Jean Jaurès"),
        ("Ecole jean-jaures, cour", "École Jean Jaurès, Bourges", "Ecole jean-jaures, cour"),
        ("Lycée Alain-Fournier", "Lycée Alain-Fournier, Bourges", "Lycée Alain-Fournier"),
        ("Jean Jaurès", "École Jean Jaurès, Bourges", "École Jean Jaurès, Bourges"),
        ("École", "École Jean Jaurès, Bourges", "École Jean Jaurès, Bourges"),
        ("Salle 1", "Établissement (Hérault, UAI 0349102J)", "Salle 1 – Établissement (Hérault, UAI 0349102J)"),
        ("学校", "École Jean Jaurès, Bourges", "学校 – École Jean Jaurès, Bourges"),
    ],
)
def test_a_venue_that_is_called_as_its_school_says_it_once(venue: str, school: str | None, line: str):
    assert venue_with_school(venue, school) == line
