"""Published animations, people registered for them, and a mail server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

import pytest

from application.application import Application
from application.contacts.commands import ContactAdd
from application.followers.reacting import react
from application.registrations import RegistrationSubmit
from domain.kernel.actors import PUBLIC
from tests.support.letters import CONTACT, PARENT, two_hours_later
from tests.support.network.post_office import PostOffice, post_office, sent_by
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


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as running:
        yield running


@pytest.fixture
def large_animation(world: World, app: Application) -> UUID:
    """Published, with a hundred seats, of a structure without contacts."""
    world.sign()
    animation_id = world.creates(seats=100)
    world.publishes(animation_id)
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass
    return animation_id


@pytest.fixture
def three(world: World, app: Application, large_animation: UUID) -> None:
    """Letters to three people, the first of whom is p1."""
    for number in (1, 2, 3):
        who = {"first_name": "Zoé", "last_name": "Nom", "email": f"p{number}@example.org"}
        world.does(RegistrationSubmit(animation_id=large_animation, **who), PUBLIC)
        with app.pool.connection() as conn:
            while react(conn, with_mail=True):
                pass
