"""Packages of npm that tests run with Node: installed once for all runs on this machine."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import fasteners  # type: ignore[import-untyped]
import platformdirs
import pytest


def installed(name: str, *packages: str) -> Path:
    """A folder whose `node_modules` hold these packages. Skips the test, saying why, where they cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("Node and npm are not installed")
    folder = platformdirs.user_cache_path("parentalite-tests") / name
    folder.mkdir(parents=True, exist_ok=True)
    with fasteners.InterProcessLock(folder / "lock"):
        if not (folder / "installed").exists():
            (folder / "package.json").write_text('{"private": true, "type": "module"}')
            install = ["npm", "install", "--no-audit", "--no-fund", "--save-exact", *packages]
            done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
            if done.returncode:
                # No registry within reach says nothing about us.
                pytest.skip(f"npm could not install {', '.join(packages)}: {done.stderr.strip()[-300:]}")
            (folder / "installed").touch()
    return folder
