"""Topics, personal fields and versions of events: what a schema may and may not do."""

from collections.abc import Iterator
from typing import Any, ClassVar, get_args

import pytest
from pydantic import BaseModel

from domain import catalogue
from domain.animations.events import (
    AnimationPublished,
)
from domain.catalogue import AggregateKind
from domain.kernel import events
from domain.kernel.events import Event, PersonalText, event, registered_events
from domain.structures.structure import (
    AccountOpened,
)
from tests.support.domain.builders import (
    PERSON,
    SIRET,
    created,
    signed,
)

#: Texts that stand in the log in clear, by field or by event and field, and why each may.
IN_CLEAR = {
    "territory": "the code of a department",
    "territories": "codes of departments",
    "code": "the code of a term or of a department",
    "time_zone": "of the IANA",
    "siret": "the number by which the State knows a structure: public, and what stands for an erased name",
    "former_siret": "as `siret`",
    "school_uai": "the code of a school",
    "uai": "the code of a school",
    "school.described.name": "what a school is called, which is public",
    "school_year": "two years",
    "target_schools": "codes of schools",
    "strategy.written.name": "an organisation that validates a strategy: by its name it is found again",
    "strategy.written.kind": "what that organisation is",
    "stakeholder": "as the name of the organisation",
    "schools": "codes of schools",
    "school": "the code of a school",
    "staff_role": "a word of ours",
    "recipients": "names of inboxes, made by us",
    "muted": "kinds of notifications, made by us",
    "sha256": "a digest",
    "sheets": "digests",
    "replaces": "digests",
    "likenesses": "numbers that follow from a picture of a page, too few to read a name in",
    "root": "a digest",
    "kinds": "kinds of events, made by us",
    "log.restored.reason": "an operator's account of what happened to a machine, for auditors",
    "first_findings": "positions, topics, tables and columns",
    "media_type": "found by us in the content",
    "file_name": "made by us: what the sender called the file is kept nowhere",
    "changed": "names of fields",
    "venue_type": "a code of the typology",
    "audience": "a code of the typology",
    "type": "a code of the typology",
    "theme": "a code of the typology",
    "themes": "codes of the typology",
    "accessibility": "codes of the typology",
    "languages": "codes of ISO 639",
    "animation_types": "codes of the typology",
    "into": "a code of the typology",
    "commune_code": "of the INSEE",
    "submitted_by": "who acted, as in the stamp: what four eyes are held to",
    "title": "what an animation is called in public lists and in feeds: history is told by it",
    "required_pieces": "terms of payment, by whose words pieces are found again",
    "piece": "one of the required pieces, or made by us",
    "missing_pieces": "some of the required pieces",
    "questions": "worded by the national team, published",
    "text": "worded by the national team, published",
    "choices": "worded by the national team, published",
    "seed": "anybody draws again by it",
    "reason_code": "a word of ours",
    "territory.joined.name": "a department's",
    "typology.term_added.label": "worded by the national team, published",
    "typology.term_added.description": "worded by the national team, published",
    "typology.term_renamed.label": "worded by the national team, published",
    "candidature.certificate_issued.number": "made by us",
    "passkey.registered.credential_id": "made by a device, at random",
    "passkey.registered.public_key": "made by a device, at random; whoever holds the log checks signatures with it",
    "passkey.registered.rp_id": "the host name of the site",
    "passkey.revoked.credential_id": "made by a device, at random",
    "signing.required.roles": "words of ours",
    "signing.required.acts": "words of ours",
    "service_dossier.recovered.reference": "the payer's own number for what came back, as for what was paid",
    "service_dossier.paid.reference": "the payer's own number for the transfer: a bundle is matched with it, offline",
}
KINDS: dict[str, AggregateKind[Any]] = {
    kind.name: kind for kind in vars(catalogue).values() if isinstance(kind, AggregateKind)
}


def topic(sample: Event) -> str:
    return sample.topic


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
        event("animation.published", "Animation publiée")(AnimationPublished)


def test_upcasters_raise_the_schema_version(monkeypatch):
    monkeypatch.setattr(events, "_REGISTER", {})

    @event("test.upcast", "Essai", upcasters=(lambda data: data, lambda data: data))
    class Upcast(Event):
        pass

    assert Upcast.schema_version() == 3
    assert AnimationPublished.schema_version() == 1


@pytest.mark.parametrize("kind", [KINDS["animation"], KINDS["convention"]], ids=lambda kind: kind.name)
def test_an_aggregate_does_not_swallow_anothers_event(kind):
    state = kind.evolve(None, PERSON, created() if kind.name == "animation" else signed())
    with pytest.raises(TypeError, match="not a"):
        kind.evolve(state, PERSON, AccountOpened(siret=SIRET, name="x"))
