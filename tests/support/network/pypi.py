"""Packages of PyPI that cannot stand beside our own: each set in an environment of its own, made once on a machine."""

from __future__ import annotations

import venv
from pathlib import Path

from tests.support.network.registries import installed_once

_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "2", "--timeout", "30")


def installed(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with these packages. Skips the test, saying why, without a registry."""
    with installed_once(name) as (folder, ready, install):
        programs = folder / "environment" / "bin"
        if not ready:
            venv.create(folder / "environment", with_pip=True, clear=True)
            install([str(programs / "python"), *_PIP, *packages])
    return programs
