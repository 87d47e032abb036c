"""The read models of registrations: one row for each, and the seats taken. Names have a table of their own."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from domain.registrations.events import (
    PresenceTicked,
    QuestionWithdrawn,
    RegistrantErased,
    RegistrantsReminded,
    RegistrationCancelled,
    RegistrationEvent,
    RegistrationMade,
    RegistrationRemoved,
    RegistrationRepeated,
    SeatKept,
    SeatObtained,
    SeatQuestioned,
    WalkInsCounted,
)
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Rollup, Row, Table, by_fields


class RegistrationStatus(StrEnum):
    SEATED = "SEATED"
    WAITING = "WAITING"
    CANCELLED = "CANCELLED"


def _seats(row: Row) -> Iterator[tuple[Key, tuple[int, ...]]]:
    seated, waiting = (row["status"] == status for status in (RegistrationStatus.SEATED, RegistrationStatus.WAITING))
    is_ticked, is_present = row["present"] is not None, row["present"] is True
    if (seated or waiting or is_ticked) and row["repeats"] is None:
        listed = seated or is_ticked
        yield (
            (row["animation_id"],),
            (
                *(int(seated), int(waiting), int(listed), row["children"] if listed else 0),
                *(int(is_ticked), int(is_present), row["present_children"]),
            ),
        )


_SUMMED_SEATS = """
SELECT animation_id,
    count(*) FILTER (WHERE status = 'SEATED'), count(*) FILTER (WHERE status = 'WAITING'),
    count(*) FILTER (WHERE listed), coalesce(sum(children) FILTER (WHERE listed), 0),
    count(present), count(*) FILTER (WHERE present), sum(present_children)
FROM (SELECT *, status = 'SEATED' OR present IS NOT NULL AS listed FROM {rows} WHERE repeats IS NULL) AS registration
WHERE listed OR status = 'WAITING' GROUP BY animation_id"""

ANIMATION_SEATS = Rollup(
    "animation_seats",
    Table(
        columns={
            "animation_id": "uuid NOT NULL",
            "seated": "bigint NOT NULL",
            "waiting": "bigint NOT NULL",
            # With a seat, or ticked on the day: an erasure leaves them.
            "listed": "bigint NOT NULL",
            "listed_children": "bigint NOT NULL",
            "ticked": "bigint NOT NULL",
            "present": "bigint NOT NULL",
            "present_children": "bigint NOT NULL",
        },
        key=("animation_id",),
    ),
    _seats,
    _SUMMED_SEATS,
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
            # The person in office.
            "registered_by_person": "text",
            "registered_at": "timestamptz NOT NULL",
            "erased_at": "timestamptz",
            "repeats": "uuid",
            # As ticked on the day; null before.
            "present": "boolean",
            "present_children": "integer NOT NULL",
        },
        labels={
            "structure_id": "structure",
            "status": "état",
            "questioned": "à confirmer",
            "registered_by": "inscrit par",
            "registered_by_role": "en qualité de",
            "registered_at": "inscrit le",
            "erased_at": "données effacées le",
            "present_children": "enfants présents",
        },
        key=("registration_id",),
        indexes=(
            "(animation_id, place, registration_id)",
            "(animation_id, place) WHERE status = 'WAITING'",
            "(animation_id, registration_id) WHERE erased_at IS NULL",
            "(registered_by_person, registered_at, registration_id) WHERE on_behalf",
            "(registered_by_person, registered_at, registration_id)"
            " WHERE NOT on_behalf AND registered_by_person IS NOT NULL",
        ),
    ),
    key_of=by_fields("registration_id"),
    rollups=(ANIMATION_SEATS,),
)

_PERSONAL = ("first_name", "last_name", "email", "phone")

REGISTRANTS = Projection(
    name="registrants",
    table=Table(
        columns={"registration_id": "uuid NOT NULL", **dict.fromkeys((*_PERSONAL, "removal_reason"), "text")},
        key=("registration_id",),
    ),
    key_of=by_fields("registration_id"),
    opens_personal=True,
)


@REGISTRATIONS.creates(RegistrationMade, RegistrationRepeated)
def made(fact: RegistrationMade, record: Recorded) -> Row:
    return {
        "animation_id": fact.animation_id,
        "structure_id": record.stamp.structure_id,
        "place": record.originator_version,
        "status": (RegistrationStatus.SEATED if fact.seated else RegistrationStatus.WAITING).value,
        "questioned": False,
        "children": fact.children,
        "on_behalf": fact.on_behalf,
        "registered_by": record.stamp.actor,
        "registered_by_role": record.stamp.role.value,
        "registered_by_person": record.stamp.person,
        "registered_at": record.stamp.recorded_at,
        "erased_at": None,
        "repeats": fact.repeats if isinstance(fact, RegistrationRepeated) else None,
        "present": None,
        "present_children": 0,
    }


@REGISTRANTS.creates(RegistrationMade, RegistrationRepeated)
def named(fact: RegistrationMade, record: Recorded) -> Row:
    return {**{name: getattr(fact, name) for name in _PERSONAL}, "removal_reason": None}


@REGISTRATIONS.on(SeatObtained)
def seated(row: Row, fact: SeatObtained, record: Recorded) -> Row:
    return row | {"status": RegistrationStatus.SEATED.value}


@REGISTRATIONS.on(SeatQuestioned)
def questioned(row: Row, fact: SeatQuestioned, record: Recorded) -> Row:
    return row | {"questioned": True}


@REGISTRATIONS.on(SeatKept, QuestionWithdrawn)
def kept(row: Row, fact: RegistrationEvent, record: Recorded) -> Row:
    return row | {"questioned": False}


@REGISTRATIONS.on(RegistrationCancelled, RegistrationRemoved)
def given_up(row: Row, fact: RegistrationEvent, record: Recorded) -> Row:
    unticked = {"present": None, "present_children": 0}
    return row | {"status": RegistrationStatus.CANCELLED.value, "questioned": False} | unticked


@REGISTRATIONS.on(PresenceTicked)
def ticked(row: Row, fact: PresenceTicked, record: Recorded) -> Row:
    return row | {"present": fact.present, "present_children": fact.children}


WALK_INS = Projection(
    name="walk_ins",
    table=Table(
        columns={
            "animation_id": "uuid NOT NULL",
            "walk_in_parents": "integer NOT NULL",
            "walk_in_children": "integer NOT NULL",
        },
        labels={"walk_in_parents": "parents sans inscription", "walk_in_children": "enfants sans inscription"},
        key=("animation_id",),
    ),
    key_of=by_fields("animation_id"),
)


@WALK_INS.upserts(WalkInsCounted)
def counted(row: Row | None, fact: WalkInsCounted, record: Recorded) -> Row:
    return {"walk_in_parents": fact.parents, "walk_in_children": fact.children}


REMINDERS = Projection(
    name="reminders",
    table=Table(
        columns={"animation_id": "uuid NOT NULL", "reminded_of": "timestamptz NOT NULL"},
        key=("animation_id",),
    ),
    key_of=by_fields("animation_id"),
)


@REMINDERS.upserts(RegistrantsReminded)
def reminded(row: Row | None, fact: RegistrantsReminded, record: Recorded) -> Row:
    return {"reminded_of": fact.starts_at}


@REGISTRANTS.on(RegistrationRemoved, missing_ok=True)
def removed(row: Row, fact: RegistrationRemoved, record: Recorded) -> Row:
    return row | {"removal_reason": fact.reason}


@REGISTRATIONS.on(RegistrantErased)
def erased(row: Row, fact: RegistrantErased, record: Recorded) -> Row:
    at = record.stamp.recorded_at
    return row | {"status": RegistrationStatus.CANCELLED.value, "questioned": False, "erased_at": at}


REGISTRANTS.removes(RegistrantErased)
