"""The server is judged by the audits of npm's graphql-http, which test what GraphQL-over-HTTP asks of one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.network.npm import installed
from tests.support.server import Server

PACKAGES = ("graphql-http@1.22.4", "graphql@16.15.0")
_SCRIPT = Path(__file__).with_name("graphql_http_audit.mjs")


@pytest.fixture
def folder() -> Path:
    """Where the audits are installed."""
    return installed("graphql-http-1.22.4", *PACKAGES)


def test_all_that_the_specification_demands_is_done(folder: Path, server: Server):
    run = subprocess.run(
        ["node", str(_SCRIPT), f"{server.address}/graphql"],
        cwd=folder,
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
