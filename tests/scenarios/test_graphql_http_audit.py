"""The server is judged by the audits of npm's graphql-http, which test what GraphQL-over-HTTP asks of one."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.scenarios.server import Server

PACKAGES = ("graphql-http@1.22.4", "graphql@16")
_SCRIPT = Path(__file__).with_name("graphql_http_audit.mjs")


@pytest.fixture
def installed(pytestconfig: pytest.Config) -> Path:
    """The folder in which the audits are installed, kept between runs."""
    if not shutil.which("npm"):
        pytest.skip("the audits need Node and npm")
    folder = pytestconfig.cache.mkdir("graphql-http-1.22.4")
    if not (folder / "node_modules" / "graphql-http").exists():
        npm = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), *PACKAGES]
        subprocess.run(npm, check=True, timeout=120)
    return folder


def test_all_that_the_specification_demands_is_done(installed: Path, server: Server):
    run = subprocess.run(
        ["node", str(_SCRIPT), f"{server.address}/graphql"],
        cwd=installed,
        check=True,
        capture_output=True,
        timeout=60,
    )
    audits: list[dict[str, Any]] = json.loads(run.stdout)
    assert len(audits) > 50
    demanded = [audit for audit in audits if audit["name"].startswith("MUST ")]
    assert demanded
    not_done = {audit["name"]: audit["reason"] for audit in audits if audit["status"] != "ok"}
    assert not_done == {}
