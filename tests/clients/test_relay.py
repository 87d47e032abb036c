"""Relay lives the story: its compiler takes the schema and the documents, its runtime what was compiled."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.clients.stage import SCHEMA, Beginning, diary, expected, project, run


def test_it_lives_the_story(packages: Path, beginning: Beginning, tmp_path: Path):
    folder = project(tmp_path, packages, "relay.mjs", "relay")
    shutil.copy(SCHEMA, folder)
    (folder / "relay" / "artifacts").mkdir()
    run(["node_modules/.bin/relay-compiler", "relay/relay.config.json"], folder)
    assert diary(["node", "relay.mjs"], folder, beginning) == expected()
