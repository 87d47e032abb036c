"""A published animation, and somebody registered for it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from application.application import Application
from application.contacts.commands import ContactAdd
from application.registrations import RegistrationSubmit
from domain.kernel.actors import PUBLIC
from tests.support.letters import CONTACT, PARENT, two_hours_later
from tests.support.post_office import sent_by
from tests.support.world import STRUCTURE, STRUCTURE_ID, World


@pytest.fixture
def animation(world: World, app: Application) -> UUID:
    """Published, of two hours, and the structure has a contact."""
    world.sign()
    animation_id = world.creates(
        title="Café des parents", starts_at=world.now + timedelta(days=9), ends_at=two_hours_later(world, 9)
    )
    world.publishes(animation_id)
    world.does(ContactAdd(structure_id=STRUCTURE_ID, name="École", email=CONTACT), STRUCTURE)
    sent_by(app)
    return animation_id


@pytest.fixture
def registered(world: World, app: Application, animation: UUID) -> UUID:
    who = {"first_name": "Zoé", "last_name": "Nom", "email": PARENT}
    registration = world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id
    sent_by(app)
    return registration
