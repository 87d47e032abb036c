"""The read models of structures and their conventions."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.conventions.convention import (
    AMENDABLE,
    ConventionAmended,
    ConventionSigned,
    ConventionTerminated,
    ConventionWordsErased,
    ServiceCertified,
    ServiceWithdrawn,
)
from domain.kernel.identifiers import structure_id
from domain.kernel.place_search import compared
from domain.structures.structure import (
    ERASED_NAME,
    AccountOpened,
    ConventionAttached,
    StructureContactSet,
    StructureMoved,
    StructureRenamed,
    StructureWordsErased,
)
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, erased_words
from projections.engine.words import without_accents

STRUCTURES = Projection(
    name="structures",
    table=Table(
        columns={
            "structure_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "siret": "text NOT NULL",
            "name": "text NOT NULL",
            "name_key": 'text COLLATE "C" NOT NULL',
            # The name as the domain compares those of namesakes.
            "compared_name": 'text COLLATE "C" NOT NULL',
            "territories": "text[] NOT NULL",
            # SIRETs from before it moved, and the ids by which tokens with a later SIRET call its account.
            "former_sirets": "text[] NOT NULL",
            "aliases": "uuid[] NOT NULL",
            "opened_at": "timestamptz NOT NULL",
        },
        labels={
            "structure_id": "structure",
            "former_sirets": "anciens SIRET",
            "aliases": "autres identifiants du compte",
            "opened_at": "ouvert le",
        },
        key=("structure_id",),
        indexes=(
            "(siret)",
            "(name_key, structure_id)",
            "(compared_name)",
            "USING gin (territories)",
            "USING gin (former_sirets)",
            "USING gin (aliases)",
        ),
    ),
    opens_words=True,
    revision=3,
)


def _called(name: str) -> Row:
    return {"name": name, "name_key": without_accents(name), "compared_name": compared(name)}


@STRUCTURES.creates(AccountOpened)
def opened(fact: AccountOpened, record: Recorded) -> Row:
    return {
        "siret": fact.siret,
        **_called(fact.name),
        "territories": [],
        "former_sirets": [],
        "aliases": [],
        "opened_at": record.stamp.recorded_at,
    }


@STRUCTURES.on(StructureMoved)
def moved(row: Row, fact: StructureMoved, record: Recorded) -> Row:
    former = [siret for siret in dict.fromkeys([*row["former_sirets"], fact.former_siret]) if siret != fact.siret]
    aliases = dict.fromkeys([*row["aliases"], structure_id(fact.siret)])
    aliases.pop(row["structure_id"], None)
    return row | {"siret": fact.siret, "former_sirets": former, "aliases": list(aliases)}


@STRUCTURES.on(StructureRenamed)
def renamed(row: Row, fact: StructureRenamed, record: Recorded) -> Row:
    return row | _called(fact.name)


@STRUCTURES.on(StructureWordsErased)
def name_erased(row: Row, fact: StructureWordsErased, record: Recorded) -> Row:
    return row | _called(ERASED_NAME)


@STRUCTURES.on(ConventionAttached)
def attached(row: Row, fact: ConventionAttached, record: Recorded) -> Row:
    # The first is the one that answers for the structure itself.
    return row | {"territories": list(dict.fromkeys([*row["territories"], fact.territory]))}


STRUCTURES.touched_by(StructureContactSet)

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
            # As agreed so far, in that order: a rate holds from its day on.
            "rates": "jsonb NOT NULL",
            "required_pieces": "text[] NOT NULL",
            "terminated_on": "date",
            "termination_reason": "text",
            "certified_animations": "integer NOT NULL",
        },
        labels={
            "structure_id": "structure",
            "rates": "tarifs convenus",
            "termination_reason": "motif de la résiliation",
            "certified_animations": "animations certifiées",
        },
        key=("convention_id",),
        indexes=("(structure_id, signed_on, convention_id)",),
    ),
    opens_words=True,
)


@CONVENTIONS.creates(ConventionSigned)
def signed(fact: ConventionSigned, record: Recorded) -> Row:
    return {
        "structure_id": fact.structure_id,
        "territory": fact.territory,
        "coordonnateur": fact.coordonnateur,
        "signed_on": fact.signed_on,
        "valid_from": fact.valid_from,
        "valid_until": fact.valid_until,
        "planned_animations": fact.planned_animations,
        "rate_per_animation": fact.rate_per_animation,
        "rates": [_agreed(fact.rate_per_animation, None, None, record)],
        "required_pieces": list(fact.required_pieces),
        "terminated_on": None,
        "termination_reason": None,
        "certified_animations": 0,
    }


@CONVENTIONS.on(ConventionAmended)
def amended(row: Row, fact: ConventionAmended, record: Recorded) -> Row:
    terms = {name: getattr(fact, name) for name in AMENDABLE}
    amended = row | terms | {"required_pieces": list(fact.required_pieces)}
    if "rate_per_animation" not in fact.changed:
        return amended
    agreed = _agreed(fact.rate_per_animation, fact.effective_from, fact.reason, record)
    return amended | {"rates": [*row["rates"], agreed]}


def _agreed(rate: Decimal | None, effective_from: date | None, reason: str | None, record: Recorded) -> Row:
    return {
        "rate": None if rate is None else str(rate),
        "effective_from": effective_from and effective_from.isoformat(),
        "reason": reason,
        "agreed_at": record.stamp.recorded_at.isoformat(),
    }


@CONVENTIONS.on(ConventionTerminated)
def terminated(row: Row, fact: ConventionTerminated, record: Recorded) -> Row:
    return row | {"terminated_on": fact.terminated_on, "termination_reason": fact.reason}


@CONVENTIONS.on(ServiceCertified)
def service_certified(row: Row, fact: ServiceCertified, record: Recorded) -> Row:
    return row | {"certified_animations": row["certified_animations"] + fact.animations}


@CONVENTIONS.on(ServiceWithdrawn)
def service_withdrawn(row: Row, fact: ServiceWithdrawn, record: Recorded) -> Row:
    return row | {"certified_animations": row["certified_animations"] - fact.animations}


@CONVENTIONS.on(ConventionWordsErased)
def convention_words_erased(row: Row, fact: ConventionWordsErased, record: Recorded) -> Row:
    rates = [agreed | erased_words(agreed, "reason") for agreed in row["rates"]]
    return row | erased_words(row, "coordonnateur", "termination_reason") | {"rates": rates}
