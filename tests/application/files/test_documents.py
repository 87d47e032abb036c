"""Files of publications are told by their content: what is whole is taken, and nothing that runs."""

from __future__ import annotations

import io
from pathlib import Path
from zipfile import ZipFile
from zlib import crc32

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, RectangleObject, StreamObject, TextStringObject

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


ELSEWHERE_TOO = ("pdf photograph", "pdf loose", "pdf revised", "docx parts", "odt parts", "png chunk", "jpeg segment")
NAME = b"Anne Trucmuchet"
PLACE = b"\xff\xe1\x00\x20Exif\0\0" + b"GPS 43.61, 3.87 Montpell"


def authored(**properties: str) -> bytes:
    """A PDF that says who wrote it, with a comment."""
    writer, written = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(90, 90)
    writer.add_metadata({f"/{name}": value for name, value in properties.items()})
    comment = {"/Type": "/Annot", "/Subtype": "/Text", "/T": properties["Author"], "/Contents": "À revoir"}
    note = DictionaryObject({NameObject(key): TextStringObject(value) for key, value in comment.items()})
    note |= {NameObject("/Subtype"): NameObject("/Text"), NameObject("/Rect"): RectangleObject((0, 0, 9, 9))}
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(note)])
    xmp = StreamObject()
    xmp.set_data(b"<x:xmpmeta>" + NAME + b"</x:xmpmeta>")
    writer.root_object[NameObject("/Metadata")] = writer._add_object(xmp)
    writer.write(written)
    return written.getvalue()


def photograph(side: int) -> bytes:
    """A JPEG with that side up, the place where it was taken, a comment, and a film behind it."""
    written, exif = io.BytesIO(), Image.Exif()
    exif[0x0112], exif[0x013B] = side, NAME.decode()
    Image.effect_noise((90, 60), 50).save(written, "JPEG", exif=exif, comment=NAME, progressive=True)
    content = written.getvalue()
    return content[:2] + PLACE + content[2:] + b"ftypmp42" + NAME


def chunk(kind: bytes, content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + kind + content + crc32(kind + content).to_bytes(4, "big")


def described() -> bytes:
    written, notes = io.BytesIO(), PngInfo()
    notes.add_text("Author", NAME.decode())
    Image.new("RGB", (90, 60), "red").save(written, "PNG", pnginfo=notes)
    return written.getvalue()


CORE = b"<cp:coreProperties><dc:title>Titre</dc:title><dc:creator>%s</dc:creator></cp:coreProperties>" % NAME
COMMENT = b'<w:comments><w:comment w:id="0" w:author="%s" w:initials="AT"/></w:comments>' % NAME
META = b"<office:meta><meta:initial-creator>%s</meta:initial-creator><dc:title>Titre</dc:title></office:meta>" % NAME
RELATED = b'<Relationships><Relationship Type="x/customXml" Target="../data/item.xml"/></Relationships>'
TABLE = io.BytesIO()
with ZipFile(TABLE, "w") as table:
    table.writestr("xl/comments1.xml", b"<comments><authors><author>%s</author></authors></comments>" % NAME)
#: The same notes as other programs write them, and where else they stand.
ELSEWHERE = {
    "package/services/metadata/core-properties/a1.psmdcp": (
        '<?xml version="1.0" encoding="utf-16"?><coreProperties xmlns="c" xmlns:x="d"><x:title>Titre</x:title>'
        f"<x:creator><![CDATA[{NAME.decode()}]]></x:creator></coreProperties>"
    ).encode("utf-16"),
    "docProps/app.xml": b"<Properties><Template>C:\\Users\\%s</Template><Pages>2</Pages></Properties>" % NAME,
    "docProps/custom.xml": b"<Properties><property name='x'><vt:lpwstr>%s</vt:lpwstr></property></Properties>" % NAME,
    "word/glossary/document.xml": b"<w:document mc:Ignorable='w14'><w:ins w:author = '%s'/></w:document>" % NAME,
    "word/settings.xml": b"<w:settings><w:docVars><w:docVar w:val='%s'/></w:docVars></w:settings>" % NAME,
    "word/_rels/document.xml.rels": RELATED,
    "data/item.xml": b"<p:properties><Author>%s</Author></p:properties>" % NAME,
    "word/media/image1.jpe": photograph(1),
    "word/embeddings/table.xlsx": TABLE.getvalue(),
}
OPEN_DOCUMENT = {
    "meta.xml": META.replace(b"</off", b"<meta:template xlink:href='file:///home/%s'/></off" % NAME),
    "Object 1/meta.xml": b"<office:meta><dc:contributor>%s</dc:contributor></office:meta>" % NAME,
    "Versions/Version1": NAME,
    "VersionList.xml": b"<VL:version-list><VL:version-entry VL:creator='%s'/></VL:version-list>" % NAME,
    "META-INF/manifest.xml": b"<m:manifest><m:file-entry m:full-path='Versions/%s'/></m:manifest>" % NAME,
    "settings.xml": b"<s><config:config-item config:name='PrinterName'>%s</config:config-item></s>" % NAME,
}


def object_of(entries: str, content: bytes = b"") -> StreamObject:
    stream = StreamObject()
    stream.update(DictionaryObject.read_from_stream(io.BytesIO(f"<<{entries}>>".encode()), None))
    stream._data = content
    return stream


def illustrated(shown: bool) -> bytes:
    """A PDF with a photograph, or with an author that nothing refers to any longer."""
    writer, written = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(90, 90)
    noted = object_of("/Subtype/Image/Filter/DCTDecode", photograph(1)) if shown else object_of("", NAME)
    reference = writer._add_object(noted)
    if shown:
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): reference})
    writer.metadata = None
    writer.write(written)
    return written.getvalue()


def revised() -> bytes:
    """A PDF whose author was taken out by a later save, which keeps the earlier state."""
    before, written = authored(Author=NAME.decode()), io.BytesIO()
    writer = PdfWriter(io.BytesIO(before), incremental=True)
    writer.metadata = None
    writer.write(written)
    return written.getvalue()


DOCUMENT = {"docProps/core.xml": CORE, "word/comments.xml": COMMENT, "word/media/image1.jpeg": photograph(1)}


def everything(content: bytes) -> bytes:
    """All that a file holds, out of its compression."""
    if content.startswith(b"%PDF"):
        reader = PdfReader(io.BytesIO(content))
        whole = PdfWriter(clone_from=reader)
        parts = [repr(each).encode() for each in whole._objects]
        return b"".join([content, *parts, repr(reader.metadata).encode()])
    if not content.startswith(b"PK"):
        return content
    with ZipFile(io.BytesIO(content)) as archive:
        parts = [archive.read(name) for name in archive.namelist()]
    # A part may be wide: its zeros stand between its letters.
    return b"".join(everything(part) if part.startswith(b"PK") else part.replace(b"\0", b"") for part in parts)


@pytest.mark.parametrize(
    "content",
    [
        authored(Author=NAME.decode(), Title="Titre", Company="Trucmuchet & Cie"),
        photograph(1),
        photograph(6),
        described(),
        office(DOCX, DOCUMENT),
        office(PPTX, {"docProps/core.xml": CORE, "ppt/commentAuthors.xml": b'<p:cmAuthor name="%s"/>' % NAME}),
        office(ODT, {"meta.xml": META}),
        illustrated(shown=True),
        illustrated(shown=False),
        revised(),
        office(DOCX, ELSEWHERE),
        office(ODT, OPEN_DOCUMENT),
        png()[:33] + chunk(b"caBX", NAME) + png()[33:],
        photograph(1)[:2] + b"\xff\xe2\0\x16FPXR\0" + NAME + photograph(1)[2:],
    ],
    ids=["pdf", "jpeg", "turned", "png", "docx", "pptx", "odt", *ELSEWHERE_TOO],
)
def test_what_a_file_notes_of_people_is_taken_out_and_what_is_seen_of_it_stays(content: bytes, tmp_path: Path):
    (path := tmp_path / "file").write_bytes(content)
    scan = document_of(path, len(content))
    assert scan.instead is not None
    left = everything(scan.instead)
    assert not [word for word in (b"Trucmuchet", b"GPS", b"ftypmp42") if word in left]
    assert (b"Titre" in left) == (b"Titre" in everything(content))
    path.write_bytes(scan.instead)
    again = document_of(path, len(scan.instead))
    assert (again.media_type, again.instead) == (scan.media_type, None)
    if scan.media_type.startswith("image/"):
        before, after = (Image.open(io.BytesIO(each)) for each in (content, scan.instead))
        assert before.tobytes() == after.tobytes()
        assert before.getexif().get(0x0112) in (None, after.getexif().get(0x0112, 1))


def test_a_file_that_notes_nothing_of_people_is_kept_byte_for_byte(tmp_path: Path):
    plain = io.BytesIO()
    Image.new("RGB", (90, 60), "red").save(plain, "JPEG")
    for content in (pdf(), png(), office(DOCX), office(ODP), plain.getvalue()):
        (path := tmp_path / "file").write_bytes(content)
        assert document_of(path, len(content)).instead is None
