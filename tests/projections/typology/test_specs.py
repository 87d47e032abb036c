"""What each event does to the rows of typology."""

from __future__ import annotations

from datetime import date

import pytest

from domain.typology.attestation_form import FormWorded
from domain.typology.territory import CandidaturesOpened, TerritoryJoined
from domain.typology.typology import SplitPart, TermKind, TermMerged, TermRenamed, TermRetired, TermSplit
from tests.support.domain.builders import TERMS
from tests.support.projection_spec import Spec, at

SPECS = [
    Spec(
        "territories",
        "a territory joins",
        [],
        TerritoryJoined(code="971", name="Guadeloupe", time_zone="America/Guadeloupe", runs_candidatures=False),
        {"code": "971", "name": "Guadeloupe", "time_zone": "America/Guadeloupe"},
    ),
    Spec(
        "territories",
        "candidatures are opened in a territory",
        [TerritoryJoined(code="971", name="Guadeloupe", time_zone="America/Guadeloupe", runs_candidatures=False)],
        CandidaturesOpened(code="971"),
        {"runs_candidatures": True},
    ),
    Spec(
        "terms",
        "a term is added",
        [],
        TERMS[0],
        {"label": "ENT - Pronote", "family": "SCHOOL_TOOLS", "place": 1},
    ),
    Spec(
        "terms",
        "another label for all history leaves no former one",
        [TERMS[1]],
        TermRenamed(kind=TermKind.THEME, code="temps-ecran", label="Écrans"),
        {"label": "Écrans"},
    ),
    Spec(
        "terms",
        "another label from a day on leaves the former one",
        [TERMS[1]],
        TermRenamed(kind=TermKind.THEME, code="temps-ecran", label="Écrans", since=date(2027, 2, 1)),
        {"label": "Écrans", "former_labels": [{"label": "Temps d'écran", "until": "2027-02-01"}]},
    ),
    Spec(
        "terms",
        "a merged term became another",
        [TERMS[1]],
        TermMerged(kind=TermKind.THEME, code="temps-ecran", into="ent-pronote"),
        {"retired": True, "became": ["ent-pronote"]},
    ),
    Spec(
        "terms",
        "a split term became several",
        [TERMS[1]],
        TermSplit(
            kind=TermKind.THEME,
            code="temps-ecran",
            parts=(SplitPart(into="jeux-video", animation_types=("seminaire",)), SplitPart(into="ent-pronote")),
        ),
        {"retired": True, "became": ["jeux-video", "ent-pronote"]},
    ),
    Spec(
        "terms",
        "a retired term became nothing",
        [TERMS[-1]],
        TermRetired(kind=TermKind.AUDIENCE, code="mediateurs"),
        {"retired": True},
    ),
    Spec(
        "attestation_forms",
        "the questions of a version are worded",
        [],
        FormWorded(version=1, questions=("Combien ?",)),
        {"questions": ["Combien ?"], "worded_at": at(1)},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
