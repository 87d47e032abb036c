"""The world of rights, which nothing here changes: both walks ask it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from application.files.store import FileStore
from application.notifications.reaction import structure
from tests.support.api.asking import Town
from tests.support.api.reading import Reader, opened_town, reading
from tests.support.api.rights_world import Everything, one_of_each, things
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import NATIONAL, World


@pytest.fixture(scope="session")
def everything(server_url: str, worker_id: str, founded_name: str, tmp_path_factory: Any) -> Iterator[Everything]:
    with _everything(server_url, f"api_walk_{worker_id}", founded_name, tmp_path_factory.mktemp("files")) as made:
        yield made


@contextmanager
def _everything(server_url: str, name: str, founded_name: str, folder: Path) -> Iterator[Everything]:
    with opened_town(server_url, name, founded_name) as town:
        world, files = World(town.app), FileStore(folder)
        ids = one_of_each(world, Claim(world, files))
        town.now = world.now
        with reading(town, files) as reader:
            yield complete(reader, ids)


def complete(reader: Reader, ids: dict[str, str]) -> Everything:
    """Return the world with an entry of the audit trail and a notification."""
    document = '{ auditTrail(where: {type: "animation.attested"}, first: 1) { nodes { id } } }'
    ids["entry"] = reader.asks(document, NATIONAL).data["auditTrail"]["nodes"][0]["id"]
    ids["notification"] = _notified(reader.town, ids)
    return Everything(reader, list(things(ids)), ids)


def _notified(town: Town, ids: dict[str, str]) -> str:
    """Notify the structure, as the reactor would, and return the notification's id."""
    with town.app.pool.connection() as conn:
        notified = conn.execute(
            "INSERT INTO notifications (position, recipient, kind, subject_id, message, happened_at, registrations,"
            " with_reason) VALUES (1, %s, 'animation.published', %s, 'Publiée.', now(), '{}', false)"
            " RETURNING notification_id",
            (structure(UUID(ids["structureId"])), ids["animationId"]),
        ).fetchone()
    assert notified is not None
    return f"notification:{notified[0]}"
