"""Every event that a read model folds has a specification of what it does to the row."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from domain.kernel.events import registered_events
from projections.engine.projection import Projection, stream_key
from projections.engine.terms_in_force import TermsInForce
from projections.registry import projections
from tests.support.projection_spec import Spec

MODULES = sorted(f"{path.parent.name}.{path.stem}" for path in Path(__file__).parent.glob("*/test_*specs*.py"))
SPECS: list[Spec] = [spec for module in MODULES for spec in import_module(f"tests.projections.{module}").SPECS]
#: One row a stream, which tells its version.
VERSIONED = [
    projection
    for projection in projections(TermsInForce())
    if "version" in projection.table.columns
    and projection.key_of is stream_key
    and len(projection.table.key) == 1
    and "version" not in projection.table.key
]


@pytest.mark.parametrize("projection", projections(TermsInForce()), ids=lambda projection: projection.name)
def test_a_read_model_has_a_specification_of_every_event_that_it_folds(projection: Projection) -> None:
    specified = {type(spec.when) for spec in SPECS if spec.table == projection.name}
    if projection.append_only:
        assert specified, "one event stands for all"
    else:
        assert sorted(event.topic for event in set(projection.folds) - specified) == []


@pytest.mark.parametrize("projection", VERSIONED, ids=lambda projection: projection.name)
def test_a_version_that_readers_name_moves_with_every_event_of_its_stream(projection: Projection) -> None:
    """Otherwise whoever acts next names a version of before, and is refused for ever."""
    streams = {event.topic.partition(".")[0] for event in projection.folds}
    events = {event for topic, event in registered_events().items() if topic.partition(".")[0] in streams}
    assert sorted(event.topic for event in events - set(projection.folds)) == []


@pytest.mark.parametrize(
    "projection", [p for p in projections(TermsInForce()) if p.renewed_by], ids=lambda projection: projection.name
)
def test_what_renews_a_row_brings_every_text_that_it_replaces(projection: Projection) -> None:
    """A rebuild opens the last of these events alone: a text that only an earlier one brought would stay sealed."""
    first, *others = projection.renewed_by
    assert first.personal_fields
    assert [event.personal_marks == first.personal_marks for event in others] == [True] * len(others)
