"""docs/decisions have one form, and an index that names all of them."""

from __future__ import annotations

import re

import pytest

from tests.support.pages import PAGES, Page

INDEX = Page("docs/decisions/README.md")
DECISIONS = [page for page in PAGES if re.fullmatch(r"docs/decisions/\d{4}-[a-z0-9-]+\.md", page.name)]


def test_they_are_numbered_without_a_gap_and_indexed():
    names = [page.path.name for page in DECISIONS]
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert re.findall(r"\]\((\d{4}-[^)]+)\)", INDEX.text) == names


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.path.stem)
def test_each_has_context_decision_consequences_and_figures(page: Page):
    title, *parts = page.headings()
    assert title.startswith(f"{page.path.name[:4]}. ")
    assert parts == ["Context", "Decision", "Consequences", "Figures"]
    assert all(page.section(part).strip() for part in parts)
    assert f"[{page.path.name[:4]}]({page.path.name}) | {title[6:]} |" in INDEX.text
