"""README.md taken apart: what its tests ask of it, and how an answer that it tells is compared with a real one."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")

_BLOCK = re.compile(r"^ *```(\w*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_STEP = re.compile(r"^\*\*(\d+)\. As (\w+)\*\*(.*?)```graphql\n(.*?)```\n+```json\n(.*?)```", re.DOTALL | re.MULTILINE)
_OPERATION = re.compile(r"\]\((graphql/operations/[^)]+)\)")
_PLACEHOLDER = re.compile(r"[A-Z]+_ID")


@dataclass(frozen=True)
class Step:
    """One step of the tour: who asks what, the answer told, and the document of graphql/operations named with it."""

    who: str
    document: str
    answer: Any
    operation: Path | None


def blocks(language: str) -> list[str]:
    """The fenced blocks in a language; `""` for those without any."""
    return [content for name, content in _BLOCK.findall(TEXT) if name == language]


def code() -> list[str]:
    """All that stands in backticks within the text."""
    return re.findall(r"`([^`\n]+)`", _BLOCK.sub("", TEXT))


def section(title: str) -> str:
    """What stands under a heading of the second level."""
    (content,) = re.findall(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.MULTILINE)
    return str(content)


def table(title: str) -> list[list[str]]:
    """The rows of the only table under a heading, without its head."""
    lines = [line for line in section(title).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[2:]]


def steps() -> dict[int, Step]:
    """The tour, by number."""
    found = {}
    for number, who, told, document, answer in _STEP.findall(TEXT):
        named = _OPERATION.search(told)
        found[int(number)] = Step(who, document, json.loads(answer), ROOT / named[1] if named else None)
    return found


def check_told(told: Any, real: Any, ids: dict[str, str], where: str = "") -> None:
    """Raises AssertionError unless the real answer is the one told.

    A word like ANIMATION_ID stands for an id, the same wherever it stands (`ids`, which is added to); `"…"` at the end
    of a list for any more; positions and times of recording are of the day.
    """
    if isinstance(told, dict):
        assert isinstance(real, dict), where
        assert list(told) == list(real), where
        for name in told:
            check_told(told[name], real[name], ids, f"{where}.{name}")
    elif isinstance(told, list):
        assert isinstance(real, list), where
        shown = told[:-1] if told[-1:] == ["…"] else told
        assert len(real) > len(shown) if shown != told else len(real) == len(shown), (where, real)
        for index, each in enumerate(shown):
            check_told(each, real[index], ids, f"{where}[{index}]")
    elif isinstance(told, str) and _PLACEHOLDER.fullmatch(told):
        assert real == ids.setdefault(told, real), where
    elif where.endswith(".position"):
        assert type(told) is type(real) is int, where
    elif where.endswith(".recordedAt"):
        assert None not in (datetime.fromisoformat(told).tzinfo, datetime.fromisoformat(real).tzinfo), where
    else:
        assert told == real, (where, told, real)


def shape(answer: Any) -> Any:
    """An answer's names and kinds of values, without the values."""
    if isinstance(answer, dict):
        return {name: shape(value) for name, value in answer.items()}
    if isinstance(answer, list):
        return [shape(answer[0])] if answer else []
    return type(answer).__name__
