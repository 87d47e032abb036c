"""The read models of registrations: one row for each, who it is apart from it, and how many seats are taken."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from domain.registrations.events import (
    QuestionWithdrawn,
    RegistrantErased,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
)
from eventstore.records import Recorded
from projections.engine.projection import Fold, Key, Projection, Rollup, Row, Table


class RegistrationStatus(StrEnum):
    SEATED = "SEATED"
    WAITING = "WAITING"
    CANCELLED = "CANCELLED"


def _of_registration(record: Recorded) -> Key:
    assert isinstance(record.event, RegistrationEvent)
    return (record.event.registration_id,)


def _made(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, RegistrationMade)
    return {
        "registration_id": fact.registration_id,
        "animation_id": fact.animation_id,
        "structure_id": record.stamp.structure_id,
        "place": record.originator_version,
        "status": (RegistrationStatus.SEATED if fact.seated else RegistrationStatus.WAITING).value,
        "questioned": False,
        "children": fact.children,
        "on_behalf": fact.on_behalf,
        "registered_by": record.stamp.actor,
        "registered_by_role": record.stamp.role.value,
        "registered_at": record.stamp.recorded_at,
        "erased_at": None,
        "repeats": fact.repeats if isinstance(fact, RegistrationRepeated) else None,
    }


def _changed(**changes: object) -> Fold:
    def fold(row: Row | None, record: Recorded) -> Row:
        assert row is not None
        return {**row, **changes}

    return fold


def _erased(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    cancelled = RegistrationStatus.CANCELLED.value
    return {**row, "status": cancelled, "questioned": False, "erased_at": record.stamp.recorded_at}


_GIVEN_UP = _changed(status=RegistrationStatus.CANCELLED.value, questioned=False)


def _seats(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    seated, waiting = (row["status"] == status for status in (RegistrationStatus.SEATED, RegistrationStatus.WAITING))
    if (seated or waiting) and row["repeats"] is None:
        yield (row["animation_id"],), (int(seated), int(waiting))


ANIMATION_SEATS = Rollup(
    "animation_seats",
    Table(
        columns={"animation_id": "uuid NOT NULL", "seated": "bigint NOT NULL", "waiting": "bigint NOT NULL"},
        key=("animation_id",),
    ),
    _seats,
)

REGISTRATIONS = Projection(
    name="registrations",
    table=Table(
        columns={
            "registration_id": "uuid NOT NULL",
            "animation_id": "uuid NOT NULL",
            "structure_id": "uuid NOT NULL",
            "place": "integer NOT NULL",
            "status": "text NOT NULL",
            "questioned": "boolean NOT NULL",
            "children": "integer NOT NULL",
            "on_behalf": "boolean NOT NULL",
            "registered_by": "text NOT NULL",
            "registered_by_role": "text NOT NULL",
            "registered_at": "timestamptz NOT NULL",
            "erased_at": "timestamptz",
            "repeats": "uuid",
        },
        key=("registration_id",),
        indexes=(
            "(animation_id, place, registration_id)",
            "(animation_id, place) WHERE status = 'WAITING'",
            "(animation_id, registration_id) WHERE erased_at IS NULL",
        ),
    ),
    folds={
        RegistrationMade: _made,
        RegistrationRepeated: _made,
        SeatObtained: _changed(status=RegistrationStatus.SEATED.value),
        SeatQuestioned: _changed(questioned=True),
        SeatKept: _changed(questioned=False),
        QuestionWithdrawn: _changed(questioned=False),
        RegistrationCancelled: _GIVEN_UP,
        RegistrationRemoved: _GIVEN_UP,
        RegistrantErased: _erased,
    },
    key_of=_of_registration,
    rollups=(ANIMATION_SEATS,),
)

_PERSONAL = ("first_name", "last_name", "email", "phone")


def _named(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, RegistrationMade)
    told = {name: getattr(fact, name) for name in _PERSONAL}
    return {"registration_id": fact.registration_id, **told, "removal_reason": None}


def _why(row: Row | None, record: Recorded) -> Row | None:
    assert isinstance(record.event, RegistrationRemoved)
    return None if row is None else {**row, "removal_reason": record.event.reason}


def _forgotten(row: Row | None, record: Recorded) -> None:
    return None


REGISTRANTS = Projection(
    name="registrants",
    table=Table(
        columns={"registration_id": "uuid NOT NULL", **dict.fromkeys((*_PERSONAL, "removal_reason"), "text")},
        key=("registration_id",),
    ),
    folds={
        RegistrationMade: _named,
        RegistrationRepeated: _named,
        RegistrationRemoved: _why,
        RegistrantErased: _forgotten,
    },
    key_of=_of_registration,
    opens_personal=True,
)
