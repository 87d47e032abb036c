"""The read models of accounts and invitations. What identifies their people has tables of its own."""

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
from projections.engine.projection import Projection, Row, Table
from projections.schools.rollups import SCHOOL_STAFF

#: The events that give a mandate.
_GIVING = (CoordonnateurAppointed, SchoolStaffBound, AuditorAdmitted, SpeakerJoined, MediateurRegistered)

#: One row for each account, with its mandates in force as JSON. Every request that a person makes reads it.
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
        labels={
            "mandates": "mandats",
        },
        key=("account_id",),
        indexes=("USING gin (structures)", "USING gin (roles)", "USING gin (mandates jsonb_path_ops)"),
    ),
    rollups=(SCHOOL_STAFF,),
)


@ACCOUNTS.upserts(*_GIVING)
def mandate_given(row: Row | None, fact: MandateGiven, record: Recorded) -> Row:
    mandate = mandate_of(fact)
    entry = {
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
    return _account(row, [*_mandates(row), entry])


@ACCOUNTS.upserts(MediateurAccepted)
def accepted(row: Row | None, fact: MediateurAccepted, record: Recorded) -> Row:
    changes = {str(fact.mandate_id): {"accepted": True}}
    return _account(row, [mandate | changes.get(mandate["id"], {}) for mandate in _mandates(row)])


@ACCOUNTS.upserts(MandateEnded)
def ended(row: Row | None, fact: MandateEnded, record: Recorded) -> Row:
    return _account(row, [mandate for mandate in _mandates(row) if mandate["id"] != str(fact.mandate_id)])


@ACCOUNTS.upserts(AccountErased)
def erased(row: Row | None, fact: AccountErased, record: Recorded) -> Row:
    return _account(row, [])


@ACCOUNTS.upserts(MailPreferencesSet)
def preferring(row: Row | None, fact: MailPreferencesSet, record: Recorded) -> Row:
    return _account(row, _mandates(row)) | {"muted": list(fact.muted)}


def _mandates(row: Row | None) -> list[Row]:
    return [] if row is None else list(row["mandates"])


def _account(row: Row | None, mandates: list[Row]) -> Row:
    structures = [mandate["structure_id"] for mandate in mandates if mandate["structure_id"] is not None]
    return {
        "mandates": mandates,
        "roles": sorted({mandate["role"] for mandate in mandates}),
        "structures": sorted(set(structures)),
        "territories": sorted({code for mandate in mandates for code in mandate["territories"]}),
        "muted": [] if row is None else row["muted"],
    }


ACCOUNT_PEOPLE = Projection(
    name="account_people",
    table=Table(columns={"account_id": "uuid NOT NULL", "subject": "text", "email": "text"}, key=("account_id",)),
    opens_personal=True,
)


@ACCOUNT_PEOPLE.upserts(*_GIVING)
def called(row: Row | None, fact: MandateGiven, record: Recorded) -> Row:
    return (row or {"email": None}) | {"subject": fact.subject}


@ACCOUNT_PEOPLE.upserts(MailPreferencesSet)
def reached(row: Row | None, fact: MailPreferencesSet, record: Recorded) -> Row:
    return (row or {"subject": None}) | {"email": fact.email}


ACCOUNT_PEOPLE.removes(AccountErased)

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
        labels={
            "structure_id": "structure",
            "status": "état",
            "sent_at": "envoyée le",
            "sent_by": "envoyée par",
        },
        key=("invitation_id",),
        indexes=("(structure_id, sent_at, invitation_id)",),
    ),
)


@INVITATIONS.creates(InvitationSent)
def sent(fact: InvitationSent, record: Recorded) -> Row:
    return {
        "structure_id": fact.structure_id,
        "status": InvitationStatus.OPEN.value,
        "sent_at": record.stamp.recorded_at,
        "sent_by": record.stamp.actor,
    }


@INVITATIONS.on(InvitationAccepted)
def invitation_accepted(row: Row, fact: InvitationAccepted, record: Recorded) -> Row:
    return row | {"status": InvitationStatus.ACCEPTED.value}


@INVITATIONS.on(InvitationRevoked)
def revoked(row: Row, fact: InvitationRevoked, record: Recorded) -> Row:
    return row | {"status": InvitationStatus.REVOKED.value}


@INVITATIONS.on(InvitationErased)
def address_erased(row: Row, fact: InvitationErased, record: Recorded) -> Row:
    accepted = row["status"] == InvitationStatus.ACCEPTED
    return row if accepted else row | {"status": InvitationStatus.REVOKED.value}


INVITED_PEOPLE = Projection(
    name="invited_people",
    table=Table(columns={"invitation_id": "uuid NOT NULL", "email": "text"}, key=("invitation_id",)),
    opens_personal=True,
)


@INVITED_PEOPLE.creates(InvitationSent)
def addressed(fact: InvitationSent, record: Recorded) -> Row:
    return {"email": fact.email}


INVITED_PEOPLE.removes(InvitationErased)
