"""An animation to register for."""

from __future__ import annotations

import pytest

from tests.scenarios.registrations.registering import published
from tests.support.people import People


@pytest.fixture
def animation(people: People) -> str:
    """Published, with two seats."""
    people.sign()
    return published(people, seats=2)
