"""The invented news and resources of a season, read from `data/publications.toml`."""

from __future__ import annotations

import io
import tomllib
from importlib.resources import files
from typing import Any, Literal
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from pydantic import BaseModel, ConfigDict

from domain.kernel.schools import Degree
from domain.publications.content import PublicationKind

_ODT = "application/vnd.oasis.opendocument.text"
_NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns"


class DemoPublication(BaseModel):
    """One of them. `links` are a label and an address each; `file` is what a file attached to it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: PublicationKind
    by: Literal["structure", "territory", "nation"] = "structure"
    state: Literal["online", "waiting", "refused", "withdrawn"] = "online"
    reason: str = ""
    title: str
    summary: str
    text: str
    themes: tuple[str, ...]
    degree: Degree | None = None
    audience: str | None = None
    author: str | None = None
    links: tuple[str, ...] = ()
    file: str | None = None

    @property
    def content(self) -> dict[str, Any]:
        """Return the fields of a command."""
        labels, urls = zip(*(link.rsplit(" ", 1) for link in self.links), strict=True) if self.links else ((), ())
        written = self.model_dump(include={"kind", "title", "summary", "text", "themes", "degree", "audience"})
        email = self.author and f"auteur-{sum(self.author.encode())}@exemple.fr"
        return written | {"author": self.author, "author_email": email, "link_labels": labels, "link_urls": urls}

    def document(self) -> bytes:
        """Return its file: its text as an OpenDocument, the same bytes every time."""
        paragraphs = "".join(f"<text:p>{escape(line)}</text:p>" for line in (self.title, "", *self.text.splitlines()))
        content = (
            f'<office:document-content xmlns:office="{_NAMESPACE}:office:1.0" xmlns:text="{_NAMESPACE}:text:1.0"'
            f' office:version="1.3"><office:body><office:text>{paragraphs}</office:text></office:body>'
            "</office:document-content>"
        )
        manifest = (
            f'<manifest:manifest xmlns:manifest="{_NAMESPACE}:manifest:1.0" manifest:version="1.3">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_ODT}"/>'
            '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
        )
        written = io.BytesIO()
        with ZipFile(written, "w", ZIP_DEFLATED) as archive:
            archive.writestr(ZipInfo("mimetype"), _ODT, ZIP_STORED)
            archive.writestr(ZipInfo("content.xml"), content, ZIP_DEFLATED)
            archive.writestr(ZipInfo("META-INF/manifest.xml"), manifest, ZIP_DEFLATED)
        return written.getvalue()


_FILE = tomllib.loads((files("demo") / "data/publications.toml").read_text("utf-8"))
PUBLICATIONS = tuple(DemoPublication.model_validate(each) for each in _FILE["publications"])
