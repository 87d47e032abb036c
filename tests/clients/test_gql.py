"""Python's gql lives the story, with the schema that it fetches by introspection."""

from __future__ import annotations

from pathlib import Path

from tests.clients.stage import Beginning, diary, expected, story
from tests.support.network.pypi import installed

PACKAGES = "gql[aiohttp,websockets]==4.4.0"


def test_it_lives_the_story(beginning: Beginning, tmp_path: Path):
    python = str(installed("gql-4.4.0", PACKAGES) / "python")
    folder = story(tmp_path, "gql_story.py")
    assert diary([python, "gql_story.py"], folder, beginning) == expected()
