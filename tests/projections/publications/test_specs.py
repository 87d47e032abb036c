"""What each event does to the rows of publications."""

from __future__ import annotations

from typing import Any

import pytest

from domain.publications.content import PublicationKind
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
from domain.typology.typology import SplitPart, TermKind
from projections.engine.terms_in_force import Change, TermsInForce
from tests.support.domain.builders import OURS, PERSON
from tests.support.projection_spec import Spec, at

VALUES: dict[str, Any] = {
    "kind": PublicationKind.TUTORIAL,
    "title": "Écrans",
    "summary": "Le tutoriel des écrans",
    "text": "Des réglages",
    "themes": ("temps-ecran",),
    "degree": "FIRST",
    "link_labels": ("Fiche",),
    "link_urls": ("https://example.org/",),
}
PROPOSED = PublicationProposed(**VALUES, structure_id=OURS, territory="34")
PUBLISHED, REFUSED = PublicationPublished(), PublicationRefused(reason="Trop long")
FILE = PublicationFileAttached(file_name="f.pdf", media_type="application/pdf", size=9, sha256="a" * 64, label="Fiche")
NAMED = PublicationAuthorNamed(person_id=PERSON, author="Anne Autrice", email="a@example.org")
SPECS = [
    Spec(
        "publications",
        "a proposal waits, with the words that it is found by",
        [],
        PROPOSED,
        {
            "status": "PROPOSED",
            "kind": "TUTORIAL",
            "title": "Écrans",
            "summary": "Le tutoriel des écrans",
            "text": "Des réglages",
            "themes": ["temps-ecran"],
            "degree": "FIRST",
            "structure_id": OURS,
            "territory": "34",
            "links": [{"label": "Fiche", "url": "https://example.org/"}],
            "proposed_at": at(1),
            "waiting_since": at(1),
            "changed_at": at(1),
            "search": "'des':2B,3 'ecrans':1A,2B 'le':2B 'reglages':3 'tutoriel':2B,3",
        },
    ),
    Spec(
        "publications",
        "it is put online",
        [PROPOSED],
        PUBLISHED,
        {"status": "PUBLISHED", "published_at": at(2), "changed_at": at(2)},
    ),
    Spec(
        "publications",
        "it is refused, with the reason",
        [PROPOSED],
        REFUSED,
        {"status": "REFUSED", "refusal_reason": "Trop long"},
    ),
    Spec(
        "publications",
        "it waits again, at the end of the queue",
        [PROPOSED, REFUSED],
        PublicationResubmitted(),
        {"status": "PROPOSED", "refusal_reason": None, "waiting_since": at(3)},
    ),
    Spec(
        "publications",
        "a modification gives the whole content anew",
        [PROPOSED],
        PublicationModified(**VALUES | {"text": "", "degree": None, "audience": "parents"}, changed=("text",)),
        {
            "text": "",
            "degree": None,
            "audience": "parents",
            "changed_at": at(2),
            "search": "'des':2B 'ecrans':1A,2B 'le':2B 'tutoriel':2B,3",
        },
    ),
    Spec(
        "publications",
        "it is withdrawn, with the reason",
        [PROPOSED, PUBLISHED],
        PublicationWithdrawn(reason="Dépassé"),
        {"status": "WITHDRAWN", "withdrawal_reason": "Dépassé"},
    ),
    Spec(
        "publications",
        "a file is attached",
        [PROPOSED],
        FILE,
        {
            "files": [{**FILE.model_dump(), "attached_at": at(2).isoformat()}],
            "changed_at": at(2),
        },
    ),
    Spec(
        "publications",
        "a file is taken away",
        [PROPOSED, FILE],
        PublicationFileWithdrawn(sha256="a" * 64),
        {"files": [], "changed_at": at(3)},
    ),
    Spec(
        "publications",
        "its words are erased, its title too",
        [PROPOSED, FILE],
        PublicationWordsErased(),
        {
            "title": "[texte effacé]",
            "summary": "[texte effacé]",
            "text": "[texte effacé]",
            "links": [],
            "files": [{**FILE.model_dump(), "label": None, "attached_at": at(2).isoformat()}],
            "changed_at": at(3),
            "search": "'efface':1A,2B,3 'texte':1A,2B,3 'tutoriel':3",
        },
    ),
    Spec("publications", "another author is a change", [PROPOSED], NAMED, {"changed_at": at(2)}),
    Spec(
        "publications",
        "so is an author who is erased",
        [PROPOSED, NAMED],
        PublicationAuthorErased(person_id=PERSON),
        {"changed_at": at(3)},
    ),
    Spec(
        "publication_people", "its author is named", [PROPOSED], NAMED, {"person_id": PERSON, "author": "Anne Autrice"}
    ),
    Spec(
        "publication_people",
        "its author is erased",
        [PROPOSED, NAMED],
        PublicationAuthorErased(person_id=PERSON),
        {"person_id": None, "author": None},
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)


def test_a_publication_follows_each_change_of_its_themes_at_once_and_a_split_into_each_part():
    def change(kind: TermKind, code: str, *into: str) -> Change:
        return Change(kind=kind, code=code, parts=tuple(SplitPart(into=each) for each in into), since=None)

    shown = TermsInForce(
        (
            change(TermKind.THEME, "educonnect", "ent-pronote"),
            change(TermKind.THEME, "ent-pronote", "ent", "pronote"),
            change(TermKind.AUDIENCE, "mediateurs", "professionnels"),
        )
    )
    assert shown.of_publication(("temps-ecran", "educonnect", "pronote"), "mediateurs") == {
        "themes": ["temps-ecran", "ent", "pronote"],
        "audience": "professionnels",
    }
