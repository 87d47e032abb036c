"""What a candidature's own events tell of when a volunteer was validated, and of whom they helped."""

from __future__ import annotations

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from application.commanding.unit_of_work import UnitOfWork
from domain.candidatures.events import AccompanimentCorrected, AccompanimentRecorded, CandidatureValidated


def accompaniment(work: UnitOfWork, candidature_id: UUID, number: int) -> AccompanimentRecorded | None:
    """Return what was recorded under that number, as it was last corrected."""
    latest: AccompanimentRecorded | None = None
    for record in work.read_stream(candidature_id, 0):
        match record.event:
            case AccompanimentRecorded() if record.originator_version == number:
                latest = record.event
            case AccompanimentCorrected(number=corrected) as fact if latest is not None and corrected == number:
                latest = latest.model_copy(update=fact.model_dump(include={"on", "mission", "parents"}))
    return latest


def validated_on(work: UnitOfWork, candidature_id: UUID, time_zone: str) -> date | None:
    """Return the day on which a candidature was validated, in its territory; None: it was not."""
    records = work.read_stream(candidature_id, 0)
    at = next((each.stamp.recorded_at for each in records if isinstance(each.event, CandidatureValidated)), None)
    return None if at is None else at.astimezone(ZoneInfo(time_zone)).date()


def submitted_on(work: UnitOfWork, candidature_id: UUID, time_zone: str) -> date:
    """Return the day on which a candidature was submitted, in its territory."""
    first = work.read_stream(candidature_id, 0)[0]
    return first.stamp.recorded_at.astimezone(ZoneInfo(time_zone)).date()
