"""Lay out a dossier's facts by any version of its layout."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from application.papers.dossier_layouts import layout_2
from application.papers.dossier_of_facts import pdf_of_facts

Facts = dict[str, Any]


def _first(facts: Facts, checkpoint: str) -> bytes:
    return layout_2.lay_out(facts, checkpoint, equal_sheets=False)


def _second(facts: Facts, checkpoint: str) -> bytes:
    return layout_2.lay_out(facts, checkpoint, equal_sheets=True)


def _third(facts: Facts, checkpoint: str) -> bytes:
    """Return the same words as the fourth, without what screen readers and archives need."""
    return pdf_of_facts(facts, checkpoint, accessible=False)


#: The last one is that of this version. Once it is released it is copied and kept as the others are, under its number.
LAYOUTS: Mapping[int, Callable[[Facts, str], bytes]] = {1: _first, 2: _second, 3: _third, 4: pdf_of_facts}
LATEST = max(LAYOUTS)
