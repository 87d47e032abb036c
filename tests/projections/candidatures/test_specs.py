"""What each event does to the rows of candidatures."""

from __future__ import annotations

from datetime import date

import pytest

from domain.candidatures.events import (
    CandidatureRejected,
    CandidatureRepeated,
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
from tests.support.domain.builders import OURS, PERSON, UAI
from tests.support.domain.builders import submitted as candidature_submitted
from tests.support.projection_spec import Spec, at

SPECS = [
    Spec(
        "candidatures",
        "a candidature waits for an opinion",
        [],
        candidature_submitted(Degree.FIRST),
        {
            "status": "SUBMITTED",
            "territory": "34",
            "school_uai": UAI,
            "degree": "FIRST",
            "person_id": PERSON,
            "submitted_at": at(1),
        },
    ),
    Spec(
        "candidatures",
        "a repetition looks like a first candidature, and says which one it repeats",
        [],
        CandidatureRepeated(**candidature_submitted(Degree.FIRST).model_dump(), repeats=OURS),
        {
            "status": "SUBMITTED",
            "territory": "34",
            "school_uai": UAI,
            "degree": "FIRST",
            "person_id": PERSON,
            "submitted_at": at(1),
            "repeats": OURS,
        },
    ),
    Spec(
        "candidatures",
        "an opinion is favourable or not",
        [candidature_submitted(Degree.FIRST)],
        OpinionGiven(person_id=PERSON, favourable=True, comment="Oui"),
        {"status": "OPINION_GIVEN", "favourable": True},
    ),
    Spec(
        "candidatures",
        "a validation is a decision",
        [candidature_submitted(Degree.FIRST)],
        CandidatureValidated(),
        {"status": "VALIDATED", "decided_at": at(2), "validated_at": at(2)},
    ),
    Spec(
        "candidatures",
        "a rejection is a decision",
        [candidature_submitted(Degree.FIRST)],
        CandidatureRejected(person_id=PERSON, reason="Refusée"),
        {"status": "REJECTED", "decided_at": at(2)},
    ),
    Spec(
        "candidatures",
        "a withdrawal is a decision",
        [candidature_submitted(Degree.FIRST)],
        CandidatureWithdrawn(person_id=PERSON, reason=None),
        {"status": "WITHDRAWN", "decided_at": at(2)},
    ),
    Spec(
        "candidatures",
        "the coordonnateur is informed",
        [candidature_submitted(Degree.FIRST)],
        CoordonnateurInformed(territory="34"),
        {"informed_at": at(2)},
    ),
    Spec(
        "candidatures",
        "the latest contact stays, whatever the order of recording",
        [candidature_submitted(Degree.FIRST), ContactRecorded(person_id=PERSON, on=date(2027, 1, 5), note=None)],
        ContactRecorded(person_id=PERSON, on=date(2027, 1, 4), note=None),
        {},
    ),
    Spec(
        "candidatures",
        "a first contact has a day",
        [candidature_submitted(Degree.FIRST)],
        ContactRecorded(person_id=PERSON, on=date(2027, 1, 5), note=None),
        {"contacted_on": date(2027, 1, 5)},
    ),
    Spec(
        "candidatures",
        "trainings follow one another",
        [candidature_submitted(Degree.FIRST), TrainingRecorded(person_id=PERSON, on=date(2027, 1, 12), subject="Pix")],
        TrainingRecorded(person_id=PERSON, on=date(2027, 1, 19), subject="Pronote"),
        {"trainings": [{"on": "2027-01-12", "subject": "Pix"}, {"on": "2027-01-19", "subject": "Pronote"}]},
    ),
    Spec(
        "candidatures",
        "a Pix certification has a day",
        [candidature_submitted(Degree.FIRST)],
        PixCertified(on=date(2027, 2, 1)),
        {"pix_on": date(2027, 2, 1)},
    ),
    Spec(
        "candidatures",
        "a certificate is requested",
        [candidature_submitted(Degree.FIRST)],
        CertificateRequested(),
        {"certificate_requested_at": at(2)},
    ),
    Spec(
        "candidatures",
        "a certificate holds what was recorded when it was issued",
        [
            candidature_submitted(Degree.FIRST),
            TrainingRecorded(person_id=PERSON, on=date(2027, 1, 12), subject="Pix"),
            PixCertified(on=date(2027, 2, 1)),
        ],
        CertificateIssued(number="PR-2027-00000000", on=date(2027, 2, 2)),
        {
            "certificate_number": "PR-2027-00000000",
            "certificate_on": date(2027, 2, 2),
            "certificate_trainings": [{"on": "2027-01-12", "subject": "Pix"}],
            "certificate_pix_on": date(2027, 2, 1),
        },
    ),
    Spec(
        "candidatures",
        "trainings stay without their words once personal data are erased",
        [candidature_submitted(Degree.FIRST), TrainingRecorded(person_id=PERSON, on=date(2027, 1, 12), subject="Pix")],
        PersonalDataErased(person_id=PERSON),
        {"erased_at": at(3), "trainings": [{"on": "2027-01-12", "subject": "[texte effacé]"}]},
    ),
    Spec(
        "candidature_people",
        "who applies is kept apart",
        [],
        candidature_submitted(Degree.FIRST),
        {
            "first_name": "Prénom",
            "last_name": "Nom",
            "email": "parent@exemple.fr",
            "phone": "0600000000",
            "motivation": "Aider les autres parents.",
        },
    ),
    Spec(
        "candidature_people",
        "who repeats a candidature is kept apart as well",
        [],
        CandidatureRepeated(**candidature_submitted(Degree.FIRST).model_dump(), repeats=OURS),
        {
            "first_name": "Prénom",
            "last_name": "Nom",
            "email": "parent@exemple.fr",
            "phone": "0600000000",
            "motivation": "Aider les autres parents.",
        },
    ),
    Spec(
        "candidature_people",
        "an opinion has a comment",
        [candidature_submitted(Degree.FIRST)],
        OpinionGiven(person_id=PERSON, favourable=True, comment="Oui"),
        {"opinion_comment": "Oui"},
    ),
    Spec(
        "candidature_people",
        "a rejection has a reason",
        [candidature_submitted(Degree.FIRST)],
        CandidatureRejected(person_id=PERSON, reason="Refusée"),
        {"decision_reason": "Refusée"},
    ),
    Spec(
        "candidature_people",
        "a withdrawal has a reason",
        [candidature_submitted(Degree.FIRST)],
        CandidatureWithdrawn(person_id=PERSON, reason="Déménagement"),
        {"decision_reason": "Déménagement"},
    ),
    Spec(
        "candidature_people",
        "a contact without a note leaves the last one",
        [candidature_submitted(Degree.FIRST), ContactRecorded(person_id=PERSON, on=date(2027, 1, 5), note="Motivée")],
        ContactRecorded(person_id=PERSON, on=date(2027, 1, 6), note=None),
        {},
    ),
    Spec(
        "candidature_people",
        "a contact has a note",
        [candidature_submitted(Degree.FIRST)],
        ContactRecorded(person_id=PERSON, on=date(2027, 1, 5), note="Motivée"),
        {"contact_note": "Motivée"},
    ),
    Spec(
        "candidature_people",
        "whose data are erased has no row",
        [candidature_submitted(Degree.FIRST)],
        PersonalDataErased(person_id=PERSON),
        None,
    ),
    Spec(
        "candidature_people",
        "an opinion on somebody who was erased changes nothing",
        [candidature_submitted(Degree.FIRST), PersonalDataErased(person_id=PERSON)],
        OpinionGiven(person_id=PERSON, favourable=True, comment=None),
        None,
    ),
]


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_the_row_reads_so(spec: Spec, read_models) -> None:
    spec.check(read_models)
