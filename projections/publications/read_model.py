"""The read models of publications: one row for each; who signs them is in a table of its own."""

from __future__ import annotations

from dataclasses import replace

from domain.publications.content import KIND_LABELS, PublicationDetails, PublicationKind
from domain.publications.events import (
    PublicationAuthorErased,
    PublicationAuthorNamed,
    PublicationFileAttached,
    PublicationFileWithdrawn,
    PublicationModified,
    PublicationProposed,
    PublicationPublished,
    PublicationRefused,
    PublicationResubmitted,
    PublicationWithdrawn,
    PublicationWordsErased,
)
from domain.publications.transitions import PublicationStatus
from domain.typology.typology import TermKind
from eventstore.records import Recorded
from projections.engine.projection import Projection, Row, Table, TermColumns, erased_words
from projections.engine.terms_in_force import TermsInForce
from projections.engine.words import weighted_vector

TABLE = Table(
    columns={
        "publication_id": "uuid NOT NULL",
        "version": "integer NOT NULL",
        "status": "text NOT NULL",
        "kind": "text NOT NULL",
        "title": "text NOT NULL",
        "summary": "text NOT NULL",
        "text": "text NOT NULL",
        "themes": "text[] NOT NULL",
        "degree": "text",
        "audience": "text",
        # Null: the nation's, or a territory's.
        "structure_id": "uuid",
        "territory": "text",
        "links": "jsonb NOT NULL",
        "files": "jsonb NOT NULL",
        "refusal_reason": "text",
        "withdrawal_reason": "text",
        "proposed_at": "timestamptz NOT NULL",
        # When it was last proposed, or proposed again: the order of the queue.
        "waiting_since": "timestamptz NOT NULL",
        "published_at": "timestamptz",
        # Public columns.
        "changed_at": "timestamptz NOT NULL",
        "search": "tsvector NOT NULL",
    },
    labels={
        "status": "état",
        "structure_id": "structure",
        "links": "liens",
        "files": "fichiers",
        "refusal_reason": "motif du refus",
        "withdrawal_reason": "motif du retrait",
        "proposed_at": "proposée le",
        "waiting_since": "en attente depuis",
        "published_at": "publiée le",
        "changed_at": "dernier changement le",
    },
    key=("publication_id",),
    indexes=(
        "(published_at, publication_id) WHERE status = 'PUBLISHED'",
        "(kind, published_at, publication_id) WHERE status = 'PUBLISHED'",
        "(changed_at, publication_id) WHERE status = 'PUBLISHED'",
        "(waiting_since, publication_id) WHERE status = 'PROPOSED' AND structure_id IS NOT NULL",
        "(proposed_at, publication_id)",
        "(status, proposed_at, publication_id)",
        "(structure_id, proposed_at, publication_id)",
        "(territory, proposed_at, publication_id)",
        "USING gin (themes)",
        "(audience)",
        "USING gin (search)",
    ),
)


def _derived(row: Row) -> Row:
    # Also by what people call its kind: « idées reçues ».
    text = f"{KIND_LABELS[PublicationKind(row['kind'])]} {row['text']}"
    return {**row, "search": weighted_vector(row["title"], row["summary"], text)}


# A publication has no day: a change reaches it whatever day it holds from.
_PUBLICATIONS = Projection(
    name="publications",
    table=TABLE,
    derive=_derived,
    revision=4,
    opens_words=True,
    terms=TermColumns(
        {TermKind.THEME: "themes", TermKind.AUDIENCE: "audience"},
        of_row=lambda changes, row: changes.of_publication(row.themes, row.audience),
    ),
)
PUBLICATION_PEOPLE = Projection(
    name="publication_people",
    table=Table(
        columns={"publication_id": "uuid NOT NULL", "person_id": "uuid", "author": "text"},
        labels={"person_id": "personne"},
        key=("publication_id",),
    ),
    opens_personal=True,
)


def publications(shown: TermsInForce) -> Projection:
    """`shown` tells how recorded terms are shown in the generation being filled."""
    projection = replace(_PUBLICATIONS, folds=_PUBLICATIONS.folds.copy())

    @projection.creates(PublicationProposed)
    def proposed(fact: PublicationProposed, record: Recorded) -> Row:
        at = record.stamp.recorded_at
        return {
            "status": PublicationStatus.PROPOSED.value,
            "structure_id": fact.structure_id,
            "territory": fact.territory,
            "files": [],
            "refusal_reason": None,
            "withdrawal_reason": None,
            "proposed_at": at,
            "waiting_since": at,
            "published_at": None,
            "changed_at": at,
            **_content(fact, shown),
        }

    @projection.on(PublicationModified)
    def modified(row: Row, fact: PublicationModified, record: Recorded) -> Row:
        return row | {"changed_at": record.stamp.recorded_at, **_content(fact, shown)}

    return projection


def _content(fact: PublicationDetails, shown: TermsInForce) -> Row:
    links = zip(fact.link_labels, fact.link_urls, strict=True)
    return {
        "kind": fact.kind.value,
        "title": fact.title,
        "summary": fact.summary,
        "text": fact.text,
        "degree": fact.degree and fact.degree.value,
        "links": [{"label": label, "url": url} for label, url in links],
        **shown.of_publication(fact.themes, fact.audience),
    }


@_PUBLICATIONS.on(PublicationAuthorNamed)
def author_changed(row: Row, fact: PublicationAuthorNamed, record: Recorded) -> Row:
    return row | {"changed_at": record.stamp.recorded_at}


@_PUBLICATIONS.on(PublicationAuthorErased)
def author_forgotten(row: Row, fact: PublicationAuthorErased, record: Recorded) -> Row:
    return row | {"changed_at": record.stamp.recorded_at}


@_PUBLICATIONS.on(PublicationResubmitted)
def resubmitted(row: Row, fact: PublicationResubmitted, record: Recorded) -> Row:
    return row | {
        "status": PublicationStatus.PROPOSED.value,
        "refusal_reason": None,
        "waiting_since": record.stamp.recorded_at,
    }


@_PUBLICATIONS.on(PublicationPublished)
def published(row: Row, fact: PublicationPublished, record: Recorded) -> Row:
    at = record.stamp.recorded_at
    return row | {"status": PublicationStatus.PUBLISHED.value, "published_at": at, "changed_at": at}


@_PUBLICATIONS.on(PublicationRefused)
def refused(row: Row, fact: PublicationRefused, record: Recorded) -> Row:
    return row | {"status": PublicationStatus.REFUSED.value, "refusal_reason": fact.reason}


@_PUBLICATIONS.on(PublicationWithdrawn)
def withdrawn(row: Row, fact: PublicationWithdrawn, record: Recorded) -> Row:
    return row | {"status": PublicationStatus.WITHDRAWN.value, "withdrawal_reason": fact.reason}


@_PUBLICATIONS.on(PublicationFileAttached)
def file_attached(row: Row, fact: PublicationFileAttached, record: Recorded) -> Row:
    file = {
        **fact.model_dump(include={"file_name", "media_type", "size", "sha256", "label"}),
        "attached_at": record.stamp.recorded_at.isoformat(),
    }
    return row | {"files": [*row["files"], file], "changed_at": record.stamp.recorded_at}


@_PUBLICATIONS.on(PublicationFileWithdrawn)
def file_withdrawn(row: Row, fact: PublicationFileWithdrawn, record: Recorded) -> Row:
    left = [file for file in row["files"] if file["sha256"] != fact.sha256]
    return row | {"files": left, "changed_at": record.stamp.recorded_at}


@_PUBLICATIONS.on(PublicationWordsErased)
def words_erased(row: Row, fact: PublicationWordsErased, record: Recorded) -> Row:
    words = erased_words(row, "title", "summary", "text", "refusal_reason", "withdrawal_reason")
    files = [file | {"label": None} for file in row["files"]]
    return row | words | {"links": [], "files": files, "changed_at": record.stamp.recorded_at}


@PUBLICATION_PEOPLE.upserts(PublicationAuthorNamed)
def author_named(row: Row | None, fact: PublicationAuthorNamed, record: Recorded) -> Row:
    return {"person_id": fact.person_id, "author": fact.author}


@PUBLICATION_PEOPLE.on(PublicationAuthorErased, missing_ok=True)
def author_erased(row: Row, fact: PublicationAuthorErased, record: Recorded) -> Row:
    return row if row["person_id"] != fact.person_id else row | {"person_id": None, "author": None}
