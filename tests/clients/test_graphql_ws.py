"""graphql-ws lives the story: all but files over WebSocket."""

from __future__ import annotations

from pathlib import Path

from tests.clients.stage import Beginning, diary, expected, project


def test_it_lives_the_story(packages: Path, beginning: Beginning, tmp_path: Path):
    folder = project(tmp_path, packages, "graphql_ws.mjs")
    assert diary(["node", "graphql_ws.mjs"], folder, beginning) == expected()
