"""The read model of animations: the public listing, a structure's own animations, and the territories' figures."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from domain.animations.events import (
    AnimationAttested,
    AnimationCancelled,
    AnimationCreated,
    AnimationEnded,
    AnimationGathered,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationReleased,
    AnimationResubmitted,
    AnimationWordsErased,
    AttendanceSheetAttached,
    AttestationCorrected,
)
from domain.animations.transitions import AnimationStatus
from eventstore.records import Recorded
from projections.animations.figures import LISTED_ANIMATIONS, TERRITORY_DAYS, TERRITORY_TERMS
from projections.engine.projection import Fold, Projection, Row, Table, moved, words_erased
from projections.engine.terms_in_force import TermsInForce
from projections.engine.words import search_vector, without_accents

TABLE = Table(
    columns={
        "animation_id": "uuid NOT NULL",
        "version": "integer NOT NULL",
        "status": "text NOT NULL",
        "structure_id": "uuid NOT NULL",
        "convention_id": "uuid NOT NULL",
        "territory": "text NOT NULL",
        "time_zone": "text NOT NULL",
        "title": "text NOT NULL",
        "title_key": 'text COLLATE "C" NOT NULL',
        "description": "text NOT NULL",
        "starts_at": "timestamptz NOT NULL",
        "ends_at": "timestamptz NOT NULL",
        "day": "date NOT NULL",
        "venue_type": "text NOT NULL",
        "venue_name": "text NOT NULL",
        "address": "text",
        "commune_code": "text",
        "audience": "text NOT NULL",
        "type": "text NOT NULL",
        "themes": "text[] NOT NULL",
        "seats": "integer NOT NULL",
        "declared_late": "boolean NOT NULL",
        "cloned_from": "uuid",
        "refusal_reason": "text",
        "cancellation_reason": "text",
        "ended": "boolean NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "published_at": "timestamptz",
        # What everybody is told of it.
        "changed_at": "timestamptz NOT NULL",
        "attested": "boolean NOT NULL",
        "attested_at": "timestamptz",
        "parents": "integer",
        "children": "integer",
        "form_version": "integer",
        "answers": "text[]",
        "corrections": "integer NOT NULL",
        "dossier_id": "uuid",
        "sheet_file_name": "text",
        "sheet_media_type": "text",
        "sheet_size": "integer",
        "sheet_sha256": "text",
        "sheet_attached_at": "timestamptz",
        "search": "tsvector NOT NULL",
    },
    key=("animation_id",),
    indexes=(
        "(structure_id, starts_at, animation_id)",
        "(starts_at, animation_id) WHERE status = 'PUBLISHED'",
        # What the listing is filtered by besides stands in the index: how many of a period there are is counted in it.
        "(territory, starts_at, animation_id) INCLUDE (type, audience, venue_type) WHERE status = 'PUBLISHED'",
        # Of what is rare in a large territory. PostgreSQL also keeps the plan of a page that an index answers alone.
        "(territory, type, audience, starts_at, animation_id) WHERE status = 'PUBLISHED'",
        "(starts_at, animation_id) WHERE status = 'CANCELLED'",
        "(published_at, animation_id) WHERE status = 'PUBLISHED'",
        "(changed_at, animation_id) WHERE status = 'PUBLISHED'",
        "(title_key, animation_id) WHERE status = 'PUBLISHED'",
        "(type, starts_at, animation_id) WHERE status = 'PUBLISHED'",
        "(audience, starts_at, animation_id) WHERE status = 'PUBLISHED'",
        "(ends_at) INCLUDE (territory, day) WHERE status = 'PUBLISHED' AND NOT attested",
        "(ends_at, animation_id) WHERE status = 'PUBLISHED' AND NOT ended",
        "(created_at, animation_id) WHERE status = 'SUBMITTED'",
        "USING gin (themes) WHERE status = 'PUBLISHED'",
        "USING gin (search) WHERE status = 'PUBLISHED'",
        "(convention_id, day) WHERE status = 'PUBLISHED' AND dossier_id IS NULL",
    ),
)


_REASONS = ("refusal_reason", "cancellation_reason")


def _content(fact: AnimationCreated | AnimationModified, shown: TermsInForce) -> Row:
    return {
        "title": fact.title,
        "description": fact.description,
        "starts_at": fact.starts_at,
        "ends_at": fact.ends_at,
        "venue_name": fact.venue_name,
        "address": fact.address,
        "commune_code": fact.commune_code,
        "seats": fact.seats,
        **shown.of_animation(fact),
    }


def _derive(row: Row) -> Row:
    return {
        **row,
        "title_key": without_accents(row["title"]),
        "day": row["starts_at"].astimezone(ZoneInfo(row["time_zone"])).date(),
        "search": search_vector(row["title"], row["description"], row["venue_name"], row["address"]),
    }


def _folds(shown: TermsInForce) -> dict[type, Fold]:
    def created(row: Row | None, record: Recorded) -> Row:
        fact = record.event
        assert isinstance(fact, AnimationCreated)
        return {
            "animation_id": record.originator_id,
            "version": record.originator_version,
            "status": AnimationStatus.SUBMITTED.value,
            "structure_id": fact.structure_id,
            "convention_id": fact.convention_id,
            "territory": fact.territory,
            "time_zone": fact.time_zone,
            "declared_late": fact.declared_late,
            "cloned_from": fact.cloned_from,
            "refusal_reason": None,
            "cancellation_reason": None,
            "ended": False,
            "created_at": record.stamp.recorded_at,
            "published_at": None,
            "changed_at": record.stamp.recorded_at,
            "attested": False,
            "attested_at": None,
            "parents": None,
            "children": None,
            "form_version": None,
            "answers": None,
            "corrections": 0,
            "dossier_id": None,
            "sheet_file_name": None,
            "sheet_media_type": None,
            "sheet_size": None,
            "sheet_sha256": None,
            "sheet_attached_at": None,
            **_content(fact, shown),
        }

    def modified(row: Row | None, record: Recorded) -> Row:
        assert row is not None
        fact = record.event
        assert isinstance(fact, AnimationModified)
        content = _content(fact, shown)
        ended = row["ended"] and row["ends_at"] == fact.ends_at
        told = {"convention_id": fact.convention_id, "ended": ended, "changed_at": record.stamp.recorded_at}
        return moved(row, record, **told, **content)

    return {
        AnimationCreated: created,
        AnimationModified: modified,
        AnimationResubmitted: _resubmitted,
        AnimationPublished: _published,
        AnimationRefused: _refused,
        AnimationCancelled: _cancelled,
        AnimationEnded: _ended,
        AnimationAttested: _attested,
        AnimationGathered: _gathered,
        AnimationReleased: _released,
        AttestationCorrected: _corrected,
        AttendanceSheetAttached: _sheet_attached,
        AnimationWordsErased: words_erased("description", "venue_name", "address", *_REASONS, "answers"),
    }


def _resubmitted(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {
        **row,
        "version": record.originator_version,
        "status": AnimationStatus.SUBMITTED.value,
        "refusal_reason": None,
    }


def _published(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {
        **row,
        "version": record.originator_version,
        "status": AnimationStatus.PUBLISHED.value,
        "published_at": record.stamp.recorded_at,
        "changed_at": record.stamp.recorded_at,
    }


def _refused(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, AnimationRefused)
    return {
        **row,
        "version": record.originator_version,
        "status": AnimationStatus.REFUSED.value,
        "refusal_reason": fact.reason,
    }


def _cancelled(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, AnimationCancelled)
    return {
        **row,
        "version": record.originator_version,
        "status": AnimationStatus.CANCELLED.value,
        "cancellation_reason": fact.reason,
        "changed_at": record.stamp.recorded_at,
    }


def _ended(row: Row | None, record: Recorded) -> Row:
    return moved(row, record, ended=True)


def _attested(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {**row, "attested": True, "attested_at": record.stamp.recorded_at, **_attendance(record)}


def _corrected(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {**row, "corrections": row["corrections"] + 1, **_attendance(record)}


def _gathered(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, AnimationGathered)
    return {**row, "version": record.originator_version, "dossier_id": fact.dossier_id}


def _released(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    return {**row, "version": record.originator_version, "dossier_id": None}


def _sheet_attached(row: Row | None, record: Recorded) -> Row:
    assert row is not None
    fact = record.event
    assert isinstance(fact, AttendanceSheetAttached)
    return {
        **row,
        "version": record.originator_version,
        "sheet_file_name": fact.file_name,
        "sheet_media_type": fact.media_type,
        "sheet_size": fact.size,
        "sheet_sha256": fact.sha256,
        "sheet_attached_at": record.stamp.recorded_at,
    }


def _attendance(record: Recorded) -> Row:
    fact = record.event
    assert isinstance(fact, AnimationAttested | AttestationCorrected)
    return {
        "version": record.originator_version,
        "parents": fact.parents,
        "children": fact.children,
        "form_version": fact.form_version,
        "answers": list(fact.answers),
    }


def animations(shown: TermsInForce) -> Projection:
    """`shown` tells how recorded terms are shown and counted in the generation being filled."""
    return Projection(
        name="animations",
        table=TABLE,
        folds=_folds(shown),
        derive=_derive,
        rollups=(TERRITORY_DAYS, TERRITORY_TERMS, LISTED_ANIMATIONS),
        opens_words=True,
    )
