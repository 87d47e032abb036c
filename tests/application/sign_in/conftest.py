"""An issuer of the test's own, and who reads its tokens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.sign_in.door import Door, door_of
from tests.support.sign_in.issuing import FakeIssuer, fake_issuer


@pytest.fixture
def issuer() -> Iterator[FakeIssuer]:
    with fake_issuer() as running:
        yield running


@pytest.fixture
def door(issuer: FakeIssuer) -> Door:
    return door_of(issuer)
