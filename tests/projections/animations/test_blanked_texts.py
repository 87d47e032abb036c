"""Which words are hidden in the histories of animations that share a source."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from domain.animations.events import AnimationCreated, AnimationModified, AnimationTextBlanked
from domain.animations.texts import BLANKED_WORDS
from domain.kernel.actors import Role
from domain.kernel.events import Event
from eventstore.records import Recorded, Stamp
from projections.animations.blanked_texts import blanked_texts
from tests.support.domain.builders import CONVENTION_ID, created, values

SOURCE, CLONE, CLONE_OF_CLONE, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))
NAMED = "Appelez Zoé Exemple"
BLANKED = AnimationTextBlanked(version=1, reason="Un nom")


def history(stream: UUID, *events: Event) -> list[Recorded]:
    at = datetime(2027, 1, 1, tzinfo=UTC)
    stamp = Stamp(recorded_at=at, actor="x", role=Role.STRUCTURE, command_id=stream, cause="command:test")
    return [Recorded(version, stream, version, stamp, event) for version, event in enumerate(events, 1)]


def rewritten(**changes: Any) -> AnimationModified:
    return AnimationModified(**values(**changes), convention_id=CONVENTION_ID, changed=tuple(changes))


def descriptions(records: list[Recorded], stream: UUID) -> list[str]:
    blanked = blanked_texts(records)
    masked = [blanked.masked(record).event for record in records if record.originator_id == stream]
    return [event.description for event in masked if isinstance(event, AnimationCreated | AnimationModified)]


def test_a_blanked_text_is_hidden_wherever_its_animation_repeats_it():
    seats = AnimationModified(**values(description=NAMED, seats=30), convention_id=CONVENTION_ID, changed=("seats",))
    own = history(SOURCE, created(description=NAMED), seats, rewritten(description="Corrigé"), BLANKED)
    assert descriptions(own, SOURCE) == [BLANKED_WORDS, BLANKED_WORDS, "Corrigé"]


def test_it_is_hidden_in_clones_of_clones_and_in_the_source_of_a_clone_but_nowhere_else():
    named, corrected = created(description=NAMED), rewritten(description="Corrigé")
    source = history(SOURCE, named, corrected)
    clone = history(CLONE, created(description=NAMED, cloned_from=SOURCE), corrected, BLANKED)
    further = history(CLONE_OF_CLONE, created(description=NAMED, cloned_from=CLONE), corrected)
    other = history(OTHER, named, corrected)
    records = [*source, *clone, *further, *other]
    for stream in (SOURCE, CLONE, CLONE_OF_CLONE):
        assert descriptions(records, stream) == [BLANKED_WORDS, "Corrigé"]
    assert descriptions(records, OTHER) == [NAMED, "Corrigé"]


def test_a_clone_that_still_says_it_shows_it_since_it_is_not_corrected():
    source = history(SOURCE, created(description=NAMED), rewritten(description="Corrigé"), BLANKED)
    clone = history(CLONE, created(description=NAMED, cloned_from=SOURCE))
    assert descriptions([*source, *clone], CLONE) == [NAMED]


def test_a_title_that_was_replaced_later_than_the_blanking_stays():
    own = history(
        SOURCE, created(description=NAMED), rewritten(description="Corrigé"), BLANKED, rewritten(title="Autre")
    )
    blanked = blanked_texts(own)
    assert [blanked.masked(record).event.title for record in own[:2]] == [values()["title"]] * 2  # type: ignore[attr-defined]
