"""Take out of the XML of office documents what it notes about people, wherever it stands and however it is written.

Imported by the worker that opens untrusted files. A part is told by its root element, as its name may be any. The names
that its pages show stay, also where a program wrote them there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from xml.sax import SAXParseException, make_parser
from xml.sax.handler import feature_external_ges
from xml.sax.saxutils import XMLGenerator
from xml.sax.xmlreader import AttributesImpl

from application.files.scanning.office import Unfit

#: Earlier versions and signatures: both name who made them.
_DROPPED_PART = re.compile(r"Versions/|VersionList\.xml$|META-INF/[^/]*signatures[^/]*\.xml$|_xmlsignatures/")
_DATA_PART = re.compile(r"(?i)customXml/(?!itemProps|_rels/)[^/]*\.xml")
_ODF_META = frozenset({"meta", "title", "language", "creation-date", "date", "editing-cycles", "editing-duration"})
_COUNTS = frozenset({"Pages", "Words", "Characters", "CharactersWithSpaces", "Lines", "Paragraphs", "Slides", "Notes"})
#: Properties that stay, by the root element of their part; all of them are optional.
_PROPERTIES: Mapping[str, frozenset[str]] = {
    "coreProperties": frozenset({"title", "language", "created", "modified", "revision"}),
    "Properties": _COUNTS | {"Application", "AppVersion", "DocSecurity", "HeadingPairs", "TitlesOfParts", "TotalTime"},
    "document-meta": _ODF_META | {"document-statistic", "generator"},
}
#: Elements that are left out with their content: variables, sources of letters, paths, and links to the parts emptied.
_LEFT_OUT = frozenset({"docVars", "mailMerge", "dataBinding", "absPath"})
#: Attributes that are of people wherever they stand, and those of elements that describe people.
_OF_PEOPLE = frozenset({"author", "initials", "userId", "userName", "lastModifiedBy"})
_PEOPLE, _OF_PERSONS = frozenset({"cmAuthor", "author", "person"}), frozenset({"name", "displayName", "providerId"})
_PATHS = frozenset({"docname", "export-filename"})
#: Elements whose text is emptied, by what they stand in; settings by their names.
_EMPTIED: Mapping[str, frozenset[str]] = {
    "annotation": frozenset({"creator", "creator-initials", "sender-initials"}),
    "change-info": frozenset({"creator"}),
    "authors": frozenset({"author"}),
}
_SETTINGS = frozenset({"PrinterName", "PrinterSetup", "CurrentDatabaseDataSource", "CurrentDatabaseCommand"})
#: Names of other parts, by the elements that list them.
_LISTED = {"file-entry": "full-path", "Override": "PartName", "Relationship": "Target"}
_HINTS = re.compile(
    rb"[aA]uthor|initials|userId|userName|odifiedBy|creator|docVars|mailMerge|dataBinding|absPath|Printer|Properties"
    rb"|CurrentDatabase|document-meta|metadata|person|docname|export-filename|Version|signatures|<!DOCTYPE"
)
_OTHER_ENCODING = re.compile(rb"""\s*<\?xml[^>]*encoding\s*=\s*["'](?!utf-8|us-ascii)""", re.IGNORECASE)
_UTF16, _UTF8_MARK = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"), b"\xef\xbb\xbf"


def is_dropped(name: str) -> bool:
    """Return whether the part is left out of the document."""
    return _DROPPED_PART.match(name) is not None


def cleaned_xml(name: str, content: bytes, data: bool = False) -> bytes | None:
    """Return the part without what it notes of people, None if it notes nothing; of a part of `data` its root alone.

    Raises Unfit for XML that cannot be read.
    """
    wide = content.startswith(_UTF16)
    start = content.removeprefix(_UTF8_MARK)[:200].lstrip()
    if not wide and not start.startswith(b"<"):
        return None
    data = data or _DATA_PART.fullmatch(name) is not None
    meta = name.rpartition("/")[2] == "meta.xml"
    if not (wide or data or meta or _OTHER_ENCODING.match(start) or _HINTS.search(content)):
        return None
    written = io.BytesIO()
    handler = _Cleaner(written, "data" if data else "document-meta" if meta else None)
    parser = make_parser()
    parser.setFeature(feature_external_ges, False)
    parser.setContentHandler(handler)
    try:
        parser.parse(io.BytesIO(content))
    except (SAXParseException, ValueError, LookupError) as error:
        if start.startswith(b"<?xml") or name.lower().endswith((".xml", ".rels")):
            raise Unfit("le document est abîmé", type(error).__name__) from None
        # HTML, or drawings that are no XML.
        return None
    return written.getvalue() if handler.changed else None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _Cleaner(XMLGenerator):
    """Writes what it reads, prefixes as they were, without what is of people.

    `kind`: of the part's root, where it is not told by the element.
    """

    def __init__(self, written: io.BytesIO, kind: str | None) -> None:
        super().__init__(written, "utf-8", short_empty_elements=True)
        self.changed = False
        self._kind, self._open, self._silent = kind, list[str](), 0
        self._kept: list[frozenset[str] | None] = []
        self._is_drawing = False

    def startElement(self, name: str, attrs: Any) -> None:
        local = _local(name)
        if self._silent or self._is_left_out(local, attrs):
            self._silent, self.changed = self._silent + 1, True
            return
        if not self._open:
            self._kept = [self._kept_of(local)]
            self._is_drawing = local == "svg"
        else:
            self._kept.append(self._kept[-1] if local == "meta" and self._kept[-1] is not None else None)
        self._open.append("" if self._is_emptied(local, attrs) else local)
        super().startElement(name, self._attributes(local, attrs))

    def endElement(self, name: str) -> None:
        if self._silent:
            self._silent -= 1
            return
        self._open.pop()
        self._kept.pop()
        super().endElement(name)

    def characters(self, content: str) -> None:
        if self._silent:
            return
        if not self._open or self._open[-1] == "" or self._kept[-1] is not None:
            self.changed = self.changed or bool(content.strip())
            return
        super().characters(content)

    def _kept_of(self, root: str) -> frozenset[str] | None:
        return frozenset() if self._kind == "data" else _PROPERTIES.get(self._kind or root)

    def _is_left_out(self, local: str, attributes: Mapping[str, str]) -> bool:
        if not self._open:
            return False
        kept, listed = self._kept[-1], _LISTED.get(local)
        return (
            (kept is not None and local not in kept)
            or local in _LEFT_OUT
            or (self._is_drawing and local == "metadata")
            or (
                listed is not None
                and any(_local(k) == listed and is_dropped(v.lstrip("/")) for k, v in attributes.items())
            )
        )

    def _is_emptied(self, local: str, attributes: Mapping[str, str]) -> bool:
        if local == "config-item":
            return any(_local(name) == "name" and value in _SETTINGS for name, value in attributes.items())
        return bool(self._open) and local in _EMPTIED.get(self._open[-1], ())

    def _attributes(self, local: str, attributes: Mapping[str, str]) -> AttributesImpl[str]:
        cleaned = dict(attributes.items())
        for name, value in attributes.items():
            if value and self._is_of_people(local, name):
                cleaned[name], self.changed = "", True
        return AttributesImpl(cleaned)

    def _is_of_people(self, element: str, name: str) -> bool:
        local = _local(name)
        if self._kind == "data":
            return name != "xmlns" and not name.startswith("xmlns:")
        return (
            local in _OF_PEOPLE
            or (element in _PEOPLE and local in _OF_PERSONS)
            or (self._is_drawing and local in _PATHS)
        )
