"""What is deployed is what was tested, file by file."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)==([^ \\;]+)")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(text: str) -> dict[str, str]:
    return {normal(match[1]): match[2] for line in text.splitlines() if (match := PINNED.match(line))}


REQUIREMENTS = (ROOT / "requirements.txt").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SHIPPED = ("domain", "eventstore", "application", "projections", "web", "graphql/api", "cli", "demo")
#: Not imported by us: loaded by uvicorn, FastAPI, zoneinfo, pytest, by their command, or by mypy.
USED_BY_OTHERS = {
    "uvloop",
    "python-multipart",
    "tzdata",
    "pytest-rerunfailures",
    "pytest-xdist",
    "import-linter",
    "mypy",
    "ruff",
    "types-cachetools",
}
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


def declared(*extras: str) -> set[str]:
    lines = [*PROJECT["dependencies"], *(line for extra in extras for line in PROJECT["optional-dependencies"][extra])]
    return {normal(re.split(r"[\[<>=!~; ]", line)[0]) for line in lines}


def distributions_imported(*folders: str) -> set[str]:
    """Return what the modules of `folders` import, but for the standard library and our own packages."""
    distributions = packages_distributions()
    ours = {Path(folder).name for folder in (*SHIPPED, "bench", "drill", "tests")}
    paths = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    modules = {name for path in paths for name in imported(path)} - sys.stdlib_module_names - ours
    return {normal(name) for module in modules for name in distributions.get(module, [module])}


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("folders", "extras"), [(SHIPPED, ("embedded",)), (("bench", "drill", "tests"), ("embedded", "dev"))]
)
def test_what_is_imported_is_declared(folders: tuple[str, ...], extras: tuple[str, ...]):
    # The client that a test generates, and that which it runs in an environment of its own.
    assert distributions_imported(*folders) - declared(*extras) - {"parentalite-client", "gql"} == set()


def test_what_is_declared_is_imported():
    everything = distributions_imported(*SHIPPED, "bench", "drill", "tests")
    assert declared("embedded", "dev") - everything == USED_BY_OTHERS
