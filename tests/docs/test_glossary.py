"""The code cites sections of the glossary by name: each of them exists."""

from __future__ import annotations

import re

import pytest

from tests.support.pages import ROOT, Page

LAYERS = ("domain", "eventstore", "application", "projections", "graphql", "web", "cli", "demo")
_CITATION = re.compile(r'\(docs/glossary\.md,\s+"([^"]+?)(…?)"')
SECTIONS = Page("docs/glossary.md").headings()


def _cited() -> set[tuple[str, str]]:
    modules = [path for layer in LAYERS for path in (ROOT / layer).rglob("*.py")]
    return {citation for path in modules for citation in _CITATION.findall(path.read_text(encoding="utf-8"))}


@pytest.mark.parametrize(("name", "shortened"), sorted(_cited()))
def test_a_section_that_the_code_cites_exists(name: str, shortened: str):
    assert any(heading.startswith(name) if shortened else heading == name for heading in SECTIONS)
