"""Packages of PyPI that cannot stand beside our own: each set in an environment of its own, made once on a machine."""

from __future__ import annotations

import subprocess
import venv
from pathlib import Path

import fasteners  # type: ignore[import-untyped]
import platformdirs
import pytest


def installed(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with these packages. Skips the test, saying why, without a registry."""
    folder = platformdirs.user_cache_path("parentalite-tests") / name
    folder.mkdir(parents=True, exist_ok=True)
    programs = folder / "environment" / "bin"
    with fasteners.InterProcessLock(folder / "lock"):
        if not (folder / "installed").exists():
            venv.create(folder / "environment", with_pip=True, clear=True)
            install = [
                str(programs / "python"),
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                *packages,
            ]
            done = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                # No registry within reach says nothing about us.
                pytest.skip(f"pip could not install {', '.join(packages)}: {done.stderr.strip()[-300:]}")
            (folder / "installed").touch()
    return programs
