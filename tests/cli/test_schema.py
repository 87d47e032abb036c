"""`parentalite schema`: what is published says what the code does, and what would break clients is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.schema import PUBLISHED, Form
from tests.cli.conftest import error_line

BASELINE = PUBLISHED[Form.BARE].read_text()


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return tmp_path / "before.graphql"


@pytest.mark.parametrize("form", Form)
def test_what_is_published_is_what_the_code_says(run, form: Form):
    result = run("schema", "--as", form.value)
    assert result.exit_code == 0
    assert result.stdout == PUBLISHED[form].read_text()
    assert run("schema", "--as", form.value, "--check").exit_code == 0


@pytest.mark.parametrize("form", Form)
def test_what_differs_from_the_code_is_shown_and_refused(run, before: Path, form: Form):
    before.write_text(PUBLISHED[form].read_text() + "\n# Added by hand.\n")
    result = run("schema", "--as", form.value, "--check", "--published", str(before))
    assert "make schema" in error_line(result)
    assert "-# Added by hand." in result.stderr.splitlines()


def test_a_schema_of_before_is_kept_until_a_break_is_accepted(run, before: Path):
    before.write_text(BASELINE.replace("type Mutation {", "type Mutation {\n  gone: Int!"))
    result = run("schema", "--as", "bare", "--check", "--published", str(before))
    assert result.exit_code == 1
    assert "breaking change: Field Mutation.gone was removed." in result.stderr.splitlines()
    assert "make accept-schema" in error_line(result)


@pytest.mark.parametrize(
    ("now", "then", "named"),
    [
        ("type Query {", "type Query {\n  gone: Int", "Field Query.gone was removed."),
        ("animation(at: At = null, id: ID!)", "animation(at: At = null)", "A required argument Query.animation(id:)"),
        ("enum Degree {", "enum Degree {\n  THIRD", "Enum value Degree.THIRD was removed."),
        ("input AnimationCancelInput {", "input AnimationCancelInput {\n  gone: Int", "AnimationCancelInput.gone"),
        ("first: Int = null", "first: Int = 10", "has changed defaultValue"),
    ],
    ids=[
        "a field is removed",
        "an argument is required",
        "a value is removed",
        "an input field is removed",
        "a default",
    ],
)
def test_what_would_break_clients_is_named(run, before: Path, now: str, then: str, named: str):
    assert now in BASELINE
    before.write_text(BASELINE.replace(now, then))
    result = run("schema", "--breaking-since", str(before))
    broken = [line for line in result.stderr.splitlines() if line.startswith("breaking change: ")]
    assert named in broken[0]
    assert "make accept-schema" in error_line(result)


@pytest.mark.parametrize("added", ["  viewer: Viewer!\n", "  SECOND\n"], ids=["a field", "a value"])
def test_an_addition_passes(run, before: Path, added: str):
    assert added in BASELINE
    before.write_text(BASELINE.replace(added, ""))
    result = run("schema", "--breaking-since", str(before))
    assert result.exit_code == 0
    assert "breaking change" not in result.stderr


def test_an_addition_that_a_client_may_not_expect_is_told_to_be_known(run, before: Path):
    before.write_text(BASELINE.replace("  SECOND\n", ""))
    result = run("schema", "--breaking-since", str(before))
    assert result.stderr.splitlines() == ["for clients to know: Enum value Degree.SECOND was added."]


def test_a_file_that_is_not_there_or_holds_no_schema_is_told(run, before: Path):
    assert "cannot be read" in error_line(run("schema", "--check", "--published", str(before)))
    assert run("schema", "--breaking-since", str(before)).exit_code == 2
    for content in (b"type {", b"type Query { a: Nothing }", b"\xff", b""):
        before.write_bytes(content)
        assert str(before) in error_line(run("schema", "--breaking-since", str(before)))
