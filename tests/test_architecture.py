"""The house keeps its shape: arrows run one way, and graphql-core keeps its import name."""

from __future__ import annotations

from pathlib import Path

import graphql
from importlinter.cli import lint_imports

ROOT = Path(__file__).parents[1]


def test_the_import_name_graphql_belongs_to_graphql_core():
    assert graphql.__file__ is not None
    assert "site-packages" in Path(graphql.__file__).parts
    assert not (ROOT / "graphql" / "__init__.py").exists()


def test_imports_follow_the_layers(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    outcome = lint_imports(config_filename="pyproject.toml", no_cache=True)
    assert outcome == 0, capsys.readouterr().out
