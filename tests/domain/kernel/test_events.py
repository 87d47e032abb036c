"""Events: frozen, closed, under stable topics, with their personal fields marked, and readable again from JSON."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from domain import catalogue
from domain.animations.events import (
    AnimationCancelled,
    AnimationEnded,
    AnimationModified,
    AnimationPublished,
    AnimationRefused,
    AnimationResubmitted,
    AnimationWordsErased,
    AttendanceSheetAttached,
    AttestationCorrected,
)
from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureValidated,
    CandidatureWithdrawn,
    CertificateIssued,
    CertificateRequested,
    ContactRecorded,
    CoordonnateurInformed,
    Degree,
    OpinionGiven,
    PersonalDataErased,
    PixCertified,
    TrainingRecorded,
)
from domain.catalogue import AggregateKind
from domain.contacts.events import (
    ContactAdded,
    ContactErased,
    ContactRemoved,
    ContactUnsubscribed,
    PlanningSent,
)
from domain.conventions.convention import ConventionAmended, ConventionTerminated, ConventionWordsErased
from domain.files.stored_file import FileExpired
from domain.kernel.events import OF_THE_THING, Event, registered_events
from domain.notifications.events import LetterAbout, LetterRefused, Unreached
from domain.structures.structure import (
    AccountOpened,
    ConventionAttached,
    StructureContactSet,
    StructureRenamed,
    StructureWordsErased,
)
from domain.typology.attestation_form import FormWorded
from domain.typology.territory import CandidaturesOpened, TerritoryJoined
from domain.typology.typology import SplitPart, TermKind, TermMerged, TermRenamed, TermRetired, TermSplit
from tests.support.domain import account_builders, control_builders, dossier_builders, registration_builders
from tests.support.domain.builders import (
    CONVENTION_ID,
    PERSON,
    SIRET,
    TERMS,
    attested,
    created,
    signed,
    signed_values,
    submitted,
    values,
)

AMENDED = {name: signed_values()[name] for name in ConventionAmended.model_fields if name != "changed"}
SAMPLES: list[Event] = [
    TerritoryJoined(code="971", name="Guadeloupe", time_zone="America/Guadeloupe", runs_candidatures=True),
    CandidaturesOpened(code="95"),
    TERMS[0],
    TermRenamed(kind=TermKind.THEME, code="temps-ecran", label="Écrans"),
    TermMerged(kind=TermKind.THEME, code="temps-ecran", into="ent-pronote"),
    TermSplit(
        kind=TermKind.THEME,
        code="temps-ecran",
        parts=(SplitPart(into="jeux-video", animation_types=("seminaire",)), SplitPart(into="ent-pronote")),
    ),
    TermRetired(kind=TermKind.AUDIENCE, code="mediateurs"),
    AnimationEnded(),
    FileExpired(sha256="9f86d081"),
    ContactAdded(contact_id=PERSON, structure_id=PERSON, person_id=PERSON, name="École", email="e@x.fr", kind="école"),
    ContactRemoved(contact_id=PERSON),
    ContactUnsubscribed(contact_id=PERSON),
    StructureContactSet(person_id=PERSON, phone="01 23 45 67 89", email="e@x.fr", hours="le matin"),
    PlanningSent(structure_id=PERSON, animation_ids=(PERSON,), contact_ids=(PERSON,)),
    ContactErased(contact_id=PERSON, person_id=PERSON),
    ContactRecorded(person_id=PERSON, on=date(2027, 1, 5), note="Très motivée"),
    TrainingRecorded(person_id=PERSON, on=date(2027, 1, 12), subject="Pix"),
    PixCertified(on=date(2027, 2, 1)),
    CertificateRequested(),
    CertificateIssued(number="PR-2027-00000000", on=date(2027, 2, 2)),
    *registration_builders.EVENTS,
    *account_builders.EVENTS,
    LetterRefused(about=LetterAbout.REGISTRATION, about_id=PERSON, animation_id=PERSON, reason=Unreached.REFUSED),
    AccountOpened(siret=SIRET, name="Les Tilleuls"),
    StructureRenamed(name="Maison des Tilleuls", reason="Fusion"),
    ConventionAttached(convention_id=CONVENTION_ID, territory="34"),
    signed(),
    ConventionAmended(**AMENDED, changed=("valid_until",)),
    ConventionTerminated(terminated_on=signed().valid_until, reason="Fin"),
    created(cloned_from=CONVENTION_ID),
    AnimationModified(**values(), convention_id=CONVENTION_ID, changed=("seats",)),
    AnimationResubmitted(),
    AnimationPublished(),
    AnimationRefused(reason="Non"),
    AnimationCancelled(reason="Non"),
    attested(),
    AttestationCorrected(parents=1, children=0, form_version=1, answers=(), reason="Erreur"),
    AttendanceSheetAttached(file_name="liste.pdf", media_type="application/pdf", size=9, sha256="ab" * 32),
    FormWorded(version=1, questions=("Combien ?",)),
    submitted(Degree.FIRST),
    OpinionGiven(person_id=PERSON, favourable=True, comment="Oui"),
    CandidatureValidated(),
    CoordonnateurInformed(territory="34"),
    CandidatureRejected(person_id=PERSON, reason="Non"),
    CandidatureWithdrawn(person_id=PERSON, reason=None),
    PersonalDataErased(person_id=PERSON),
    *dossier_builders.SAMPLES,
    *control_builders.SAMPLES,
    AnimationWordsErased(),
    ConventionWordsErased(),
    StructureWordsErased(),
]
#: Of events that have changed their form.
VERSIONS = {"typology.term_renamed": 2, "candidature.training_recorded": 2, "structure.renamed": 2}
_GIVEN = ("coordonnateur_appointed", "school_staff_bound", "auditor_admitted", "speaker_joined", "mediateur_registered")
PERSONAL = {
    **{f"account.{name}": {"subject"} for name in _GIVEN},
    "invitation.sent": {"email"},
    "account.mail_preferences_set": {"email"},
    "contact.added": {"name", "email", "kind"},
    "structure.contact_set": {"phone", "email", "hours"},
    "registration.made": {"first_name", "last_name", "email", "phone"},
    "registration.repeated": {"first_name", "last_name", "email", "phone"},
    "registration.removed": {"reason"},
    "candidature.submitted": {"first_name", "last_name", "email", "phone", "motivation"},
    "candidature.opinion_given": {"comment"},
    "candidature.contact_recorded": {"note"},
    "candidature.training_recorded": {"subject"},
    "candidature.rejected": {"reason"},
    "candidature.withdrawn": {"reason"},
    "structure.account_opened": {"name"},
    "structure.renamed": {"name", "reason"},
    "convention.signed": {"structure_name", "coordonnateur"},
    "convention.amended": {"coordonnateur"},
    "convention.terminated": {"reason"},
    "animation.created": {"description", "venue_name", "address"},
    "animation.modified": {"description", "venue_name", "address"},
    "animation.refused": {"reason"},
    "animation.cancelled": {"reason"},
    "animation.attested": {"answers"},
    "animation.attestation_corrected": {"answers", "reason"},
    "service_dossier.returned": {"reason"},
    "service_dossier.certified": {"overrun_reason"},
    "service_dossier.amendment_proposed": {"answers", "reason"},
    "service_dossier.amendment_refused": {"reason"},
    "control.opened": {"name"},
    "control.piece_judged": {"comment"},
    "control.answered": {"answer"},
    "control.closed": {"conclusion"},
}
KINDS: dict[str, AggregateKind[Any]] = {
    kind.name: kind for kind in vars(catalogue).values() if isinstance(kind, AggregateKind)
}


def topic(sample: Event) -> str:
    return sample.topic


def test_there_is_a_sample_of_every_event():
    assert sorted(map(topic, SAMPLES)) == sorted(registered_events())


def attempt(function: Callable[..., Any], *args: Any) -> Any:
    """Return what the function returns, or the error by which pydantic refuses it."""
    try:
        return function(*args)
    except ValidationError as refusal:
        return refusal


@pytest.mark.parametrize("sample", SAMPLES, ids=topic)
def test_an_event_is_frozen_closed_readable_again_and_its_topic_version_and_personal_fields_are_as_recorded(sample):
    event_class, (kind, fact) = type(sample), sample.topic.split(".")
    version, personal = VERSIONS.get(sample.topic, 1), PERSONAL.get(sample.topic, set())
    cells = {
        "is the same when read again": attempt(event_class.model_validate_json, sample.model_dump_json()) == sample,
        "refuses unknown fields": "extra_forbidden"
        in str(attempt(event_class.model_validate, sample.model_dump() | {"unknown": 1})),
        "is named after an aggregate": kind in KINDS,
        "has a topic in small letters": fact == fact.lower(),
        "is found by its topic": registered_events()[sample.topic] is event_class,
        f"is of version {version}": sample.schema_version() == version,
        f"has {sorted(personal)} for personal fields": set(sample.personal_fields) == personal,
    }
    for name, mark in sample.personal_marks.items():
        cells[f"{name} has a key of the event"] = mark.key == OF_THE_THING or mark.key in event_class.model_fields
    for name in event_class.model_fields:
        cells[f"{name} is frozen"] = "frozen" in str(attempt(setattr, sample, name, "other"))
    wrong = [cell for cell, holds in cells.items() if not holds]
    assert not wrong, "does not hold: " + "; ".join(wrong)
