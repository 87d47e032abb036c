"""`parentalite schema`: what is published says what the code does, and what would break clients is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.publishing.documentation import page
from api.publishing.sdl import bare_sdl
from api.schema import schema
from cli.schema import PUBLISHED, Form
from tests.cli.conftest import error_line

RELEASED = Path(__file__).parents[2] / "graphql" / "released"
BASELINE = bare_sdl(schema)


@pytest.fixture
def before(tmp_path: Path) -> Path:
    return tmp_path / "before.graphql"


@pytest.fixture
def change_log(tmp_path: Path) -> Path:
    return tmp_path / "CHANGELOG.md"


def test_what_is_published_is_what_the_code_says(run):
    result = run("schema")
    assert result.exit_code == 0
    assert result.stdout == PUBLISHED.read_text()
    assert run("schema", "--check").exit_code == 0


@pytest.mark.parametrize(("form", "text"), [(Form.BARE, BASELINE), (Form.DOCS, page(schema))], ids=["bare", "docs"])
def test_each_form_is_printed_whole(run, form: Form, text: str):
    result = run("schema", "--as", form.value)
    assert (result.exit_code, result.stdout) == (0, text)


def test_what_differs_from_the_code_is_shown_and_refused(run, before: Path):
    before.write_text(PUBLISHED.read_text() + "\n# Added by hand.\n")
    result = run("schema", "--check", "--published", str(before))
    assert "make schema" in error_line(result)
    assert "-# Added by hand." in result.stderr.splitlines()


def test_one_release_is_kept_for_checkouts_without_tags():
    (released,) = RELEASED.glob("*.graphql")
    assert released.read_text().startswith(("directive ", '"', "enum ", "input ", "interface ", "scalar ", "type "))


def test_nothing_breaks_since_the_last_release_but_what_the_change_log_names(run):
    (released,) = RELEASED.glob("*.graphql")
    change_log = Path(__file__).parents[2] / "CHANGELOG.md"
    assert run("schema", "--breaking-since", str(released), "--announced-in", str(change_log)).exit_code == 0


def test_a_break_passes_once_the_first_version_of_the_change_log_names_it(run, before: Path, change_log: Path):
    before.write_text(BASELINE.replace("type Mutation {", "type Mutation {\n  gone: Int!"))
    options = ("schema", "--breaking-since", str(before), "--announced-in", str(change_log))
    broken = "Field Mutation.gone was removed."

    change_log.write_text(f"# Change log\n\n## [2.0.0]\n\n## [1.0.0]\n\n- {broken}\n")
    result = run(*options)
    assert f"breaking change: {broken}" in result.stderr.splitlines()
    assert "the change log" in error_line(result)

    change_log.write_text(f"# Change log\n\n## [2.0.0]\n\n### Breaking\n\n- {broken}\n\n## [1.0.0]\n")
    assert run(*options).exit_code == 0


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
    assert "the change log" in error_line(result)


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
