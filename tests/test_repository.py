"""What a repository tells of itself agrees with itself: versions, licence, typed packages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_change_log_begins_with_the_version_of_the_package():
    versions = re.findall(r"^## \[(\d+\.\d+\.\d+)\] - \d{4}-\d\d-\d\d$", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == PROJECT["version"]
    assert versions == sorted(versions, key=lambda version: [int(part) for part in version.split(".")], reverse=True)


def test_publiccode_names_the_same_version_licence_and_address():
    publiccode = text("publiccode.yml")
    assert f'softwareVersion: "{PROJECT["version"]}"' in publiccode
    assert f"license: {PROJECT['license']}" in publiccode
    assert f'url: "{PROJECT["urls"]["Repository"]}.git"' in publiccode


def test_publiccode_describes_within_the_standards_bounds():
    publiccode = text("publiccode.yml")
    short = re.findall(r"shortDescription: (.*)", publiccode)
    long = re.findall(r"longDescription: \|\n((?: {6}.*\n)+)", publiccode)
    assert len(short) == len(long) == 2
    assert all(len(each) <= 150 for each in short)
    assert all(150 <= len(each) <= 10_000 for each in long)


def test_the_licence_is_the_whole_text():
    licence = text("LICENSE")
    assert licence.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert [article for article in range(1, 16) if f"\n{article}." not in licence] == []
    assert "Appendix" in licence


@pytest.mark.parametrize("package", PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"])
def test_every_package_says_that_it_is_typed(package: str):
    assert (ROOT / package / "py.typed").is_file()
