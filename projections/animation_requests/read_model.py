"""The read model of schools' requests for an animation: one row for each."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.animation_requests.events import (
    CAUSE_LABELS,
    ReopeningCause,
    RequestAnswered,
    RequestDeclined,
    RequestGivenBack,
    RequestLapsed,
    RequestReopened,
    RequestSent,
    RequestTakenUp,
    RequestWithdrawn,
    RequestWordsErased,
)
from domain.animation_requests.transitions import RequestStatus
from domain.typology.typology import TermKind
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, TermColumns, erased_words
from projections.engine.terms_in_force import TermsInForce

_WAITS = "WHERE status IN ('OPEN', 'TAKEN_UP')"
_REQUESTS = Projection(
    name="animation_requests",
    table=Table(
        columns={
            "request_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "status": "text NOT NULL",
            "school": "text NOT NULL",
            "territory": "text NOT NULL",
            "theme": "text NOT NULL",
            "audience": "text NOT NULL",
            "wished_from": "date NOT NULL",
            "wished_until": "date NOT NULL",
            "text": "text NOT NULL",
            "structures": "uuid[] NOT NULL",
            "structure_id": "uuid",
            "animation_id": "uuid",
            # Why it was last given back, opened again, declined or withdrawn.
            "reason": "text",
            # Its reason is not for other structures: it may speak of people.
            "given_back_by": "uuid",
            "sent_at": "timestamptz NOT NULL",
            "changed_at": "timestamptz NOT NULL",
        },
        labels={
            "status": "état",
            "structure_id": "structure",
            "given_back_by": "rendue par",
            "sent_at": "envoyée le",
            "changed_at": "dernier changement le",
        },
        key=("request_id",),
        indexes=(
            "(sent_at, request_id)",
            "(status, sent_at, request_id)",
            "(territory, sent_at, request_id)",
            "(school, sent_at, request_id)",
            "(structure_id, sent_at, request_id) WHERE structure_id IS NOT NULL",
            f"(wished_until) {_WAITS}",
            "(animation_id) WHERE status = 'ANSWERED'",
            f"USING gin (structures) {_WAITS}",
            "(theme)",
            "(audience)",
        ),
    ),
    opens_words=True,
    terms=TermColumns(
        {TermKind.THEME: "theme", TermKind.AUDIENCE: "audience"},
        day="wished_from",
        of_row=lambda changes, row: _terms(row, changes),
    ),
)


def animation_requests(shown: TermsInForce) -> Projection:
    """`shown` tells how recorded terms are shown in the generation being filled."""
    projection = replace(_REQUESTS, folds=_REQUESTS.folds.copy())

    @projection.creates(RequestSent)
    def sent(fact: RequestSent, record: Recorded) -> Row:
        at = record.stamp.recorded_at
        return {
            "status": RequestStatus.OPEN.value,
            "school": fact.school,
            "territory": fact.territory,
            **_terms(fact, shown),
            "wished_from": fact.wished_from,
            "wished_until": fact.wished_until,
            "text": fact.text,
            "structures": list(fact.structures),
            "structure_id": None,
            "animation_id": None,
            "reason": None,
            "given_back_by": None,
            "sent_at": at,
            "changed_at": at,
        }

    return projection


def _terms(wish: Any, shown: TermsInForce) -> Row:
    # No type of animation is asked for.
    return {
        "theme": shown.shown(TermKind.THEME, wish.theme, "", wish.wished_from),
        "audience": shown.shown(TermKind.AUDIENCE, wish.audience, "", wish.wished_from),
    }


#: Columns that a request gets when a structure takes it up or answers it: what was said against it holds no longer.
_NOTHING_AGAINST: Row = {"reason": None, "given_back_by": None}


def _changed(row: Row, record: Recorded, status: RequestStatus, **values: object) -> Row:
    return row | {"status": status.value, "changed_at": record.stamp.recorded_at, **values}


@_REQUESTS.on(RequestTakenUp)
def taken_up(row: Row, fact: RequestTakenUp, record: Recorded) -> Row:
    return _changed(row, record, RequestStatus.TAKEN_UP, structure_id=fact.structure_id, **_NOTHING_AGAINST)


@_REQUESTS.on(RequestGivenBack)
def given_back(row: Row, fact: RequestGivenBack, record: Recorded) -> Row:
    nobody = {"structure_id": None, "animation_id": None}
    return _changed(row, record, RequestStatus.OPEN, reason=fact.reason, given_back_by=fact.structure_id, **nobody)


@_REQUESTS.on(RequestAnswered)
def answered(row: Row, fact: RequestAnswered, record: Recorded) -> Row:
    return _changed(row, record, RequestStatus.ANSWERED, animation_id=fact.animation_id, **_NOTHING_AGAINST)


@_REQUESTS.on(RequestReopened)
def reopened(row: Row, fact: RequestReopened, record: Recorded) -> Row:
    # A refused animation may be mended and answer again.
    kept = fact.animation_id if fact.because is ReopeningCause.REFUSED else None
    return _changed(row, record, RequestStatus.TAKEN_UP, animation_id=kept, reason=CAUSE_LABELS[fact.because])


@_REQUESTS.on(RequestDeclined)
def declined(row: Row, fact: RequestDeclined, record: Recorded) -> Row:
    return _changed(row, record, RequestStatus.DECLINED, reason=fact.reason, given_back_by=None)


@_REQUESTS.on(RequestWithdrawn)
def withdrawn(row: Row, fact: RequestWithdrawn, record: Recorded) -> Row:
    return _changed(row, record, RequestStatus.WITHDRAWN, reason=fact.reason, given_back_by=None)


@_REQUESTS.on(RequestLapsed)
def lapsed(row: Row, fact: RequestLapsed, record: Recorded) -> Row:
    return _changed(row, record, RequestStatus.LAPSED)


@_REQUESTS.on(RequestWordsErased)
def words_erased(row: Row, fact: RequestWordsErased, record: Recorded) -> Row:
    return row | erased_words(row, "text", "reason")
