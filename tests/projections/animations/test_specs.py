"""What each event does to the rows of animations."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.animations.events import (
    AnimationCancelled,
    AnimationEnded,
    AnimationGathered,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationReleased,
    AnimationResubmitted,
    AnimationResumed,
    AnimationSuspended,
    AnimationTextBlanked,
    AnimationWordsErased,
    AttendanceSheetAttached,
    AttendanceSheetWithdrawn,
    AttestationCorrected,
)
from tests.support.domain.builders import CONVENTION_ID, END, OURS, START, attested, created, values
from tests.support.domain.dossier_builders import THIRD
from tests.support.projection_spec import ACTOR, Spec, at


def page(digest: str, likenesses=(), replaces: tuple[str, ...] | None = (), reason: str | None = None):
    return AttendanceSheetAttached(
        file_name="liste.pdf",
        media_type="application/pdf",
        size=9,
        sha256=digest,
        likenesses=likenesses,
        replaces=replaces,
        reason=reason,
    )


def shown(digest: str, version: int, likenesses=()):
    return {
        "file_name": "liste.pdf",
        "media_type": "application/pdf",
        "size": 9,
        "sha256": digest,
        "likenesses": list(likenesses),
        "attached_at": at(version).isoformat(),
    }


def acts(*topics):
    return [{"topic": f"animation.{topic}", "name": ACTOR, "person": None} for topic in topics]


SPECS = [
    Spec(
        "animations",
        "a declaration waits for publication",
        [],
        created(cloned_from=CONVENTION_ID, description="Lire", venue_name="Jaurès", address=None),
        {
            "status": "SUBMITTED",
            "structure_id": OURS,
            "convention_id": CONVENTION_ID,
            "territory": "34",
            "time_zone": "Europe/Paris",
            "title": "Café des parents : Pronote sans peine",
            "title_key": "cafe des parents : pronote sans peine",
            "description": "Lire",
            "starts_at": START,
            "ends_at": END,
            "day": date(2027, 3, 15),
            "venue_type": "ecole",
            "venue_name": "Jaurès",
            "place_key": "jaures",
            "commune_code": "34172",
            "audience": "parents",
            "type": "cafe-des-parents",
            "themes": ["ent-pronote"],
            "seats": 12,
            "cloned_from": CONVENTION_ID,
            "created_at": at(1),
            "changed_at": at(1),
            "search": "'cafe' 'des' 'jaures' 'lire' 'parents' 'peine' 'pronote' 'sans'",
        },
    ),
    Spec(
        "animations",
        "a modification gives the whole content anew",
        [created()],
        AnimationModified(
            **values(seats=20, title="Café des écrans", description="Jeux", venue_name="Jaurès", address=None),
            convention_id=THIRD,
            changed=("seats", "title"),
        ),
        {
            "convention_id": THIRD,
            "title": "Café des écrans",
            "title_key": "cafe des ecrans",
            "description": "Jeux",
            "venue_name": "Jaurès",
            "place_key": "jaures",
            "address": None,
            "seats": 20,
            "changed_at": at(2),
            "former_texts": 1,
            "search": "'cafe' 'des' 'ecrans' 'jaures' 'jeux'",
        },
    ),
    Spec(
        "animations",
        "a former text that is blanked is no longer there to blank",
        [
            created(),
            AnimationModified(**values(title="Café"), convention_id=CONVENTION_ID, changed=("title",)),
        ],
        AnimationTextBlanked(version=1, reason="Un nom"),
        {"former_texts": 0},
    ),
    Spec(
        "animations",
        "what is put off has not ended yet",
        [created(), AnimationEnded()],
        AnimationModified(**values(ends_at=END + timedelta(days=1)), convention_id=CONVENTION_ID, changed=("ends_at",)),
        {"ends_at": END + timedelta(days=1), "ended": False, "changed_at": at(3)},
    ),
    Spec(
        "animations",
        "what no convention covers any more is suspended, and everybody told",
        [created(), AnimationPublished()],
        AnimationSuspended(convention_id=CONVENTION_ID),
        {"suspended": True, "changed_at": at(3)},
    ),
    Spec(
        "animations",
        "what another convention covers is under that one",
        [created(), AnimationPublished(), AnimationSuspended(convention_id=CONVENTION_ID)],
        AnimationResumed(convention_id=THIRD),
        {"suspended": False, "convention_id": THIRD, "changed_at": at(4)},
    ),
    Spec(
        "animations",
        "a change that leaves the day as it is leaves it suspended",
        [created(), AnimationSuspended(convention_id=CONVENTION_ID)],
        AnimationModified(**values(seats=3), convention_id=CONVENTION_ID, changed=("seats",)),
        {"seats": 3, "changed_at": at(3)},
    ),
    Spec(
        "animations",
        "what is moved is moved to a day that a convention covers",
        [created(), AnimationSuspended(convention_id=CONVENTION_ID)],
        AnimationModified(
            **values(starts_at=START - timedelta(days=1), ends_at=END - timedelta(days=1)),
            convention_id=CONVENTION_ID,
            changed=("starts_at", "ends_at"),
        ),
        {
            "starts_at": START - timedelta(days=1),
            "ends_at": END - timedelta(days=1),
            "day": START.date() - timedelta(days=1),
            "suspended": False,
            "changed_at": at(3),
        },
    ),
    Spec(
        "animations",
        "a correction after a refusal waits again, without the reason",
        [created(), AnimationRefused(reason="Incomplet")],
        AnimationResubmitted(),
        {"status": "SUBMITTED", "refusal_reason": None},
    ),
    Spec(
        "animations",
        "a publication is told to everybody",
        [created()],
        AnimationPublished(),
        {"status": "PUBLISHED", "published_at": at(2), "published_position": 2, "changed_at": at(2)},
    ),
    Spec(
        "animations",
        "a refusal says why",
        [created()],
        AnimationRefused(reason="Incomplet"),
        {"status": "REFUSED", "refusal_reason": "Incomplet"},
    ),
    Spec(
        "animations",
        "a cancellation says why, and is told to everybody",
        [created(), AnimationPublished()],
        AnimationCancelled(reason="Salle fermée"),
        {"status": "CANCELLED", "cancellation_reason": "Salle fermée", "changed_at": at(3)},
    ),
    Spec(
        "animations",
        "an end that has passed is noted",
        [created(), AnimationPublished()],
        AnimationEnded(),
        {"ended": True},
    ),
    Spec(
        "animations",
        "an attestation says who came",
        [created(), AnimationPublished()],
        attested(children=2),
        {
            "attested": True,
            "attested_at": at(3),
            "parents": 9,
            "children": 2,
            "form_version": 3,
            "answers": ["3", "Oui"],
            "attesting_acts": acts("attested"),
        },
    ),
    Spec(
        "animations",
        "a correction takes the place of the figures and is counted",
        [created(), AnimationPublished(), attested()],
        AttestationCorrected(parents=8, children=1, form_version=3, answers=("2", "Oui"), reason="Erreur"),
        {"parents": 8, "children": 1, "answers": ["2", "Oui"], "corrections": 1}
        | {"attesting_acts": acts("attested", "attestation_corrected")},
    ),
    Spec(
        "animations",
        "a page of a sheet that is attached is described",
        [created(), AnimationPublished()],
        page("ab" * 32, likenesses=("0f" * 288,)),
        {"sheets": [shown("ab" * 32, 3, ["0f" * 288])], "sheet_digests": ["ab" * 32]}
        | {"sheet_likenesses": ["0f" * 288], "attesting_acts": acts("sheet_attached")},
    ),
    Spec(
        "animations",
        "a further page stands after the others",
        [created(), AnimationPublished(), page("ab" * 32)],
        page("cd" * 32),
        {"sheets": [shown("ab" * 32, 3), shown("cd" * 32, 4)], "sheet_digests": ["ab" * 32, "cd" * 32]},
    ),
    Spec(
        "animations",
        "a page stands in the place of the one that it replaces",
        [created(), AnimationPublished(), page("ab" * 32), page("cd" * 32)],
        page("ef" * 32, replaces=("ab" * 32,), reason="Illisible"),
        {"sheets": [shown("ef" * 32, 5), shown("cd" * 32, 4)], "sheet_digests": ["ef" * 32, "cd" * 32]},
    ),
    Spec(
        "animations",
        "a sheet of old takes the place of all before it",
        [created(), AnimationPublished(), page("ab" * 32), page("cd" * 32)],
        page("ef" * 32, replaces=None),
        {"sheets": [shown("ef" * 32, 5)], "sheet_digests": ["ef" * 32]},
    ),
    Spec(
        "animations",
        "a page that is withdrawn is no longer of the sheet",
        [created(), AnimationPublished(), page("ab" * 32, likenesses=("0f" * 288,)), page("cd" * 32)],
        AttendanceSheetWithdrawn(sha256="ab" * 32, reason="Autre animation"),
        {"sheets": [shown("cd" * 32, 4)], "sheet_digests": ["cd" * 32], "sheet_likenesses": []}
        | {"attesting_acts": acts("sheet_attached", "sheet_withdrawn")},
    ),
    Spec(
        "animations",
        "a dossier that gathers it holds it",
        [created(), AnimationPublished(), attested()],
        AnimationGathered(dossier_id=THIRD),
        {"dossier_id": THIRD},
    ),
    Spec(
        "animations",
        "a dossier that releases it holds it no more",
        [created(), AnimationPublished(), attested(), AnimationGathered(dossier_id=THIRD)],
        AnimationReleased(dossier_id=THIRD),
        {"dossier_id": None},
    ),
    Spec(
        "animations",
        "words that are erased leave a mark, and are found no more",
        [created(), AnimationRefused(reason="Incomplet"), attested()],
        AnimationWordsErased(),
        {
            "description": "[texte effacé]",
            "venue_name": "[texte effacé]",
            "place_key": "",
            "address": "[texte effacé]",
            "refusal_reason": "[texte effacé]",
            "answers": ["[texte effacé]", "[texte effacé]"],
            "search": "'cafe' 'des' 'efface' 'parents' 'peine' 'pronote' 'sans' 'texte'",
        },
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
