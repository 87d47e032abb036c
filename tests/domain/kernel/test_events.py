"""Events: frozen, closed, under stable topics, with their personal fields marked, and readable again from JSON."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any, ClassVar, get_args

import pytest
from pydantic import BaseModel, ValidationError

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
from domain.kernel import events
from domain.kernel.events import OF_THE_THING, Event, PersonalText, event, registered_events
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
#: Texts that stand in the log in clear, by field or by event and field, and why each may.
IN_CLEAR = {
    "territory": "the code of a department",
    "territories": "codes of departments",
    "code": "the code of a term or of a department",
    "time_zone": "of the IANA",
    "siret": "the number by which the State knows a structure: public, and what stands for an erased name",
    "school_uai": "the code of a school",
    "schools": "codes of schools",
    "staff_role": "a word of ours",
    "recipients": "names of inboxes, made by us",
    "muted": "kinds of notifications, made by us",
    "sha256": "a digest",
    "sheet": "a digest",
    "media_type": "found by us in the content",
    "file_name": "made by us: what the sender called the file is kept nowhere",
    "changed": "names of fields",
    "venue_type": "a code of the typology",
    "audience": "a code of the typology",
    "type": "a code of the typology",
    "themes": "codes of the typology",
    "animation_types": "codes of the typology",
    "into": "a code of the typology",
    "commune_code": "of the INSEE",
    "submitted_by": "who acted, as in the stamp: what four eyes are held to",
    "title": "what an animation is called in public lists, on posters and in feeds: history is told by it",
    "required_pieces": "terms of payment, by whose words pieces are found again",
    "piece": "one of the required pieces, or made by us",
    "questions": "worded by the national team, published",
    "seed": "anybody draws again by it",
    "territory.joined.name": "a department's",
    "typology.term_added.label": "worded by the national team, published",
    "typology.term_added.description": "worded by the national team, published",
    "typology.term_renamed.label": "worded by the national team, published",
    "candidature.certificate_issued.number": "made by us",
    "service_dossier.paid.reference": "the payer's own number for the transfer: a bundle is matched with it, offline",
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


def test_topics_never_change():
    # Each of these names stands in logs: one may be added, none may go.
    assert set(registered_events()) == {
        *("territory.joined", "territory.candidatures_opened"),
        *("typology.term_added", "typology.term_renamed", "typology.term_merged", "typology.term_retired"),
        "typology.term_split",
        *("structure.account_opened", "structure.renamed", "structure.convention_attached"),
        *("convention.signed", "convention.amended", "convention.terminated", "convention.service_certified"),
        *("animation.created", "animation.modified", "animation.resubmitted", "animation.published"),
        *("animation.refused", "animation.cancelled", "animation.attested", "animation.attestation_corrected"),
        *("animation.gathered", "animation.released"),
        *("service_dossier.opened", "service_dossier.gathered", "service_dossier.piece_attached"),
        *("service_dossier.submitted", "service_dossier.returned", "service_dossier.certified", "service_dossier.paid"),
        *("service_dossier.amendment_proposed", "service_dossier.amendment_accepted"),
        "service_dossier.amendment_refused",
        *("control.opened", "control.piece_judged", "control.answered", "control.closed"),
        *("animation.sheet_attached", "attestation_form.worded"),
        *("candidature.submitted", "candidature.opinion_given", "candidature.validated", "candidature.rejected"),
        *("account.coordonnateur_appointed", "account.school_staff_bound", "account.auditor_admitted"),
        *("account.speaker_joined", "account.mediateur_registered", "account.mandate_ended"),
        "account.mediateur_accepted",
        "account.mail_preferences_set",
        *("account.personal_data_erased", "invitation.personal_data_erased"),
        *("invitation.sent", "invitation.accepted", "invitation.revoked"),
        *("contact.added", "contact.removed", "contact.planning_sent", "contact.personal_data_erased"),
        "structure.contact_set",
        "contact.unsubscribed",
        *("registration.question_withdrawn", "registration.repeated"),
        "file.expired",
        *("animation.ended", "candidature.contact_recorded", "candidature.training_recorded"),
        *("candidature.pix_certified", "candidature.certificate_requested", "candidature.certificate_issued"),
        *("registration.made", "registration.seat_obtained", "registration.seat_questioned", "registration.seat_kept"),
        *("registration.cancelled", "registration.removed", "registration.personal_data_erased"),
        "letter.refused",
        *("candidature.coordonnateur_informed", "candidature.withdrawn", "candidature.personal_data_erased"),
        *("animation.words_erased", "convention.words_erased", "structure.words_erased"),
        *("service_dossier.words_erased", "control.words_erased", "control.piece_words_erased"),
    }


def _texts(model: type[BaseModel]) -> Iterator[str]:
    """The fields that may hold any text at all, those of what the model holds included."""
    for name, field in model.model_fields.items():
        inside, parts = [field.annotation], []
        while inside:
            part = inside.pop()
            parts.append(part)
            inside += get_args(part)
        if str in parts:
            yield name
        for part in parts:
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from _texts(part)


def test_no_text_of_people_enters_the_log_in_clear():
    in_clear = {
        (topic, name)
        for topic, event_class in registered_events().items()
        for name in _texts(event_class)
        if name not in event_class.personal_fields
    }
    assert {(topic, name) for topic, name in in_clear if not {name, f"{topic}.{name}"} & set(IN_CLEAR)} == set()
    assert set(IN_CLEAR) <= {name for _, name in in_clear} | {f"{topic}.{name}" for topic, name in in_clear}


def test_a_personal_field_needs_a_person():
    with pytest.raises(TypeError, match="no person_id"):

        class Nobody(Event):
            topic: ClassVar[str] = "test.nobody"
            name: PersonalText


def test_a_topic_serves_one_class():
    with pytest.raises(ValueError, match=r"animation\.published"):
        event("animation.published")(AnimationPublished)


def test_upcasters_raise_the_schema_version(monkeypatch):
    monkeypatch.setattr(events, "_REGISTER", {})

    @event("test.upcast", upcasters=(lambda data: data, lambda data: data))
    class Upcast(Event):
        pass

    assert Upcast.schema_version() == 3
    assert AnimationPublished.schema_version() == 1


@pytest.mark.parametrize("kind", [KINDS["animation"], KINDS["convention"]], ids=lambda kind: kind.name)
def test_an_aggregate_does_not_swallow_anothers_event(kind):
    state = kind.evolve(None, PERSON, created() if kind.name == "animation" else signed())
    with pytest.raises(TypeError, match="not a"):
        kind.evolve(state, PERSON, AccountOpened(siret=SIRET, name="x"))
