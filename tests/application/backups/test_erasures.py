"""A person who was erased after a backup stays erased when that backup is restored."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from application.application import open_application
from application.backups.erasures import keep_erasures, read_erasures
from application.backups.settling import repeat_erasures
from application.candidatures import CandidatureSubmit
from application.hosting.database import temporary_database
from application.proof.restorations import skip_positions
from domain.kernel.actors import PUBLIC, SYSTEM
from domain.kernel.schools import Degree
from eventstore.log import head
from tests.support.world import EVENT_KEYS, MASTER_KEY, UAI, World


def _submit(world: World, email: str) -> Any:
    candidate = {"first_name": "Ada", "last_name": "Orsini", "email": email, "motivation": "Aider."}
    command = CandidatureSubmit(territory="971", school_uai=UAI, degree=Degree.SECOND, **candidate)
    return world.does(command, PUBLIC).subject_id


def test_who_was_erased_since_stays_erased(server_url: str, fresh_url: str, worker_id: str, tmp_path: Path):
    kept = tmp_path / "keys" / "erasures.jsonl"
    with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as app:
        world = World(app)
        erased, other = _submit(world, "ada@example.org"), _submit(world, "bea@example.org")
    name = fresh_url.partition("?")[0].rpartition("/")[2]
    with temporary_database(server_url, f"older_{worker_id}", name) as older_url:
        with open_application(fresh_url, MASTER_KEY, EVENT_KEYS) as app, app.pool.connection() as conn:
            app.erase_person("ada@example.org", SYSTEM, world.now)
            assert (keep_erasures(kept, conn), keep_erasures(kept, conn)) == (1, 0)
        with open_application(older_url, MASTER_KEY, EVENT_KEYS) as app, app.pool.connection() as conn:
            assert "Orsini" in str(app.export_person(str(erased)))
            beyond = skip_positions(conn, 500)
            assert repeat_erasures(app, read_erasures(kept), world.now)[0] == 1
            assert "Orsini" not in str(app.export_person(str(erased)))
            assert "Orsini" in str(app.export_person(str(other)))
            # It is recorded, beyond every position that was given before; and done once.
            assert head(conn) > beyond > 500
            assert repeat_erasures(app, read_erasures(kept), world.now)[0] == 0
            # Whoever was erased may come back, as somebody new.
            assert "Orsini" in str(app.export_person(str(_submit(World(app), "ada@example.org"))))


def test_a_list_that_is_none_is_refused_by_its_line(tmp_path: Path):
    (tmp_path / "list").write_text('{"key_id": "nothing"}\n')
    with pytest.raises(ValueError, match="line 1: no destroyed key"):
        read_erasures(tmp_path / "list")
