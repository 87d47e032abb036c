"""Office documents, small ones, and what is none though it says so."""

from __future__ import annotations

import io
from collections.abc import Mapping
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from application.files.scanning.office import DOCX, ODP, ODT, PPTX

_MAIN = {DOCX: "word/document.xml", PPTX: "ppt/presentation.xml"}


def office(media_type: str, others: Mapping[str, bytes] | None = None) -> bytes:
    """A document of that type, with other parts beside its own: the same bytes every time."""
    written = io.BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        if media_type in (ODT, ODP):
            archive.writestr(ZipInfo("mimetype"), media_type, ZIP_STORED)
            archive.writestr(ZipInfo("content.xml"), "<office:document-content/>")
        else:
            archive.writestr(
                ZipInfo("[Content_Types].xml"), f'<Types><Override ContentType="{media_type}.main+xml"/></Types>'
            )
            archive.writestr(ZipInfo(_MAIN[media_type]), "<document/>")
        for name, content in (others or {}).items():
            archive.writestr(ZipInfo(name), content, ZIP_DEFLATED)
    return written.getvalue()
