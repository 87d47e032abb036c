"""A downloaded file is known again by its name: no identifiers, and nothing that a system does not keep."""

from __future__ import annotations

import ast
from datetime import date
from pathlib import Path

import pytest

from api.downloads.file_names import disposition, file_name

API = Path(__file__).resolve().parents[3] / "graphql" / "api"


def test_a_name_says_what_of_whom_and_of_which_days():
    days = {"first": date(2027, 1, 1), "last": date(2027, 3, 31)}
    assert file_name("pdf", "Service fait", "Maison des familles", **days) == (
        "Service fait - Maison des familles - 2027-01-01 au 2027-03-31.pdf"
    )
    assert file_name("csv", "Animations") == "Animations.csv"


@pytest.mark.parametrize(
    ("title", "kept"),
    [
        ("Café des parents : Pronote sans peine", "Café des parents - Pronote sans peine"),
        ("../../etc/passwd", "etc - passwd"),
        (' "Écrans" \\ <3 | suite ? ', "Écrans - 3 - suite"),
        ("Ligne\r\nX-Evil: 1", "Ligne X-Evil - 1"),
        ("a" * 200, "a" * 79 + "…"),
        ("...", ""),
    ],
)
def test_a_name_keeps_nothing_that_systems_refuse_or_take_for_a_folder(title: str, kept: str):
    assert file_name("pdf", "Billet", title) == (f"Billet - {kept}.pdf" if kept else "Billet.pdf")


def test_browsers_that_know_ascii_alone_read_the_name_all_the_same():
    assert disposition("inline", "Chœur d’été.pdf") == (
        "inline; filename=\"Choeur d'ete.pdf\"; filename*=UTF-8''Ch%C5%93ur%20d%E2%80%99%C3%A9t%C3%A9.pdf"
    )


def test_no_file_is_named_by_an_identifier():
    """Names are made by `file_name`, and of no `id` or digest."""
    for path in API.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("disposition", "file_name"):
                named = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
                assert not named & {"id", "sha256"}, f"{path}:{node.lineno}"
