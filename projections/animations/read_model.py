"""The read model of animations, for the public listing, a structure's own list, and the territories' figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.animations.events import (
    AnimationAttested,
    AnimationCancelled,
    AnimationCreated,
    AnimationEnded,
    AnimationGathered,
    AnimationJoinedSeries,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationReleased,
    AnimationRepeated,
    AnimationResubmitted,
    AnimationResumed,
    AnimationSuspended,
    AnimationTextBlanked,
    AnimationVolunteersNamed,
    AnimationWordsErased,
    AttendanceSheetAttached,
    AttendanceSheetWithdrawn,
    AttestationCorrected,
)
from domain.animations.texts import TEXT_FIELDS
from domain.animations.transitions import AnimationStatus
from domain.files.pages import with_page, without_page
from eventstore.records import Recorded
from projections.acts import with_act
from projections.animations.content import TERMS, content, derive, local_day
from projections.animations.figures import ROLLUPS
from projections.animations.indexes import INDEXES
from projections.engine.projection import Projection, Row, Table, erased_words
from projections.engine.terms_in_force import TermsInForce

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
        # Finds equal places.
        "place_key": "text NOT NULL",
        "address": "text",
        "commune_code": "text",
        "audience": "text NOT NULL",
        "type": "text NOT NULL",
        "themes": "text[] NOT NULL",
        "seats": "integer NOT NULL",
        **dict.fromkeys(("contact_phone", "contact_email", "contact_hours", "online_link"), "text"),
        "accessibility": "text[] NOT NULL",
        # ISO 639 codes.
        "languages": "text[] NOT NULL",
        # The school's UAI.
        "school": "text",
        "declared_late": "boolean NOT NULL",
        # Replaced, and not blanked.
        "former_texts": "integer NOT NULL",
        "cloned_from": "uuid",
        "series_id": "uuid",
        "refusal_reason": "text",
        "cancellation_reason": "text",
        "ended": "boolean NOT NULL",
        "suspended": "boolean NOT NULL",
        "created_at": "timestamptz NOT NULL",
        "published_at": "timestamptz",
        "published_position": "bigint",
        # Public columns.
        "changed_at": "timestamptz NOT NULL",
        "attested": "boolean NOT NULL",
        "attested_at": "timestamptz",
        "parents": "integer",
        "children": "integer",
        "form_version": "integer",
        "answers": "text[]",
        "corrections": "integer NOT NULL",
        "dossier_id": "uuid",
        # The people who attested it, or handled its sheets; null: nobody yet.
        "attesting_acts": "jsonb",
        # The pages of the signed sheet, in their order; what they are found by.
        "sheets": "jsonb NOT NULL",
        "sheet_digests": "text[] NOT NULL",
        "sheet_likenesses": "text[] NOT NULL",
        "search": "tsvector NOT NULL",
    },
    labels={
        "status": "état",
        "structure_id": "structure",
        "refusal_reason": "motif du refus",
        "cancellation_reason": "motif de l'annulation",
        "former_texts": "anciens textes lisibles",
        "ended": "passée",
        "suspended": "suspendue",
        "created_at": "déclarée le",
        "published_at": "publiée le",
        "published_position": "position de la publication",
        "changed_at": "dernier changement le",
        "attested": "attestée",
        "attested_at": "attestée le",
        "corrections": "corrections",
        "sheet_digests": "liste d'émargement (SHA-256)",
        "sheet_likenesses": "liste d'émargement (empreintes visuelles)",
    },
    key=("animation_id",),
    indexes=INDEXES,
)


_ANIMATIONS = Projection(
    name="animations",
    table=TABLE,
    derive=derive,
    revision=4,
    rollups=ROLLUPS,
    opens_words=True,
    renewed_by=(AnimationCreated, AnimationModified),
    terms=TERMS,
)


def animations(shown: TermsInForce) -> Projection:
    """`shown` tells how recorded terms are shown and counted in the generation being filled."""
    projection = replace(_ANIMATIONS, folds=_ANIMATIONS.folds.copy())

    @projection.creates(AnimationCreated)
    def created(fact: AnimationCreated, record: Recorded) -> Row:
        return {
            "status": AnimationStatus.SUBMITTED.value,
            "structure_id": fact.structure_id,
            "convention_id": fact.convention_id,
            "territory": fact.territory,
            "time_zone": fact.time_zone,
            "declared_late": fact.declared_late,
            "cloned_from": fact.cloned_from,
            "series_id": None,
            "former_texts": 0,
            "refusal_reason": None,
            "cancellation_reason": None,
            "ended": False,
            "suspended": False,
            "created_at": record.stamp.recorded_at,
            "published_at": None,
            "published_position": None,
            "changed_at": record.stamp.recorded_at,
            "attested": False,
            "attested_at": None,
            "parents": None,
            "children": None,
            "form_version": None,
            "answers": None,
            "corrections": 0,
            "dossier_id": None,
            "attesting_acts": None,
            "sheets": [],
            **content(fact, shown),
        }

    @projection.on(AnimationModified)
    def modified(row: Row, fact: AnimationModified, record: Recorded) -> Row:
        return row | {
            "convention_id": fact.convention_id,
            "ended": row["ended"] and row["ends_at"] == fact.ends_at,
            "suspended": row["suspended"] and local_day(row, fact.starts_at) == local_day(row, row["starts_at"]),
            "changed_at": record.stamp.recorded_at,
            "former_texts": row["former_texts"] + (not set(TEXT_FIELDS).isdisjoint(fact.changed)),
            **content(fact, shown),
        }

    return projection


@_ANIMATIONS.on(AnimationJoinedSeries, AnimationRepeated)
def in_series(row: Row, fact: Any, record: Recorded) -> Row:
    return row | {"series_id": fact.series_id}


_ANIMATIONS.touched_by(AnimationVolunteersNamed)


@_ANIMATIONS.on(AnimationResubmitted)
def resubmitted(row: Row, fact: AnimationResubmitted, record: Recorded) -> Row:
    return row | {"status": AnimationStatus.SUBMITTED.value, "refusal_reason": None}


@_ANIMATIONS.on(AnimationPublished)
def published(row: Row, fact: AnimationPublished, record: Recorded) -> Row:
    at = record.stamp.recorded_at
    published_now = {"published_at": at, "published_position": record.position, "changed_at": at}
    return row | {"status": AnimationStatus.PUBLISHED.value, **published_now}


@_ANIMATIONS.on(AnimationRefused)
def refused(row: Row, fact: AnimationRefused, record: Recorded) -> Row:
    return row | {"status": AnimationStatus.REFUSED.value, "refusal_reason": fact.reason}


@_ANIMATIONS.on(AnimationCancelled)
def cancelled(row: Row, fact: AnimationCancelled, record: Recorded) -> Row:
    return row | {
        "status": AnimationStatus.CANCELLED.value,
        "cancellation_reason": fact.reason,
        "changed_at": record.stamp.recorded_at,
    }


@_ANIMATIONS.on(AnimationTextBlanked)
def text_blanked(row: Row, fact: AnimationTextBlanked, record: Recorded) -> Row:
    return row | {"former_texts": row["former_texts"] - 1}


@_ANIMATIONS.on(AnimationEnded)
def ended(row: Row, fact: AnimationEnded, record: Recorded) -> Row:
    return row | {"ended": True}


@_ANIMATIONS.on(AnimationSuspended)
def suspended(row: Row, fact: AnimationSuspended, record: Recorded) -> Row:
    return row | {"suspended": True, "changed_at": record.stamp.recorded_at}


@_ANIMATIONS.on(AnimationResumed)
def resumed(row: Row, fact: AnimationResumed, record: Recorded) -> Row:
    return row | {"suspended": False, "convention_id": fact.convention_id, "changed_at": record.stamp.recorded_at}


@_ANIMATIONS.on(AnimationAttested)
def attested(row: Row, fact: AnimationAttested, record: Recorded) -> Row:
    attested_at = record.stamp.recorded_at
    return _credited(row, record) | {"attested": True, "attested_at": attested_at, **_attendance(fact)}


@_ANIMATIONS.on(AttestationCorrected)
def corrected(row: Row, fact: AttestationCorrected, record: Recorded) -> Row:
    return _credited(row, record) | {"corrections": row["corrections"] + 1, **_attendance(fact)}


def _attendance(fact: AnimationAttested | AttestationCorrected) -> Row:
    return {
        "parents": fact.parents,
        "children": fact.children,
        "form_version": fact.form_version,
        "answers": list(fact.answers),
    }


@_ANIMATIONS.on(AnimationGathered)
def gathered(row: Row, fact: AnimationGathered, record: Recorded) -> Row:
    return row | {"dossier_id": fact.dossier_id}


@_ANIMATIONS.on(AnimationReleased)
def released(row: Row, fact: AnimationReleased, record: Recorded) -> Row:
    return row | {"dossier_id": None}


@_ANIMATIONS.on(AttendanceSheetAttached)
def sheet_attached(row: Row, fact: AttendanceSheetAttached, record: Recorded) -> Row:
    page = {
        **fact.model_dump(include={"file_name", "media_type", "size", "sha256"}),
        "likenesses": list(fact.likenesses),
        "attached_at": record.stamp.recorded_at.isoformat(),
    }
    pages = with_page(_pages(row), fact.sha256, page, fact.replaces)
    return _credited(row, record) | {"sheets": list(pages.values())}


@_ANIMATIONS.on(AttendanceSheetWithdrawn)
def sheet_withdrawn(row: Row, fact: AttendanceSheetWithdrawn, record: Recorded) -> Row:
    return _credited(row, record) | {"sheets": list(without_page(_pages(row), fact.sha256).values())}


def _credited(row: Row, record: Recorded) -> Row:
    return row | {"attesting_acts": with_act(row["attesting_acts"] or [], record) or None}


def _pages(row: Row) -> dict[str, Row]:
    return {page["sha256"]: page for page in row["sheets"]}


@_ANIMATIONS.on(AnimationWordsErased)
def words_erased(row: Row, fact: AnimationWordsErased, record: Recorded) -> Row:
    words = ("description", "venue_name", "address", "refusal_reason", "cancellation_reason", "answers")
    sealed = ("contact_phone", "contact_email", "contact_hours", "online_link")
    return row | erased_words(row, *words) | dict.fromkeys(sealed)
