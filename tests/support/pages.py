"""Pages of documentation taken apart, and the answers that they show compared with real ones."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

_BLOCK = re.compile(r"^ *```([\w:]*)[^\n]*\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_STEP = re.compile(r"^\*\*(\d+)\. As (\w+)\*\*(.*?)```graphql\n(.*?)```\n+```json\n(.*?)```", re.DOTALL | re.MULTILINE)
_OPERATION = re.compile(r"\]\(\.\./(graphql/operations/[^)]+)\)")
_PLACEHOLDER = re.compile(r"[A-Z]+_ID")


@dataclass(frozen=True)
class Page:
    """A Markdown file, by its path from the root of the repository."""

    name: str

    @property
    def path(self) -> Path:
        return ROOT / self.name

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _BLOCK.sub("", self.text)

    def blocks(self, language: str) -> list[str]:
        """Return the fenced blocks in a language; `""` for those without any."""
        return [content for name, content in _BLOCK.findall(self.text) if name == language]

    def code(self) -> list[str]:
        """Return all that stands in backticks within the text."""
        return re.findall(r"`([^`\n]+)`", self.prose)

    def headings(self) -> list[str]:
        return re.findall(r"^#+ (.*)$", self.prose, re.MULTILINE)

    def section(self, title: str) -> str:
        """Return what stands under a heading of the second level."""
        (content,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", self.text, re.DOTALL | re.MULTILINE)
        return str(content)

    def table(self, title: str | None = None) -> list[list[str]]:
        """Return the rows of the only table under a heading, or of the page's only one, without its head."""
        lines = [line for line in (self.section(title) if title else self.text).splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


TUTORIAL = Page("docs/tutorial.md")

#: All that people wrote. docs/graphql.md is built from the schema, and has tests of its own.
PAGES = [
    Page(path.relative_to(ROOT).as_posix())
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "bench" / "README.md"])
    if path != ROOT / "docs" / "graphql.md"
]


@dataclass(frozen=True)
class Step:
    """A step of the tutorial: who sends what, the answer shown, and the document of graphql/operations linked."""

    who: str
    document: str
    answer: Any
    operation: Path | None


def steps() -> dict[int, Step]:
    """Return the tutorial's steps by number."""
    by_number = {}
    for number, who, words, document, answer in _STEP.findall(TUTORIAL.text):
        named = _OPERATION.search(words)
        by_number[int(number)] = Step(who, document, json.loads(answer), ROOT / named[1] if named else None)
    return by_number


def check_shown(shown: Any, real: Any, ids: dict[str, str], where: str = "") -> None:
    """Raise AssertionError unless the real answer is the one shown.

    A word like ANIMATION_ID stands for an id, the same wherever it stands (`ids`, which is added to); `"…"` at the end
    of a list for any more; positions and times of recording are of the day.
    """
    if isinstance(shown, dict):
        assert isinstance(real, dict), where
        assert list(shown) == list(real), where
        for name in shown:
            check_shown(shown[name], real[name], ids, f"{where}.{name}")
    elif isinstance(shown, list):
        assert isinstance(real, list), where
        listed = shown[:-1] if shown[-1:] == ["…"] else shown
        assert len(real) > len(listed) if listed != shown else len(real) == len(listed), (where, real)
        for index, each in enumerate(listed):
            check_shown(each, real[index], ids, f"{where}[{index}]")
    elif isinstance(shown, str) and _PLACEHOLDER.fullmatch(shown):
        assert real == ids.setdefault(shown, real), where
    elif where.endswith(".position"):
        assert type(shown) is type(real) is int, where
    elif where.endswith(".recordedAt"):
        assert None not in (datetime.fromisoformat(shown).tzinfo, datetime.fromisoformat(real).tzinfo), where
    else:
        assert shown == real, (where, shown, real)


def shape(answer: Any) -> Any:
    """Return an answer's names and kinds of values, without the values."""
    if isinstance(answer, dict):
        return {name: shape(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [shape(answer[0])] if answer else []
    return type(answer).__name__
