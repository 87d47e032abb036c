"""The read models of accounts: mandates and invitations, and apart from them who they are given to."""

from __future__ import annotations

from domain.accounts.account import mandate_of
from domain.accounts.events import (
    AccountErased,
    AuditorAdmitted,
    CoordonnateurAppointed,
    InvitationAccepted,
    InvitationErased,
    InvitationRevoked,
    InvitationSent,
    MailPreferencesSet,
    MandateEnded,
    MandateGiven,
    MediateurAccepted,
    MediateurRegistered,
    SchoolStaffBound,
    SpeakerJoined,
)
from domain.accounts.invitation import InvitationStatus
from eventstore.records import Recorded
from projections.engine.projection import Fold, Projection, Row, Table

_GIVING = (CoordonnateurAppointed, SchoolStaffBound, AuditorAdmitted, SpeakerJoined, MediateurRegistered)


def _given(row: Row | None, record: Recorded) -> Row:
    """One row for each account, with its mandates in force as JSON: what every request of a person looks up."""
    fact = record.event
    assert isinstance(fact, MandateGiven)
    mandate = mandate_of(fact)
    told = {
        "id": str(fact.mandate_id),
        "role": mandate.role.value,
        "structure_id": None if mandate.structure_id is None else str(mandate.structure_id),
        "territories": list(mandate.territories),
        "schools": list(mandate.schools),
        "accepted": mandate.accepted,
        "until": None if mandate.until is None else mandate.until.isoformat(),
        "given_at": record.stamp.recorded_at.isoformat(),
        "given_by": record.stamp.actor,
    }
    return _account(row, record, [*_mandates(row), told])


def _accepted(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, MediateurAccepted)
    accepted = str(fact.mandate_id)
    mandates = [one | {"accepted": True} if one["id"] == accepted else one for one in _mandates(row)]
    return _account(row, record, mandates)


def _ended(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, MandateEnded)
    return _account(row, record, [one for one in _mandates(row) if one["id"] != str(fact.mandate_id)])


def _erased(row: Row | None, record: Recorded) -> Row:
    return _account(row, record, [])


def _preferring(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, MailPreferencesSet)
    return {**_account(row, record, _mandates(row)), "muted": list(fact.muted)}


def _mandates(row: Row | None) -> list[Row]:
    return [] if row is None else list(row["mandates"])


def _account(row: Row | None, record: Recorded, mandates: list[Row]) -> Row:
    structures = [one["structure_id"] for one in mandates if one["structure_id"] is not None]
    return {
        "account_id": record.originator_id,
        "version": record.originator_version,
        "mandates": mandates,
        "roles": sorted({one["role"] for one in mandates}),
        "structures": sorted(set(structures)),
        "territories": sorted({code for one in mandates for code in one["territories"]}),
        "muted": [] if row is None else row["muted"],
    }


ACCOUNTS = Projection(
    name="accounts",
    table=Table(
        columns={
            "account_id": "uuid NOT NULL",
            "version": "integer NOT NULL",
            "mandates": "jsonb NOT NULL",
            "roles": "text[] NOT NULL",
            "structures": "text[] NOT NULL",
            "territories": "text[] NOT NULL",
            "muted": "text[] NOT NULL",
        },
        key=("account_id",),
        indexes=("USING gin (structures)", "USING gin (roles)"),
    ),
    folds={
        **dict.fromkeys(_GIVING, _given),
        MediateurAccepted: _accepted,
        MandateEnded: _ended,
        AccountErased: _erased,
        MailPreferencesSet: _preferring,
    },
)


def _called(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, MandateGiven)
    told = {"account_id": record.originator_id, "email": None} if row is None else row
    return {**told, "subject": fact.subject}


def _reached(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, MailPreferencesSet)
    told = {"account_id": record.originator_id, "subject": None} if row is None else row
    return {**told, "email": fact.email}


def _forgotten(row: Row | None, record: Recorded) -> None:
    return None


ACCOUNT_PEOPLE = Projection(
    name="account_people",
    table=Table(columns={"account_id": "uuid NOT NULL", "subject": "text", "email": "text"}, key=("account_id",)),
    folds={**dict.fromkeys(_GIVING, _called), MailPreferencesSet: _reached, AccountErased: _forgotten},
    opens_personal=True,
)


def _sent(row: Row | None, record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, InvitationSent)
    return {
        "invitation_id": record.originator_id,
        "structure_id": fact.structure_id,
        "status": InvitationStatus.OPEN.value,
        "sent_at": record.stamp.recorded_at,
        "sent_by": record.stamp.actor,
    }


def _now(status: InvitationStatus) -> Fold:
    def fold(row: Row | None, record: Recorded) -> Row:
        assert row is not None
        return {**row, "status": status.value}

    return fold


def _address_erased(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    accepted = row["status"] == InvitationStatus.ACCEPTED
    return row if accepted else {**row, "status": InvitationStatus.REVOKED.value}


INVITATIONS = Projection(
    name="invitations",
    table=Table(
        columns={
            "invitation_id": "uuid NOT NULL",
            "structure_id": "uuid NOT NULL",
            "status": "text NOT NULL",
            "sent_at": "timestamptz NOT NULL",
            "sent_by": "text NOT NULL",
        },
        key=("invitation_id",),
        indexes=("(structure_id, sent_at, invitation_id)",),
    ),
    folds={
        InvitationSent: _sent,
        InvitationAccepted: _now(InvitationStatus.ACCEPTED),
        InvitationRevoked: _now(InvitationStatus.REVOKED),
        InvitationErased: _address_erased,
    },
)


def _addressed(row: Row | None, record: Recorded) -> Row:
    assert isinstance(record.event, InvitationSent)
    return {"invitation_id": record.originator_id, "email": record.event.email}


INVITED_PEOPLE = Projection(
    name="invited_people",
    table=Table(columns={"invitation_id": "uuid NOT NULL", "email": "text"}, key=("invitation_id",)),
    folds={InvitationSent: _addressed, InvitationErased: _forgotten},
    opens_personal=True,
)
