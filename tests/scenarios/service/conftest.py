"""Claims of a structure."""

from __future__ import annotations

import pytest

from tests.scenarios.service.dossiers_story import Claims
from tests.support.people import People


@pytest.fixture
def claims(people: People) -> Claims:
    return Claims(people)
