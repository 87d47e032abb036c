"""Files of publications are told by their content: what is whole is taken, and nothing that runs."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from pypdf import PdfWriter
from pypdf.generic import DictionaryObject

from application.files.documents import document_of
from application.files.scanning.office import DOCX, ODP, ODT, OFFICE_TYPES, PPTX
from domain.kernel.errors import DomainError
from tests.support.papers.dossiers import pdf, png
from tests.support.papers.office import office

ACTIVE = ("path", "ole", "template", "javascript", "launch", "embedded", "after the end")
RELATION = (
    b"<Relationships><Relationship Type='x/%s' Target='http://exemple.fr/' TargetMode='External'/></Relationships>"
)


def acting(entry: bytes) -> bytes:
    """A PDF whose catalogue has that entry."""
    writer, written = PdfWriter(), io.BytesIO()
    writer.add_blank_page(90, 90)
    writer.root_object.update(DictionaryObject.read_from_stream(io.BytesIO(b"<<" + entry + b">>"), None))
    writer.write(written)
    return written.getvalue()


def flipped(content: bytes) -> bytes:
    """The same with another checksum of its first part."""
    at = content.index(b"PK\x01\x02") + 16
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def kind_of(content: bytes, folder: Path) -> str:
    path = folder / "file"
    path.write_bytes(content)
    return document_of(path, len(content)).media_type


def test_each_accepted_kind_is_told_by_its_content(tmp_path: Path):
    linking = office(DOCX, {"word/_rels/document.xml.rels": RELATION % b"hyperlink"})
    contents = {kind: office(kind) for kind in OFFICE_TYPES} | {"application/pdf": pdf(), "image/png": png()}
    assert kind_of(linking, tmp_path) == DOCX
    assert kind_of(acting(b"/OpenAction<</S/GoTo/D[0/Fit]>>"), tmp_path) == "application/pdf"
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
        (office(DOCX, {"../../evil": b"x"}), "chemin"),
        (office(DOCX, {"word/embeddings/oleObject1.bin": b"x"}), "OLE"),
        (office(DOCX, {"word/_rels/settings.xml.rels": RELATION % b"attachedTemplate"}), "détachez"),
        (acting(b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), "programme"),
        (acting(b"/OpenAction<</S/Launch/F(cmd.exe)>>"), "programme"),
        (acting(b"/Names<</EmbeddedFiles<</Names[(a.exe) <<>>]>>>>"), "d'autres fichiers"),
        (png() + b"PK\x03\x04<script>", "suivie"),
        (b"<html><script>alert(1)</script></html>", "pas un fichier accepté"),
        (b"", "vide"),
    ],
    ids=["vba", "basic", "cut", "checksum", "types", "bomb", "no archive", *ACTIVE, "html", "empty"],
)
def test_what_is_none_or_runs_something_is_refused_by_the_field(content: bytes, reason: str, tmp_path: Path):
    with pytest.raises(DomainError) as refused:
        kind_of(content, tmp_path)
    (problem,) = refused.value.problems
    assert problem.field == ("file",)
    assert reason in problem.message
    assert "ODT, ODP, DOCX, PPTX" in problem.message
