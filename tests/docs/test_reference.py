"""docs/reference agrees with the code: `make reference` would write what is there."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import platformdirs

from application.hosting import settings
from application.hosting.database import OLDEST_VERSION
from application.hosting.settings import load_settings
from tests.support.pages import ROOT, Page


def test_the_page_of_commands_is_what_the_code_says():
    written = subprocess.run(
        [sys.executable, "-m", "typer", "cli.main", "utils", "docs", "--name", "parentalite"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    assert Page("docs/reference/cli.md").text.strip() == written.strip(), "write it anew with: make reference"


class RecordingEnvironment(dict[str, str]):
    """An environment that remembers which variables were read."""

    def __init__(self, *values: Any) -> None:
        super().__init__(*values)
        self.names: set[str] = set()

    def get(self, name: str, default: Any = None) -> Any:
        self.names.add(name)
        return super().get(name, default)


def test_the_page_of_settings_has_all_that_are_read_with_their_defaults(tmp_path):
    table = Page("docs/reference/configuration.md").table()
    rows = {name.strip("`"): (default, meaning) for name, default, meaning in table}
    environ = RecordingEnvironment({"PARENTALITE_HOME": str(tmp_path)})
    loaded = load_settings(environ)
    assert set(rows) == {name for name in environ.names if not name.endswith("_FILE")}

    assert rows["DATABASE_URL"][0] == "the embedded PostgreSQL"
    assert loaded.embedded
    assert rows["PARENTALITE_HOME"][0] == "`parentalite` in the user's data"
    assert platformdirs.user_data_path("parentalite").name == "parentalite"
    for name, file in (
        ("PARENTALITE_TOKEN_SECRET", "token-secret"),
        ("PARENTALITE_MASTER_KEY", "master-key"),
        ("PARENTALITE_CHECKPOINT_KEY", "checkpoint-key"),
    ):
        assert rows[name][0] == "embedded: made, kept in `keys`"
        assert (tmp_path / "keys" / file).exists()
    assert rows["PARENTALITE_CHECKPOINT_SECONDS"][0] == f"`{loaded.checkpoint_seconds:g}`"
    assert rows["PARENTALITE_WAIT_SECONDS"][0] == f"`{loaded.wait_seconds:g}`"
    assert rows["PARENTALITE_LOG_LEVEL"][0] == f"`{loaded.log_level}`"

    assert f"{OLDEST_VERSION}+" in rows["DATABASE_URL"][1]
    assert f"{settings.SHORTEST_TOKEN_SECRET} characters or more" in rows["PARENTALITE_TOKEN_SECRET"][1]
    assert f"base64 of {settings.MASTER_KEY_BYTES} bytes" in rows["PARENTALITE_MASTER_KEY"][1]
    assert f"1 to {settings.LONGEST_CHECKPOINT_SECONDS:.0f}" in rows["PARENTALITE_CHECKPOINT_SECONDS"][1]
    assert f"0 to {settings.LONGEST_WAIT_SECONDS:g} seconds" in rows["PARENTALITE_WAIT_SECONDS"][1]
    assert tuple(re.findall(r"`(\w+)`", rows["PARENTALITE_LOG_LEVEL"][1])) == settings.LOG_LEVELS
