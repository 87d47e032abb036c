"""`parentalite files check` names what the folder misses, holds changed, or holds without an event."""

from __future__ import annotations

import io
import json
from typing import Any

from application.files.expiry import FileExpire
from application.files.store import FileStore
from application.logos.commands import SetLogo
from cli.composition import settings_from_environment
from domain.kernel.actors import SYSTEM
from tests.support.papers.dossiers import png
from tests.support.world import STRUCTURE, STRUCTURE_ID, World


def _hand_in(world: World, store: FileStore, content: bytes) -> str:
    with store.draft(io.BytesIO(content)) as draft:
        world.does(
            SetLogo(
                structure_id=STRUCTURE_ID,
                media_type="image/png",
                size=draft.size,
                sha256=draft.sha256,
                draft=draft,
            ),
            STRUCTURE,
        )
        return draft.sha256


def test_files_are_compared_with_the_events_that_handed_them_in(run: Any, world: World):
    store = FileStore(settings_from_environment().files)
    whole, changed, missing, expired = (_hand_in(world, store, png() + bytes([shade])) for shade in range(4))
    world.does(FileExpire(sha256=expired), SYSTEM)
    store.remove(expired)
    assert "ok: 3 files" in run("files", "check").stdout
    with store.draft(io.BytesIO(b"of no event")) as draft:
        draft.keep()
    store.path(changed).write_bytes(b"other bytes")
    store.path(missing).unlink()
    result = run("files", "check", "--json")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert (report["named"], list(report["missing"])) == (3, [missing])
    assert (report["changed"], report["stray"]) == ([changed], [draft.sha256])
    listing = run("files", "check").stderr
    assert f"missing: {missing}" in listing
    assert whole not in listing
