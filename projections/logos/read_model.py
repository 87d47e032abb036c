"""The read model of logos: one row for each structure or territory that has one."""

from __future__ import annotations

from domain.logos.logo import LogoSet, LogoWithdrawn
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table

LOGOS = Projection(
    name="logos",
    table=Table(
        columns={
            "logo_id": "uuid NOT NULL",
            "structure_id": "uuid",
            "territory": "text",
            "media_type": "text NOT NULL",
            "size": "integer NOT NULL",
            "sha256": "text NOT NULL",
        },
        labels={"structure_id": "structure"},
        key=("logo_id",),
    ),
)


@LOGOS.creates(LogoSet)
def logo_set(fact: LogoSet, record: Recorded) -> Row:
    return {
        "structure_id": fact.structure_id,
        "territory": fact.territory,
        "media_type": fact.media_type,
        "size": fact.size,
        "sha256": fact.sha256,
    }


LOGOS.removes(LogoWithdrawn)
