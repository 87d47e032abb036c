"""The server is judged by the audits of npm's graphql-http, which test what GraphQL-over-HTTP asks of one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.clients.stage import Beginning, project, run


def test_all_that_the_specification_demands_is_done(packages: Path, beginning: Beginning, tmp_path: Path):
    folder = project(tmp_path, packages, "graphql_http_audit.mjs")
    audits = json.loads(run(["node", "graphql_http_audit.mjs", f"{beginning.address}/graphql"], folder))
    assert len(audits) > 50
    assert [audit for audit in audits if audit["name"].startswith("MUST ")]
    not_done = {audit["name"]: audit["reason"] for audit in audits if audit["status"] != "ok"}
    assert not_done == {}
