"""What is deployed is what was tested, file by file."""

from __future__ import annotations

import re
from importlib.metadata import requires
from pathlib import Path

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\;]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text: str) -> dict[str, str]:
    return {normal(match[1]): match[2] for line in text.splitlines() if (match := PINNED.match(line))}


REQUIREMENTS = (ROOT / "requirements.txt").read_text()
CONSTRAINTS = pinned((ROOT / "constraints.txt").read_text())


def test_what_is_deployed_has_the_versions_that_the_tests_ran_with():
    assert {name: version for name, version in pinned(REQUIREMENTS).items() if CONSTRAINTS.get(name) != version} == {}


def test_all_that_the_package_needs_is_deployed():
    needed = [line for line in requires("parentalite") or () if "extra ==" not in line and "win32" not in line]
    names = {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in needed}
    assert names - pinned(REQUIREMENTS).keys() == set()


def test_every_file_of_what_is_deployed_is_known_by_its_digest():
    blocks = re.split(r"\n(?=[A-Za-z0-9])", REQUIREMENTS)
    assert [block.split()[0] for block in blocks if PINNED.match(block) and "--hash=sha256:" not in block] == []


def test_nothing_names_where_packages_come_from():
    assert "://" not in REQUIREMENTS
    assert "--find-links" not in REQUIREMENTS
