"""Files of publications are told by their content: what is whole is taken, and nothing that runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from application.files.documents import document_of
from application.files.scanning.office import DOCX, ODP, ODT, OFFICE_TYPES, PPTX
from domain.kernel.errors import DomainError
from tests.support.papers.dossiers import pdf, png
from tests.support.papers.office import office


def flipped(content: bytes) -> bytes:
    """The same with another checksum of its first part."""
    at = content.index(b"PK\x01\x02") + 16
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def kind_of(content: bytes, folder: Path) -> str:
    path = folder / "file"
    path.write_bytes(content)
    return document_of(path, len(content)).media_type


def test_each_accepted_kind_is_told_by_its_content(tmp_path: Path):
    contents = {kind: office(kind) for kind in OFFICE_TYPES} | {"application/pdf": pdf(), "image/png": png()}
    assert {kind: kind_of(content, tmp_path) for kind, content in contents.items()} == {kind: kind for kind in contents}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (office(DOCX, {"word/vbaProject.bin": b"x"}), "macros"),
        (office(ODT, {"Basic/script-lc.xml": b"x"}), "macros"),
        (office(PPTX)[:-40], "abîmé"),
        (flipped(office(ODP)), "abîmé"),
        (office(DOCX).replace(b"[Content_Types].xml", b"[Content-Types].xml"), "abîmé"),
        (office(ODT, {"zeros": bytes(310_000_000)}), "complexe"),
        (b"PK\x03\x04 word/document.xml", "abîmé"),
        (b"<html><script>alert(1)</script></html>", "pas un fichier accepté"),
        (b"", "vide"),
    ],
    ids=["vba", "basic", "cut", "checksum", "types", "bomb", "no archive", "html", "empty"],
)
def test_what_is_none_or_runs_something_is_refused_by_the_field(content: bytes, reason: str, tmp_path: Path):
    with pytest.raises(DomainError) as refused:
        kind_of(content, tmp_path)
    (problem,) = refused.value.problems
    assert problem.field == ("file",)
    assert reason in problem.message
    assert "ODT, ODP, DOCX, PPTX" in problem.message
