"""What each event does to the rows of strategies."""

from __future__ import annotations

import pytest

from domain.kernel.events import ERASED_WORDS
from domain.strategies.events import (
    StrategyDocumentAttached,
    StrategyDocumentWithdrawn,
    StrategySuperseded,
    StrategyWordsErased,
)
from tests.domain.strategies.test_strategy import ADOPTED, FIRST, WRITTEN
from tests.support.domain.builders import OURS
from tests.support.projection_spec import ACTOR, Spec, at

SHEET = StrategyDocumentAttached(heading="Délibération", media_type="application/pdf", size=9, sha256="1" * 64)
SHOWN = {**SHEET.model_dump(), "attached_at": at(2).isoformat()}
AWAITED = {"validated_on": None, "recorded_at": None, "recorded_by": None}
SPECS = [
    Spec(
        "strategies",
        "a version that is written waits for its stakeholders",
        [],
        WRITTEN,
        {
            **{
                "territory": "34",
                "written_on": WRITTEN.written_on,
                "edition": 1,
                "status": "WRITTEN",
                "diagnosis": WRITTEN.diagnosis,
            },
            **{"objectives": ["Familles accompagnées"], "targets": [250.0], "target_schools": ["0340002T", "0340003U"]},
            "stakeholders": [
                {"name": "Académie", "kind": "État", **AWAITED},
                {"name": "Département", "kind": "collectivité", **AWAITED},
            ],
            **{"written_at": at(1), "written_by": ACTOR, "written_position": 1},
        },
    ),
    Spec(
        "strategies",
        "a validation stands beside its stakeholder",
        [WRITTEN],
        FIRST,
        {
            "stakeholders": [
                {
                    **{"name": "Académie", "kind": "État", "validated_on": "2026-11-20"},
                    **{"recorded_at": at(2).isoformat(), "recorded_by": ACTOR},
                },
                {"name": "Département", "kind": "collectivité", **AWAITED},
            ],
        },
    ),
    Spec(
        "strategies",
        "once all have validated it is adopted",
        [WRITTEN, FIRST],
        ADOPTED,
        {"status": "ADOPTED", "adopted_on": ADOPTED.adopted_on, "adopted_at": at(3), "adopted_position": 3},
    ),
    Spec(
        "strategies",
        "a later version takes its place",
        [WRITTEN],
        StrategySuperseded(replaced_by=OURS),
        {"status": "SUPERSEDED", "replaced_by": OURS, "superseded_at": at(2), "superseded_position": 2},
    ),
    Spec("strategies", "a document is attached", [WRITTEN], SHEET, {"documents": [SHOWN]}),
    Spec(
        "strategies",
        "and withdrawn",
        [WRITTEN, SHEET],
        StrategyDocumentWithdrawn(sha256=SHEET.sha256, reason="Un motif"),
        {"documents": []},
    ),
    Spec(
        "strategies",
        "its words are erased, also of its documents",
        [WRITTEN, SHEET],
        StrategyWordsErased(),
        {
            **{"diagnosis": ERASED_WORDS, "objectives": [ERASED_WORDS]},
            "documents": [SHOWN | {"heading": ERASED_WORDS}],
        },
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
