"""The read models of strategies: one row for each version."""

from __future__ import annotations

from domain.kernel.events import ERASED_WORDS
from domain.strategies.events import (
    StrategyAdopted,
    StrategyDocumentAttached,
    StrategyDocumentWithdrawn,
    StrategySuperseded,
    StrategyValidated,
    StrategyWordsErased,
    StrategyWritten,
)
from domain.strategies.transitions import StrategyStatus
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table

STRATEGIES = Projection(
    name="strategies",
    table=Table(
        columns={
            "strategy_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "territory": "text NOT NULL",
            # The day of the text; null: recorded before that was asked for.
            "written_on": "date",
            "edition": "integer NOT NULL",
            "status": "text NOT NULL",
            "diagnosis": "text NOT NULL",
            "objectives": "text[] NOT NULL",
            "targets": "jsonb NOT NULL",
            "target_schools": "text[] NOT NULL",
            # Each with the day of its validation, and who recorded it when.
            "stakeholders": "jsonb NOT NULL",
            "documents": "jsonb NOT NULL",
            "written_at": "timestamptz NOT NULL",
            "written_by": "text NOT NULL",
            "adopted_on": "date",
            "replaced_by": "uuid",
            # When, and where in the log, it was adopted and replaced: for figures as of then.
            "adopted_at": "timestamptz",
            "superseded_at": "timestamptz",
            "written_position": "bigint NOT NULL",
            "adopted_position": "bigint",
            "superseded_position": "bigint",
        },
        labels={
            "status": "état",
            "documents": "documents",
            "written_at": "écrite le",
            "adopted_at": "adoption relevée le",
            "superseded_at": "remplacée le",
            "written_by": "écrite par",
            "written_position": "écrite à la position",
            "adopted_position": "adoptée à la position",
            "superseded_position": "remplacée à la position",
        },
        key=("strategy_id",),
        indexes=("(territory, edition, strategy_id)", "(status, territory, edition, strategy_id)"),
    ),
    opens_words=True,
)


@STRATEGIES.creates(StrategyWritten)
def written(fact: StrategyWritten, record: Recorded) -> Row:
    awaited = {"validated_on": None, "recorded_at": None, "recorded_by": None}
    return {
        **fact.model_dump(exclude={"stakeholders"}),
        "objectives": list(fact.objectives),
        "targets": [float(target) for target in fact.targets],
        "target_schools": list(fact.target_schools),
        "status": StrategyStatus.WRITTEN.value,
        "stakeholders": [{**stakeholder.model_dump(), **awaited} for stakeholder in fact.stakeholders],
        "documents": [],
        "written_at": record.stamp.recorded_at,
        "written_by": record.stamp.actor,
        "adopted_on": None,
        "replaced_by": None,
        "adopted_at": None,
        "superseded_at": None,
        "written_position": record.position,
        "adopted_position": None,
        "superseded_position": None,
    }


@STRATEGIES.on(StrategyValidated)
def validated(row: Row, fact: StrategyValidated, record: Recorded) -> Row:
    validation = {
        "validated_on": fact.validated_on.isoformat(),
        "recorded_at": record.stamp.recorded_at.isoformat(),
        "recorded_by": record.stamp.actor,
    }
    stakeholders = [
        {**each, **validation} if each["name"] == fact.stakeholder else each for each in row["stakeholders"]
    ]
    return row | {"stakeholders": stakeholders}


@STRATEGIES.on(StrategyAdopted)
def adopted(row: Row, fact: StrategyAdopted, record: Recorded) -> Row:
    return row | {
        "status": StrategyStatus.ADOPTED.value,
        "adopted_on": fact.adopted_on,
        "adopted_at": record.stamp.recorded_at,
        "adopted_position": record.position,
    }


@STRATEGIES.on(StrategySuperseded)
def superseded(row: Row, fact: StrategySuperseded, record: Recorded) -> Row:
    return row | {
        "status": StrategyStatus.SUPERSEDED.value,
        "replaced_by": fact.replaced_by,
        "superseded_at": record.stamp.recorded_at,
        "superseded_position": record.position,
    }


@STRATEGIES.on(StrategyDocumentAttached)
def attached(row: Row, fact: StrategyDocumentAttached, record: Recorded) -> Row:
    document = {**fact.model_dump(), "attached_at": record.stamp.recorded_at.isoformat()}
    return row | {"documents": [*row["documents"], document]}


@STRATEGIES.on(StrategyDocumentWithdrawn)
def withdrawn(row: Row, fact: StrategyDocumentWithdrawn, record: Recorded) -> Row:
    return row | {"documents": [each for each in row["documents"] if each["sha256"] != fact.sha256]}


@STRATEGIES.on(StrategyWordsErased)
def words_erased(row: Row, fact: StrategyWordsErased, record: Recorded) -> Row:
    return row | {
        "diagnosis": ERASED_WORDS,
        "objectives": [ERASED_WORDS] * len(row["objectives"]),
        "documents": [{**each, "heading": ERASED_WORDS} for each in row["documents"]],
    }
