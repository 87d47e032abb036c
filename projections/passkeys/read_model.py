"""The read model of passkeys: a row for each person in office who has ever had one."""

from __future__ import annotations

from domain.passkeys.events import PasskeyRegistered, PasskeyRevoked
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table

#: `keys` as JSON, in the order of being registered. Nothing in it names the person.
PASSKEYS = Projection(
    name="passkeys",
    table=Table(
        columns={"passkeys_id": "uuid NOT NULL", "keys": "jsonb NOT NULL"},
        labels={"keys": "clés d'accès"},
        key=("passkeys_id",),
        indexes=("USING gin (keys jsonb_path_ops)",),
    ),
)


@PASSKEYS.upserts(PasskeyRegistered)
def registered(row: Row | None, fact: PasskeyRegistered, record: Recorded) -> Row:
    entry = {
        "credential_id": fact.credential_id,
        "rp_id": fact.rp_id,
        "registered_at": record.stamp.recorded_at.isoformat(),
        "revoked_at": None,
    }
    return {"keys": [*_keys(row), entry]}


@PASSKEYS.upserts(PasskeyRevoked)
def revoked(row: Row | None, fact: PasskeyRevoked, record: Recorded) -> Row:
    changes = {fact.credential_id: {"revoked_at": record.stamp.recorded_at.isoformat()}}
    return {"keys": [key | changes.get(key["credential_id"], {}) for key in _keys(row)]}


def _keys(row: Row | None) -> list[Row]:
    return [] if row is None else list(row["keys"])
