"""TypeScript at its strictest lives the story, by documents that @graphql-codegen typed beside those we publish."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.clients.stage import SCHEMA, Beginning, diary, expected, project, run
from tests.support.server import OPERATIONS


def test_it_lives_the_story(packages: Path, beginning: Beginning, tmp_path: Path):
    folder = project(tmp_path, packages, "typed")
    shutil.copy(SCHEMA, folder)
    shutil.copytree(OPERATIONS, folder / "operations")
    run(["node_modules/.bin/graphql-codegen", "--config", "typed/codegen.json"], folder)
    run(["node_modules/.bin/tsc", "--project", "typed"], folder)
    assert diary(["node", "typed/compiled/story.js"], folder, beginning) == expected()
