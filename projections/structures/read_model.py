"""The read models of structures and of their conventions."""

from __future__ import annotations

from domain.conventions.convention import (
    AMENDABLE,
    ConventionAmended,
    ConventionSigned,
    ConventionTerminated,
    ConventionWordsErased,
    ServiceCertified,
)
from domain.structures.structure import (
    ERASED_NAME,
    AccountOpened,
    ConventionAttached,
    StructureRenamed,
    StructureWordsErased,
)
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, moved, words_erased
from projections.engine.words import without_accents


def _opened(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, AccountOpened)
    return {
        "structure_id": record.originator_id,
        "version": record.originator_version,
        "siret": fact.siret,
        "name": fact.name,
        "name_key": without_accents(fact.name),
        "territories": [],
        "opened_at": record.stamp.recorded_at,
    }


def _renamed(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, StructureRenamed)
    return {**row, "version": record.originator_version, "name": fact.name, "name_key": without_accents(fact.name)}


def _name_erased(row: Row | None, record: Recorded) -> Row:
    return moved(row, record, name=ERASED_NAME, name_key=without_accents(ERASED_NAME))


def _attached(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, ConventionAttached)
    # The first is the one that answers for the structure itself.
    territories = list(dict.fromkeys([*row["territories"], fact.territory]))
    return {**row, "version": record.originator_version, "territories": territories}


STRUCTURES = Projection(
    name="structures",
    table=Table(
        columns={
            "structure_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "siret": "text NOT NULL",
            "name": "text NOT NULL",
            "name_key": 'text COLLATE "C" NOT NULL',
            "territories": "text[] NOT NULL",
            "opened_at": "timestamptz NOT NULL",
        },
        key=("structure_id",),
        indexes=("(siret)", "(name_key, structure_id)", "USING gin (territories)"),
    ),
    folds={
        AccountOpened: _opened,
        StructureRenamed: _renamed,
        StructureWordsErased: _name_erased,
        ConventionAttached: _attached,
    },
    opens_words=True,
    revision=2,
)


def _signed(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, ConventionSigned)
    return {
        "convention_id": record.originator_id,
        "version": record.originator_version,
        "structure_id": fact.structure_id,
        "territory": fact.territory,
        "coordonnateur": fact.coordonnateur,
        "signed_on": fact.signed_on,
        "valid_from": fact.valid_from,
        "valid_until": fact.valid_until,
        "planned_animations": fact.planned_animations,
        "rate_per_animation": fact.rate_per_animation,
        "required_pieces": list(fact.required_pieces),
        "terminated_on": None,
        "termination_reason": None,
        "certified_animations": 0,
    }


def _amended(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    terms = {name: getattr(record.event, name) for name in AMENDABLE}
    pieces = list(terms["required_pieces"])
    return {**row, **terms, "required_pieces": pieces, "version": record.originator_version}


def _terminated(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, ConventionTerminated)
    return {
        **row,
        "version": record.originator_version,
        "terminated_on": fact.terminated_on,
        "termination_reason": fact.reason,
    }


def _service_certified(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, ServiceCertified)
    certified = row["certified_animations"] + fact.animations
    return {**row, "version": record.originator_version, "certified_animations": certified}


CONVENTIONS = Projection(
    name="conventions",
    table=Table(
        columns={
            "convention_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "structure_id": "uuid NOT NULL",
            "territory": "text NOT NULL",
            "coordonnateur": "text NOT NULL",
            "signed_on": "date NOT NULL",
            "valid_from": "date NOT NULL",
            "valid_until": "date NOT NULL",
            "planned_animations": "integer",
            "rate_per_animation": "numeric(9, 2)",
            "required_pieces": "text[] NOT NULL",
            "terminated_on": "date",
            "termination_reason": "text",
            "certified_animations": "integer NOT NULL",
        },
        key=("convention_id",),
        indexes=("(structure_id, signed_on, convention_id)",),
    ),
    folds={
        ConventionSigned: _signed,
        ConventionAmended: _amended,
        ConventionTerminated: _terminated,
        ServiceCertified: _service_certified,
        ConventionWordsErased: words_erased("coordonnateur", "termination_reason"),
    },
    opens_words=True,
)
