"""The read models of the national team's lists: territories, the typology's terms, the attestation form's questions."""

from __future__ import annotations

from datetime import date

from domain.typology.attestation_form import FormWorded
from domain.typology.territory import CandidaturesOpened, TerritoryJoined
from domain.typology.typology import TermAdded, TermMerged, TermRenamed, TermRetired, TermSplit
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, by_fields

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
)


@TERRITORIES.creates(TerritoryJoined)
def joined(fact: TerritoryJoined, record: Recorded) -> Row:
    return {
        "code": fact.code,
        "name": fact.name,
        "time_zone": fact.time_zone,
        "runs_candidatures": fact.runs_candidatures,
    }


@TERRITORIES.on(CandidaturesOpened)
def candidatures_opened(row: Row, fact: CandidaturesOpened, record: Recorded) -> Row:
    return row | {"runs_candidatures": True}


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
            # Its former labels, each with the first day of start that it is not for.
            "former_labels": "jsonb NOT NULL",
            # In the order in which the terms were added.
            "place": "integer NOT NULL",
        },
        labels={
            "retired": "retiré",
            "became": "remplacé par",
            "former_labels": "libellés antérieurs",
        },
        key=("kind", "code"),
    ),
    key_of=by_fields("kind", "code"),
)


@TERMS.creates(TermAdded)
def added(fact: TermAdded, record: Recorded) -> Row:
    return {
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


@TERMS.on(TermRenamed)
def term_renamed(row: Row, fact: TermRenamed, record: Recorded) -> Row:
    return row | {"label": fact.label, "former_labels": [] if fact.since is None else _former(row, fact.since)}


def _former(row: Row, since: date) -> list[Row]:
    """The labels that animations before `since` keep, each until its day (excluded), the earliest first."""
    until = since.isoformat()
    earlier = [label for label in row["former_labels"] if label["until"] < until]
    return [*earlier, {"label": row["label"], "until": until}]


@TERMS.on(TermMerged)
def merged(row: Row, fact: TermMerged, record: Recorded) -> Row:
    return row | {"retired": True, "since": fact.since, "became": [fact.into]}


@TERMS.on(TermSplit)
def split(row: Row, fact: TermSplit, record: Recorded) -> Row:
    became = list(dict.fromkeys(part.into for part in fact.parts))
    return row | {"retired": True, "since": fact.since, "became": became}


@TERMS.on(TermRetired)
def retired(row: Row, fact: TermRetired, record: Recorded) -> Row:
    return row | {"retired": True, "since": fact.since}


FORMS = Projection(
    name="attestation_forms",
    table=Table(
        columns={
            "version": "integer NOT NULL",
            "questions": "text[] NOT NULL",
            "worded_at": "timestamptz NOT NULL",
        },
        labels={
            "worded_at": "rédigées le",
        },
        key=("version",),
    ),
    key_of=by_fields("version"),
)


@FORMS.creates(FormWorded)
def worded(fact: FormWorded, record: Recorded) -> Row:
    return {"questions": list(fact.questions), "worded_at": record.stamp.recorded_at}
