"""The read models of what the national team keeps: territories, the typology's terms, the attestation's questions."""

from __future__ import annotations

from datetime import date

from domain.typology.attestation_form import FormWorded
from domain.typology.territory import CandidaturesOpened, TerritoryJoined
from domain.typology.typology import TermAdded, TermMerged, TermRenamed, TermRetired, TermSplit
from eventstore.records import Recorded
from projections.engine.projection import Key, Projection, Row, Table


def _joined(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, TerritoryJoined)
    return {
        "territory_id": record.originator_id,
        "code": fact.code,
        "name": fact.name,
        "time_zone": fact.time_zone,
        "runs_candidatures": fact.runs_candidatures,
    }


def _candidatures_opened(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {**row, "runs_candidatures": True}


TERRITORIES = Projection(
    name="territories",
    table=Table(
        columns={
            "territory_id": "uuid NOT NULL",
            "code": 'text COLLATE "C" NOT NULL UNIQUE',
            "name": "text NOT NULL",
            "time_zone": "text NOT NULL",
            "runs_candidatures": "boolean NOT NULL",
        },
        key=("territory_id",),
    ),
    folds={TerritoryJoined: _joined, CandidaturesOpened: _candidatures_opened},
)


def _term_key(record: Recorded) -> Key:
    fact = record.event
    assert isinstance(fact, TermAdded | TermRenamed | TermMerged | TermSplit | TermRetired)
    return (fact.kind.value, fact.code)


def _added(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, TermAdded)
    return {
        "kind": fact.kind.value,
        "code": fact.code,
        "label": fact.label,
        "description": fact.description,
        "family": fact.family.value if fact.family else None,
        "admits_children": fact.admits_children,
        "retired": False,
        "since": None,
        "became": [],
        "former_labels": [],
        "place": record.originator_version,
    }


def _term_renamed(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, TermRenamed)
    former = [] if fact.since is None else _former(row, fact.since)
    return {**row, "label": fact.label, "former_labels": former}


def _former(row: Row, since: date) -> list[Row]:
    """The labels that animations before `since` keep, each until its day (excluded), the earliest first."""
    until = since.isoformat()
    return [*(one for one in row["former_labels"] if one["until"] < until), {"label": row["label"], "until": until}]


def _merged(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, TermMerged)
    return {**row, "retired": True, "since": fact.since, "became": [fact.into]}


def _split(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, TermSplit)
    return {**row, "retired": True, "since": fact.since, "became": list(dict.fromkeys(p.into for p in fact.parts))}


def _retired(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, TermRetired)
    return {**row, "retired": True, "since": fact.since}


TERMS = Projection(
    name="terms",
    table=Table(
        columns={
            "kind": "text NOT NULL",
            "code": "text NOT NULL",
            "label": "text NOT NULL",
            "description": "text",
            "family": "text",
            "admits_children": "boolean NOT NULL",
            "retired": "boolean NOT NULL",
            "since": "date",
            # The codes that took its place, after a merge or a split.
            "became": "text[] NOT NULL",
            # What it was called before: label and the first day of start that it is not for.
            "former_labels": "jsonb NOT NULL",
            # In the order in which the terms were added.
            "place": "integer NOT NULL",
        },
        key=("kind", "code"),
    ),
    folds={
        TermAdded: _added,
        TermRenamed: _term_renamed,
        TermMerged: _merged,
        TermSplit: _split,
        TermRetired: _retired,
    },
    key_of=_term_key,
)


def _form_key(record: Recorded) -> Key:
    fact = record.event
    assert isinstance(fact, FormWorded)
    return (fact.version,)


def _worded(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, FormWorded)
    return {"version": fact.version, "questions": list(fact.questions), "worded_at": record.stamp.recorded_at}


FORMS = Projection(
    name="attestation_forms",
    table=Table(
        columns={
            "version": "integer NOT NULL",
            "questions": "text[] NOT NULL",
            "worded_at": "timestamptz NOT NULL",
        },
        key=("version",),
    ),
    folds={FormWorded: _worded},
    key_of=_form_key,
)
