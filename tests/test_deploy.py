"""What is offered for a deployment is well-formed, and names what the program knows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from application.hosting.settings import SECRETS, VARIABLES
from drill.processes import configuration

DEPLOY = Path(__file__).parents[1] / "deploy"
KNOWN = {*VARIABLES, *(f"{name}_FILE" for name in SECRETS)}


def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing (apt install systemd)")
    program = str(Path(sys.executable).with_name("parentalite"))
    for unit in (DEPLOY / "systemd").iterdir():
        # A program that is not installed is the one thing that may be wrong here.
        (tmp_path / unit.name).write_text(unit.read_text().replace("/opt/parentalite/bin/parentalite", program))
    shutil.copy(tmp_path / "parentalite-serve@.service", tmp_path / "parentalite-serve@8000.service")
    units = [str(path) for path in tmp_path.iterdir() if "@." not in path.name]
    outcome = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, timeout=60, check=False)
    assert (outcome.returncode, outcome.stderr) == (0, "")


@pytest.mark.parametrize(
    "path", [*(DEPLOY / "systemd").glob("*.service"), DEPLOY / "Containerfile"], ids=lambda p: p.name
)
def test_every_setting_that_is_set_exists(path: Path):
    names = set(re.findall(r"\b(DATABASE_URL\w*|PARENTALITE_\w+)=", path.read_text(encoding="utf-8")))
    assert names <= KNOWN
    assert names


@pytest.mark.parametrize("path", [*(DEPLOY / "cluster").iterdir()], ids=lambda p: p.name)
def test_a_configuration_has_only_places_that_envsubst_fills_in(path: Path, tmp_path: Path):
    places = dict.fromkeys(re.findall(r"\$(\w+)", path.read_text(encoding="utf-8")), "x")
    filled = configuration(path.name, tmp_path / path.name, **places).read_text(encoding="utf-8")
    assert "$" not in filled
    assert places


def test_the_archive_is_pruned_with_the_backups_and_read_by_their_group_alone():
    unit = (DEPLOY / "systemd" / "parentalite-backup.service").read_text(encoding="utf-8")
    (archive,) = re.findall(r"backup prune .*--wal (\S+)", unit)
    (writable, *_) = re.findall(r"^ReadWritePaths=(.*)$", unit, re.MULTILINE)
    assert archive in writable.split()
    assert "install -m 0640 %p" in (DEPLOY / "cluster" / "patroni.yml").read_text(encoding="utf-8")
