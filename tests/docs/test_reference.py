"""docs/reference agrees with the code: `make reference` would write what is there."""

from __future__ import annotations

import subprocess
import sys

from application.hosting.database import OLDEST_VERSION
from application.hosting.settings import VARIABLES
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


def test_the_page_of_settings_is_what_the_code_says():
    page = Page("docs/reference/configuration.md").text
    script = ROOT / "docs" / "reference" / "write_configuration.py"
    written = subprocess.run([sys.executable, script], check=True, capture_output=True, text=True).stdout
    assert page.strip() == written.strip(), "write it anew with: make reference"
    assert [name for name in VARIABLES if f"| `{name}` |" not in page] == []
    assert f"PostgreSQL {OLDEST_VERSION} or later" in page


def test_the_page_of_events_is_what_the_code_says():
    script = ROOT / "docs" / "reference" / "write_events.py"
    written = subprocess.run([sys.executable, script], check=True, capture_output=True, text=True).stdout
    assert Page("docs/reference/events.md").text.strip() == written.strip(), "write it anew with: make reference"
    assert "<class" not in written
