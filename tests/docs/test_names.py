"""All that a page names exists: links, headings, paths, commands with their options, make targets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup

from api.publishing.documentation import slug
from cli.main import app as command_line
from tests.support.pages import PAGES, ROOT, Page

#: Written by `make docs`; a member of the auditor's bundle.
ELSEWHERE = {
    "docs/graphql.md",
    "files/SHA256",
    "keys/signer-memory.json",
    "keys/event-key",
    "keys/event-start",
    "files/",
}
ELSEWHERE |= {"files/", "cosignature/v1"} | {
    f"keys/{name}" for name in ("signer-memory.json", "event-key", "event-start")
}
LONGEST_README = 150


def test_readme_is_short():
    assert len(Page("README.md").text.splitlines()) <= LONGEST_README


def _dead_links(page: Page) -> Iterator[str]:
    for link in re.findall(r"\]\(([^)\s]+)\)", page.prose):
        name, _, heading = link.partition("#")
        if link.startswith("https://"):
            continue
        target = page.path.parent / name if name else page.path
        if not target.exists() or (
            heading and heading not in [slug(each) for each in Page(str(target.resolve().relative_to(ROOT))).headings()]
        ):
            yield f"no file or heading: {link}"


def _missing_paths(page: Page) -> list[str]:
    paths = {span for span in page.code() if re.fullmatch(r"[\w.]+/[\w./-]*", span)}
    return [f"no path: {path}" for path in sorted(paths - ELSEWHERE) if not (ROOT / path).exists()]


def _other_machines(page: Page) -> list[str]:
    """Return what leads to a machine that readers do not have."""
    folders = re.findall(r"(?<![\w.~])/(?:home|root|work|tmp|usr|var)\b", page.text)
    hosts = set(re.findall(r"http://[\w.:-]+", page.text)) - {"http://127.0.0.1:8000"}
    return [f"on another machine: {place}" for place in (*folders, *sorted(hosts))]


def test_every_page_can_be_reached_from_readme():
    reached, ahead = set(), ["README.md"]
    while ahead:
        page = Page(ahead.pop())
        reached.add(page.name)
        links = re.findall(r"\]\(([^)\s#]+\.md)[^)]*\)", page.prose)
        paths = [(page.path.parent / link).resolve() for link in links if not link.startswith("https://")]
        ahead += [name for path in paths if (name := path.relative_to(ROOT).as_posix()) not in reached]
    assert [page.name for page in PAGES if page.name not in reached] == []


def test_an_event_that_shows_in_the_listing_touches_at_most_twelve_files():
    rows = Page("docs/contributing/add-an-event.md").table("Files")
    paths = [path for row in rows if (path := row[0].strip("`")) != "graphql/schema.graphql"]
    assert len(set(paths)) == len(paths) <= 12
    assert [path for path in paths if not (ROOT / path).exists()] == []


def _spans(page: Page, command: str) -> list[list[str]]:
    """Return the words after a command, in every block of shell and every span of code that begins with it."""
    lines = [line.partition("#")[0] for block in page.blocks("sh") for line in block.splitlines()]
    return [span.split()[1:] for span in [*lines, *page.code()] if span.startswith(f"{command} ")]


def _options(command: Any) -> set[str]:
    return {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts} | {"--help"}


def _commands() -> dict[str, set[str]]:
    """Return the options of every command, by the words it is called with."""
    top = typer.main.get_command(command_line)
    assert isinstance(top, TyperGroup)
    options = {}
    for name, command in top.commands.items():
        options[name] = _options(command)
        if isinstance(command, TyperGroup):
            options |= {f"{name} {each}": _options(below) for each, below in command.commands.items()}
    return options


def _unknown_commands(page: Page) -> Iterator[str]:
    commands = _commands()
    for words in _spans(page, "parentalite"):
        name = next((n for n in (" ".join(words[:2]), words[0]) if n in commands), None)
        if name is None:
            yield f"no command: parentalite {' '.join(words)}"
        elif unknown := {word for word in words if word.startswith("-")} - commands[name]:
            yield f"no option of parentalite {name}: {' '.join(sorted(unknown))}"


def _unknown_targets(page: Page) -> list[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets, variables = (set(re.findall(form, makefile, re.MULTILINE)) for form in (r"^([a-z-]+):", r"^([A-Z]+) \?="))
    words = [word for span in _spans(page, "make") for word in span]
    unknown = {word for word in words if "=" not in word} - targets
    unknown |= {word for word in words if "=" in word and word.partition("=")[0] not in variables}
    return [f"no target or variable of make: {word}" for word in sorted(unknown)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_all_that_a_page_names_exists(page: Page):
    wrong = [*_dead_links(page), *_other_machines(page), *_unknown_commands(page)]
    if page.name != "CHANGELOG.md":  # It names what is gone.
        wrong += [*_missing_paths(page), *_unknown_targets(page)]
    assert not wrong, "\n".join(wrong)


def test_readme_begins_with_the_two_commands():
    assert _spans(Page("README.md"), "make")[:2] == [["demo"], ["test"]]
