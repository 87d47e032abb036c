"""The read models of sampled controls: one row for each, and one for each piece that was judged."""

from __future__ import annotations

from domain.controls.events import (
    ControlAnswered,
    ControlClosed,
    ControlOpened,
    ControlWordsErased,
    PieceJudged,
    PieceWordsErased,
)
from domain.controls.transitions import ControlStatus
from domain.kernel.events import ERASED_WORDS
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table, moved, words_erased

_COLUMNS = {
    "control_id": "uuid NOT NULL",
    "version": "integer NOT NULL",
    "status": "text NOT NULL",
    "name": "text NOT NULL",
    "period_from": "date NOT NULL",
    "period_until": "date NOT NULL",
    "territory": "text",
    "share_percent": "integer NOT NULL",
    "seed": "text NOT NULL",
    "population": "uuid[] NOT NULL",
    "drawn": "uuid[] NOT NULL",
    "opened_at": "timestamptz NOT NULL",
    "opened_by": "text NOT NULL",
    "conclusion": "text",
    "accepted": "integer",
    "refused": "integer",
    "closed_at": "timestamptz",
    "closed_by": "text",
}


def _opened(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, ControlOpened)
    return {
        **dict.fromkeys(_COLUMNS),
        **fact.model_dump(),
        "control_id": record.originator_id,
        "version": record.originator_version,
        "status": ControlStatus.OPEN.value,
        "population": list(fact.population),
        "drawn": list(fact.drawn),
        "opened_at": record.stamp.recorded_at,
        "opened_by": record.stamp.actor,
    }


def _closed(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, ControlClosed)
    return moved(
        row,
        record,
        status=ControlStatus.CLOSED.value,
        **fact.model_dump(),
        closed_at=record.stamp.recorded_at,
        closed_by=record.stamp.actor,
    )


CONTROLS = Projection(
    name="controls",
    table=Table(
        columns=_COLUMNS,
        key=("control_id",),
        indexes=(
            "(opened_at, control_id)",
            "(status, opened_at, control_id)",
            "(territory, opened_at, control_id)",
            "USING gin (drawn)",
        ),
    ),
    folds={
        ControlOpened: _opened,
        PieceJudged: moved,
        ControlAnswered: moved,
        ControlClosed: _closed,
        ControlWordsErased: words_erased("name", "conclusion"),
        PieceWordsErased: moved,
    },
    opens_words=True,
)


def _piece_key(record: Recorded) -> Key:
    fact = record.event
    assert isinstance(fact, PieceJudged | ControlAnswered | PieceWordsErased)
    return (record.originator_id, fact.dossier_id, fact.piece)


def _judged(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, PieceJudged)
    return {
        "control_id": record.originator_id,
        **fact.model_dump(),
        "reason_code": fact.reason_code.value,
        "judged_at": record.stamp.recorded_at,
        "judged_by": record.stamp.actor,
        "answer": row["answer"] if row else None,
        "answered_at": row["answered_at"] if row else None,
    }


def _answered(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, ControlAnswered)
    return {**row, "answer": fact.answer, "answered_at": record.stamp.recorded_at}


def _words_erased(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return row | {name: ERASED_WORDS for name in ("comment", "answer") if row[name]}


#: Apart, so that a judgement writes its own row and not all that were given before it.
CONTROL_PIECES = Projection(
    name="control_pieces",
    table=Table(
        columns={
            "control_id": "uuid NOT NULL",
            "dossier_id": "uuid NOT NULL",
            "piece": 'text COLLATE "C" NOT NULL',
            "accepted": "boolean NOT NULL",
            "reason_code": "text NOT NULL",
            "comment": "text",
            "judged_at": "timestamptz NOT NULL",
            "judged_by": "text NOT NULL",
            "answer": "text",
            "answered_at": "timestamptz",
        },
        key=("control_id", "dossier_id", "piece"),
    ),
    folds={PieceJudged: _judged, ControlAnswered: _answered, PieceWordsErased: _words_erased},
    key_of=_piece_key,
    opens_words=True,
)
