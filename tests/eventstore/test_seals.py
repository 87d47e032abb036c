"""Texts of an event that were recorded before their field was sealed."""

from __future__ import annotations

from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.publications.events import PublicationProposed
from eventstore.records import decode
from eventstore.seals import Key, opened, sealed
from tests.support.samples import SAMPLES


@pytest.mark.parametrize(("destroyed", "title"), [(False, "Régler les écrans en famille"), (True, "[texte effacé]")])
def test_a_title_of_before_titles_were_sealed_is_erased_with_the_texts_beside_it(destroyed: bool, title: str) -> None:
    stream, key = uuid4(), Key(str(uuid4()), AESGCM(AESGCM.generate_key(256)))
    record = decode(7, stream, 1, "publication.proposed", SAMPLES["publication.proposed.v1"])
    assert isinstance(record.event, PublicationProposed)
    stored = sealed(record, {(stream, stream): key})
    stored = stored._replace(event=stored.event.model_copy(update={"title": record.event.title}))
    shown = opened(stored, {} if destroyed else {key.name: key.cipher}).event
    assert isinstance(shown, PublicationProposed)
    assert shown.title == title


def test_an_event_in_clear_is_what_pydantic_would_copy() -> None:
    stream, key = uuid4(), Key(str(uuid4()), AESGCM(AESGCM.generate_key(256)))
    record = decode(7, stream, 1, "publication.proposed", SAMPLES["publication.proposed.v1"])
    clear = {name: getattr(record.event, name) for name in record.event.personal_fields}
    stored = sealed(record, {(stream, stream): key}).event
    shown = opened(record._replace(event=stored), {key.name: key.cipher}).event
    copied = stored.model_copy(update=clear)
    assert shown == copied
    assert shown.model_fields_set == copied.model_fields_set
    assert shown.model_dump_json() == copied.model_dump_json()
    # The sealed event stays as it was.
    assert stored != shown
