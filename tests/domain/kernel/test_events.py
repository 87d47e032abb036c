"""Events: frozen, closed, under stable topics, with their personal fields marked, and readable again from JSON."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import ValidationError

from domain import catalogue
from domain.catalogue import AggregateKind
from domain.kernel.events import OF_THE_THING, Event, registered_events
from tests.support.samples import newest_samples

#: Of events that have changed their form.
VERSIONS = {
    "publication.proposed": 2,
    "publication.modified": 2,
    "strategy.written": 2,
    "typology.term_renamed": 2,
    "candidature.training_recorded": 2,
    "passkey.revoked": 2,
    "proof.map_committed": 2,
    "structure.renamed": 2,
    "service_dossier.amendment_accepted": 2,
    "control.opened": 2,
    "control.closed": 2,
    "convention.amended": 2,
    "convention.terminated": 2,
    "animation.created": 3,
    "animation.modified": 3,
    "animation.sheet_attached": 2,
    "service_dossier.submitted": 3,
    "service_dossier.piece_attached": 2,
    "service_dossier.certified": 2,
    "service_dossier.paid": 2,
    "registration.made": 2,
    "registration.repeated": 2,
}
_GIVEN = ("coordonnateur_appointed", "school_staff_bound", "auditor_admitted", "speaker_joined", "mediateur_registered")
_CONTACT = ("contact_phone", "contact_email", "contact_hours")
PERSONAL = {
    "publication.author_named": {"author", "email"},
    "publication.file_attached": {"label"},
    "publication.modified": {"title", "summary", "text", "link_labels", "link_urls"},
    "publication.proposed": {"title", "summary", "text", "link_labels", "link_urls"},
    "publication.refused": {"reason"},
    "publication.withdrawn": {"reason"},
    **{f"account.{name}": {"subject"} for name in _GIVEN},
    "invitation.sent": {"email"},
    "account.mail_preferences_set": {"email"},
    "contact.added": {"name", "email", "kind"},
    "structure.contact_set": {"phone", "email", "hours"},
    "registration.made": {"first_name", "last_name", "email", "phone"},
    "registration.repeated": {"first_name", "last_name", "email", "phone"},
    "registration.removed": {"reason"},
    "candidature.submitted": {"first_name", "last_name", "email", "phone", "motivation"},
    "candidature.repeated": {"first_name", "last_name", "email", "phone", "motivation"},
    "candidature.opinion_given": {"comment"},
    "candidature.contact_recorded": {"note"},
    "candidature.training_recorded": {"subject"},
    "candidature.rejected": {"reason"},
    "candidature.accompaniment_corrected": {"reason"},
    "candidature.withdrawn": {"reason"},
    "structure.account_opened": {"name"},
    "structure.renamed": {"name", "reason"},
    "structure.moved": {"reason"},
    "convention.signed": {"structure_name", "coordonnateur"},
    "convention.amended": {"coordonnateur", "reason"},
    "convention.terminated": {"reason"},
    "animation.created": {"description", "venue_name", "address", *_CONTACT, "online_link"},
    "animation.modified": {"description", "venue_name", "address", *_CONTACT, "online_link"},
    "animation.refused": {"reason"},
    "animation.cancelled": {"reason"},
    "animation.text_blanked": {"reason"},
    "animation.attested": {"answers"},
    "animation.sheet_attached": {"reason"},
    "animation.sheet_withdrawn": {"reason"},
    "animation.attestation_corrected": {"answers", "reason"},
    "animation_request.sent": {"text"},
    **{f"animation_request.{name}": {"reason"} for name in ("given_back", "declined", "withdrawn")},
    "service_dossier.discarded": {"reason"},
    "service_dossier.returned": {"reason"},
    "service_dossier.piece_attached": {"reason"},
    "service_dossier.piece_withdrawn": {"reason"},
    "service_dossier.certified": {"overrun_reason", "missing_reason", "warnings_reason"},
    "service_dossier.paid": {"reason"},
    "service_dossier.certification_withdrawn": {"reason"},
    "service_dossier.amendment_proposed": {"answers", "reason"},
    "service_dossier.amendment_refused": {"reason"},
    "strategy.written": {"diagnosis", "objectives"},
    "strategy.document_attached": {"heading"},
    "strategy.document_withdrawn": {"reason"},
    "school_project.recorded": {"evidence"},
    "school_project.corrected": {"evidence", "reason"},
    "action_group.opened": {"name", "theme"},
    "action_group.member_joined": {"first_name", "last_name", "email", "profession"},
    "action_group.met": {"professions", "outcome"},
    "action_group.corrected": {"name", "theme", "reason"},
    "action_group.meeting_corrected": {"professions", "outcome", "reason"},
    "action_group.closed": {"conclusion"},
    "control.opened": {"name"},
    "webhook.subscribed": {"url"},
    "control.piece_judged": {"comment"},
    "control.answered": {"answer"},
    "control.closed": {"conclusion"},
}
KINDS: dict[str, AggregateKind[Any]] = {
    kind.name: kind for kind in vars(catalogue).values() if isinstance(kind, AggregateKind)
}


def topic(sample: Event) -> str:
    return sample.topic


def attempt(function: Callable[..., Any], *args: Any) -> Any:
    """Return what the function returns, or the error by which pydantic refuses it."""
    try:
        return function(*args)
    except ValidationError as refusal:
        return refusal


@pytest.mark.parametrize("sample", newest_samples(), ids=topic)
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
