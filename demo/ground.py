"""Read from the log what a season builds on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from psycopg import Connection

from application.founding import TERRITORY_CODES
from demo.stage import Ground
from domain.catalogue import ATTESTATION_FORM, STRUCTURE, TERRITORY, TYPOLOGY, AggregateKind
from domain.kernel.identifiers import ATTESTATION_FORM_ID, TYPOLOGY_ID, territory_id
from domain.structures.structure import Structure
from domain.typology.attestation_form import AttestationForm
from domain.typology.territory import Territory
from domain.typology.typology import Typology
from eventstore.log import read_stream, state_after

Conn = Connection[Any]


def read_ground(conn: Conn) -> Ground:
    """Read the ground; accounts of structures are read lazily, on this connection."""

    def structure(stream: UUID) -> tuple[int, Structure | None]:
        return _fold(conn, STRUCTURE, stream)

    territories: dict[str, Territory] = {}
    for code in TERRITORY_CODES:
        _, state = _fold(conn, TERRITORY, territory_id(code))
        if state is not None:
            territories[code] = state
    _, typology = _fold(conn, TYPOLOGY, TYPOLOGY_ID)
    _, form = _fold(conn, ATTESTATION_FORM, ATTESTATION_FORM_ID)
    return Ground(territories, typology or Typology(), form or AttestationForm(), structure)


def _fold(conn: Conn, kind: AggregateKind[Any], stream: UUID) -> tuple[int, Any]:
    records = read_stream(conn, stream)
    return len(records), state_after(kind, records)
