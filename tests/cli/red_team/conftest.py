"""A log with a paid, a certified and a submitted dossier, signed; a copy of its checkpoint that an auditor holds."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import Result

from application.files.store import FileStore
from application.proof.notes import to_pem
from cli.composition import Runtime
from tests.cli.conftest import Run, project
from tests.support.forging import lift_protection
from tests.support.papers.proved_dossiers import KEY, Claim
from tests.support.world import World


@dataclass
class Scene:
    """What everybody starts from. `copy` is the auditor's, kept elsewhere; `key` is the file of the public key."""

    run: Run
    opened: Runtime
    world: World
    folder: Path
    paid: UUID
    certified: UUID
    submitted: UUID
    key: Path
    copy: Path

    def sql(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Do what somebody can do who has every right on the database."""
        with self.opened.connection() as conn:
            lift_protection(conn)
            cursor = conn.execute(statement.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def named_by(self, *arguments: str) -> str:
        """What a tool says that finds something, in one line; it has to end with 1."""
        result = self.run(*arguments)
        assert result.exit_code == 1, result.output
        assert "Traceback" not in result.output
        return output_of(result)

    def exported(self, dossier_id: UUID, name: str = "bundle.zip") -> Path:
        path = self.folder / name
        result = self.run("audit", "export", "--dossier", str(dossier_id), "-o", str(path))
        assert result.exit_code == 0, result.output
        return path


def output_of(result: Result) -> str:
    return " ".join(f"{result.stdout} {result.stderr}".split())


@pytest.fixture(autouse=True)
def signing_key(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARENTALITE_CHECKPOINT_KEY", base64.b64encode(KEY.seed).decode())


@pytest.fixture
def scene(run: Run, world: World, opened: Runtime, tmp_path: Path) -> Scene:
    claim = Claim(world, FileStore(Path(os.environ["PARENTALITE_HOME"]) / "files"))
    first, second, third = claim.attested(3)
    paid, certified, submitted = claim.paid(first), claim.certified(second), claim.submitted(third)
    project(opened)
    key, copy = tmp_path / "key.pem", tmp_path / "copy.txt"
    key.write_text(to_pem(KEY.public))
    scene = Scene(run, opened, world, tmp_path, paid, certified, submitted, key, copy)
    signed = run("audit", "checkpoint")
    assert signed.exit_code == 0, signed.output
    copy.write_text(signed.stdout)
    well = run("audit", "check", "--rules", "--read-models", "--checkpoint", str(copy))
    assert well.exit_code == 0, well.output
    return scene
