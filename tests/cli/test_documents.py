"""`parentalite documents`: a list that the server then accepts, and refusals that name the file."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pytest

from application.hosting.setting_values import documents_in
from tests.cli.conftest import error_line

OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"


def test_the_documents_of_a_folder_are_listed_by_their_hash(run, tmp_path):
    result = run("documents", str(OPERATIONS))
    assert result.exit_code == 0, result.output
    documents = json.loads(result.stdout)
    assert len(documents) == len(list(OPERATIONS.glob("*.graphql")))
    listing = (OPERATIONS / "04-search-the-listing.graphql").read_text()
    assert documents[sha256(listing.encode()).hexdigest()] == listing
    listed = tmp_path / "trusted.json"
    listed.write_text(result.stdout)
    assert documents_in(str(listed)) == documents


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("query {\n  positon\n}", "line 2: Cannot query field 'positon'"),
        ("query {", "Syntax Error"),
        (b"\xff", "no UTF-8"),
    ],
)
def test_a_document_that_would_not_be_answered_is_refused_by_its_file(run, tmp_path, document, words):
    file = tmp_path / "wrong.graphql"
    file.write_bytes(document if isinstance(document, bytes) else document.encode())
    line = error_line(run("documents", str(file)))
    assert str(file) in line
    assert words in line


def test_what_is_not_there_is_refused_by_its_name(run, tmp_path):
    assert "there is no .graphql file in it" in error_line(run("documents", str(tmp_path)))
    assert "cannot be read" in error_line(run("documents", str(tmp_path / "nowhere.graphql")))
