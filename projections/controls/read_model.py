"""The read models of sampled controls: one row for each control, and one for each judged piece."""

from __future__ import annotations

from domain.controls.events import (
    ControlAnswered,
    ControlClosed,
    ControlDrawn,
    ControlOpened,
    ControlWordsErased,
    PieceJudged,
    PieceWordsErased,
)
from domain.controls.transitions import ControlStatus
from domain.kernel.events import ERASED_WORDS
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table, by_fields, erased_words

_COLUMNS = {
    "control_id": "uuid NOT NULL",
    "version": "integer NOT NULL",
    "status": "text NOT NULL",
    "name": "text NOT NULL",
    "period_from": "date NOT NULL",
    "period_until": "date NOT NULL",
    "territory": "text",
    "share_percent": "integer NOT NULL",
    "seed": "text",
    "population": "uuid[] NOT NULL",
    "as_of": "bigint",
    "checkpoint_size": "bigint",
    "drawn": "uuid[] NOT NULL",
    "drawn_at": "timestamptz",
    "opened_at": "timestamptz NOT NULL",
    "opened_by": "text NOT NULL",
    "conclusion": "text",
    "accepted": "integer",
    "refused": "integer",
    "closed_at": "timestamptz",
    "closed_by": "text",
}

CONTROLS = Projection(
    name="controls",
    table=Table(
        columns=_COLUMNS,
        labels={
            "status": "état",
            "opened_at": "ouvert le",
            "drawn_at": "tiré au sort le",
            "opened_by": "ouvert par",
            "closed_at": "clos le",
            "closed_by": "clos par",
        },
        key=("control_id",),
        indexes=(
            "(opened_at, control_id)",
            "(status, opened_at, control_id)",
            "(territory, opened_at, control_id)",
            "USING gin (drawn)",
        ),
    ),
    opens_words=True,
)


@CONTROLS.creates(ControlOpened)
def opened(fact: ControlOpened, record: Recorded) -> Row:
    return {
        **dict.fromkeys(_COLUMNS),
        **fact.model_dump(),
        "status": (ControlStatus.ANNOUNCED if fact.drawn is None else ControlStatus.OPEN).value,
        "population": list(fact.population),
        "drawn": list(fact.drawn or ()),
        "drawn_at": None if fact.drawn is None else record.stamp.recorded_at,
        "opened_at": record.stamp.recorded_at,
        "opened_by": record.stamp.actor,
    }


@CONTROLS.on(ControlDrawn)
def drawn(row: Row, fact: ControlDrawn, record: Recorded) -> Row:
    return row | {
        **fact.model_dump(),
        "status": ControlStatus.OPEN.value,
        "drawn": list(fact.drawn),
        "drawn_at": record.stamp.recorded_at,
    }


@CONTROLS.on(PieceJudged)
def piece_judged(row: Row, fact: PieceJudged, record: Recorded) -> Row:
    """Take back a refusal of a closed control; while it is open, judgements have rows of their own."""
    if row["status"] != ControlStatus.CLOSED:
        return row
    return row | {"accepted": row["accepted"] + 1, "refused": row["refused"] - 1}


# Judgements have rows of their own.
CONTROLS.touched_by(ControlAnswered, PieceWordsErased)


@CONTROLS.on(ControlClosed)
def closed(row: Row, fact: ControlClosed, record: Recorded) -> Row:
    return row | {
        "status": ControlStatus.CLOSED.value,
        **fact.model_dump(),
        "closed_at": record.stamp.recorded_at,
        "closed_by": record.stamp.actor,
    }


@CONTROLS.on(ControlWordsErased)
def words_erased(row: Row, fact: ControlWordsErased, record: Recorded) -> Row:
    return row | erased_words(row, "name", "conclusion")


_named_piece = by_fields("dossier_id", "piece")


def _piece_key(record: Recorded) -> Key:
    return (record.originator_id, *_named_piece(record))


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
        labels={
            "judged_at": "contrôlée le",
            "judged_by": "contrôlée par",
            "answered_at": "réponse le",
        },
        key=("control_id", "dossier_id", "piece"),
    ),
    key_of=_piece_key,
    opens_words=True,
)


@CONTROL_PIECES.upserts(PieceJudged)
def judged(row: Row | None, fact: PieceJudged, record: Recorded) -> Row:
    return {
        **fact.model_dump(),
        "reason_code": fact.reason_code.value,
        "judged_at": record.stamp.recorded_at,
        "judged_by": record.stamp.actor,
        "answer": row["answer"] if row else None,
        "answered_at": row["answered_at"] if row else None,
    }


@CONTROL_PIECES.on(ControlAnswered)
def answered(row: Row, fact: ControlAnswered, record: Recorded) -> Row:
    return row | {"answer": fact.answer, "answered_at": record.stamp.recorded_at}


@CONTROL_PIECES.on(PieceWordsErased)
def piece_words_erased(row: Row, fact: PieceWordsErased, record: Recorded) -> Row:
    return row | {name: ERASED_WORDS for name in ("comment", "answer") if row[name]}
