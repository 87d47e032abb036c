"""Elements of XML, of any text."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement

#: Characters that XML cannot represent (https://www.w3.org/TR/xml/#charsets).
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def add_text(parent: Element, name: str, text: str) -> Element:
    """Add an element with this text, and return it."""
    element = SubElement(parent, name)
    element.text = writable(text)
    return element


def add_instant(parent: Element, name: str, instant: datetime) -> None:
    add_text(parent, name, instant.astimezone(UTC).isoformat())


def writable(text: str) -> str:
    """Return the text, with what XML cannot represent replaced."""
    return _UNWRITABLE.sub("\ufffd", text)
