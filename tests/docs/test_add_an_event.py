"""The guide to adding an event names files that are there, and what a publication has in each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/contributing/add-an-event.md").read_text()
ROWS = re.findall(r"^\| `([^`]+)` \| .* \| `(\w+)` \|$", GUIDE, re.MULTILINE)


def test_twelve_files_are_written_by_hand():
    assert len([path for path, _ in ROWS if path != "graphql/schema.graphql"]) == 12


@pytest.mark.parametrize(("path", "word"), ROWS)
def test_a_publication_stands_in_each_of_them(path: str, word: str):
    assert re.search(rf"\b{word}", (ROOT / path).read_text())
