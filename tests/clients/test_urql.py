"""urql, with all its defaults, lives the story."""

from __future__ import annotations

from pathlib import Path

from tests.clients.stage import Beginning, diary, expected, project


def test_it_lives_the_story(packages: Path, beginning: Beginning, tmp_path: Path):
    folder = project(tmp_path, packages, "urql.mjs")
    assert diary(["node", "urql.mjs"], folder, beginning) == expected()
