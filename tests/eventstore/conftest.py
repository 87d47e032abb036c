"""The log as users of the library eventsourcing open it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from uuid import UUID

import pytest
from eventsourcing.application import Application

from tests.support.world import EVENT_KEYS, MASTER_KEY


@pytest.fixture
def env(fresh_url: str) -> dict[str, str]:
    return {
        "PERSISTENCE_MODULE": "eventstore.persistence",
        "DATABASE_URL": fresh_url,
        "PARENTALITE_MASTER_KEY": b64encode(MASTER_KEY).decode(),
        "PARENTALITE_EVENT_KEY": b64encode(EVENT_KEYS.current).decode(),
    }


@pytest.fixture
def library(env: dict[str, str]) -> Iterator[Application[UUID]]:
    with Application[UUID](env) as opened:
        yield opened
