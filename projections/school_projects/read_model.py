"""The read models of school projects: what each school year's record says now, and every record that there was."""

from __future__ import annotations

from domain.kernel.events import ERASED_WORDS
from domain.kernel.identifiers import department_of_school
from domain.school_projects.events import (
    PartRecorded,
    SchoolProjectCorrected,
    SchoolProjectRecorded,
    SchoolProjectWordsErased,
)
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table

SCHOOL_PROJECTS = Projection(
    name="school_projects",
    table=Table(
        columns={
            "project_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "uai": "text NOT NULL",
            "territory": "text NOT NULL",
            "school_year": "text NOT NULL",
            "has_part": "boolean NOT NULL",
            "evidence": "text",
            "reason": "text",
            "recorded_at": "timestamptz NOT NULL",
            "recorded_by": "text NOT NULL",
        },
        labels={"recorded_at": "relevé le", "recorded_by": "relevé par"},
        key=("project_id",),
        indexes=(
            "(uai, school_year, project_id)",
            "(territory, school_year, uai, project_id)",
            "(school_year, uai, project_id)",
        ),
    ),
    opens_words=True,
)


@SCHOOL_PROJECTS.upserts(SchoolProjectRecorded, SchoolProjectCorrected)
def recorded(row: Row | None, fact: PartRecorded, record: Recorded) -> Row:
    return {
        **fact.model_dump(),
        "territory": department_of_school(fact.uai),
        "reason": fact.reason if isinstance(fact, SchoolProjectCorrected) else None,
        "recorded_at": record.stamp.recorded_at,
        "recorded_by": record.stamp.actor,
    }


@SCHOOL_PROJECTS.on(SchoolProjectWordsErased)
def words_erased(row: Row, fact: SchoolProjectWordsErased, record: Recorded) -> Row:
    return row | {name: ERASED_WORDS for name in ("evidence", "reason") if row[name]}


def _each(record: Recorded) -> Key:
    return (record.position,)


#: For figures as of any moment: the last record of a school before it counts.
SCHOOL_PROJECT_RECORDS = Projection(
    name="school_project_records",
    table=Table(
        columns={
            "position": "bigint NOT NULL",
            "uai": "text NOT NULL",
            "school_year": "text NOT NULL",
            "has_part": "boolean NOT NULL",
            "recorded_at": "timestamptz NOT NULL",
        },
        key=("position",),
        indexes=("(school_year, uai, position)",),
    ),
    key_of=_each,
    append_only=True,
)


@SCHOOL_PROJECT_RECORDS.creates(SchoolProjectRecorded, SchoolProjectCorrected)
def each_record(fact: PartRecorded, record: Recorded) -> Row:
    values = {"uai": fact.uai, "school_year": fact.school_year, "has_part": fact.has_part}
    return {**values, "recorded_at": record.stamp.recorded_at}
