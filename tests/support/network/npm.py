"""Packages of npm that tests run with Node: installed once for all runs on this machine."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.support.network.registries import installed_once

_NPM = ("npm", "--no-audit", "--no-fund", "--fetch-retries=1", "--fetch-timeout=60000")


def installed(name: str, *packages: str) -> Path:
    """A folder whose `node_modules` hold these packages. Skips the test, saying why, where they cannot be had."""
    _need_node()
    with installed_once(name) as (folder, ready, install):
        if not ready:
            (folder / "package.json").write_text('{"private": true, "type": "module"}')
            install([*_NPM, "install", "--save-exact", *packages])
    return folder


def installed_from(project: Path) -> Path:
    """A folder whose `node_modules` hold what the project's lock file names, down to the digests. Skips as above."""
    _need_node()
    lock = project / "package-lock.json"
    with installed_once(f"{project.name}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:16]}") as (
        folder,
        ready,
        install,
    ):
        if not ready:
            shutil.copy(project / "package.json", folder)
            shutil.copy(lock, folder)
            install([*_NPM, "ci"])
    return folder


def _need_node() -> None:
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node and npm are not installed")
