"""Links and printed codes that grant a right to their holder: one purpose, and nothing else.

A link carries its things and an HMAC over them and its purpose (RFC 2104). It is stored nowhere and holds no personal
data. A code is short enough to type from paper, and belongs to one thing.
"""

from __future__ import annotations

import hmac
import re
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from cachetools import LRUCache
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.kernel.errors import DomainError, invalid

_SEAL_BYTES = 16
#: A link has few things; blanks may stand around it.
_LONGEST_LINK = 400
#: 40 bits: too many to try through an API with a rate limit.
_CODE_LETTERS = 8
#: With room for blanks, dashes and a label.
_LONGEST_TYPED = 80
#: A code that was pasted with its label: « Votre code : K7QF-2M4X ».
_LABELLED = re.compile(r"\bcode\b.*?(?<![^\W_])((?:[^\W_][\W_]*){8})$", re.IGNORECASE | re.DOTALL)
#: RFC 4648's alphabet has no 0 and no 1: what is typed so was read wrongly.
_TYPED = str.maketrans("01", "OI")


def derived(secret: bytes, purpose: str) -> bytes:
    """Derive a key of 32 bytes for one purpose (RFC 5869)."""
    return HKDF(SHA256(), 32, None, purpose.encode()).derive(secret)


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """Makes and reads links and codes; reading takes the `key` that made them."""

    key: bytes = field(repr=False)

    def link(self, purpose: str, *things: UUID) -> str:
        """Return a link of letters, digits, - and _, fit for a URL."""
        content = b"".join(thing.bytes for thing in things)
        return urlsafe_b64encode(content + self._seal(purpose, content)).decode().rstrip("=")

    def read(self, purpose: str, link: str, *field: str) -> tuple[UUID, ...]:
        """Return the things that the link is for. Raise INVALID if it was not made here for this purpose."""
        if len(link) > _LONGEST_LINK:
            raise _bad_link(*field)
        try:
            raw = urlsafe_b64decode(link.strip() + "=" * (-len(link.strip()) % 4))
        except ValueError:
            raise _bad_link(*field) from None
        content, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
        if not content or len(content) % 16 or not hmac.compare_digest(seal, self._seal(purpose, content)):
            raise _bad_link(*field)
        return tuple(UUID(bytes=content[place : place + 16]) for place in range(0, len(content), 16))

    def code(self, purpose: str, thing: UUID) -> str:
        """Return eight capitals and digits in two groups, as K7QF-2M4X."""
        letters = b32encode(self._seal(f"code:{purpose}", thing.bytes)).decode()[:_CODE_LETTERS]
        return f"{letters[:4]}-{letters[4:]}"

    def _seal(self, purpose: str, content: bytes) -> bytes:
        return hmac.digest(self.key, purpose.encode() + b"\0" + content, "sha256")[:_SEAL_BYTES]


def typed_code(typed: str) -> str | None:
    """Return a typed code as `SignedLinks.code` writes it, or None if it is no code."""
    # Strip first, as the command does before it measures the length.
    typed = typed.strip()
    if len(typed) > _LONGEST_TYPED:
        return None
    letters = _letters(typed)
    if len(letters) != _CODE_LETTERS and (labelled := _LABELLED.search(typed)):
        letters = _letters(labelled[1])
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == _CODE_LETTERS else None


def _letters(typed: str) -> str:
    return "".join(char for char in typed.upper() if char.isalnum()).translate(_TYPED)


class Codes:
    """Finds the thing of a code within a group, such as the registrations for one animation. Thread-safe.

    The codes of a group are computed once; the latest groups stay in memory.
    """

    def __init__(self, links: SignedLinks, most: int = 200) -> None:
        self._links = links
        self._groups: LRUCache[tuple[str, UUID], tuple[Collection[UUID], dict[str, UUID]]] = LRUCache(most)
        self._lock = Lock()

    def thing(self, purpose: str, group: UUID, things: Collection[UUID], typed: str) -> UUID | None:
        """Return the thing of the group with that code, or None. A changed group must be a new collection."""
        code = typed_code(typed)
        return self._codes(purpose, group, things).get(code) if code is not None and things else None

    def _codes(self, purpose: str, group: UUID, things: Collection[UUID]) -> dict[str, UUID]:
        with self._lock:
            group_things, codes = self._groups.get((purpose, group), ((), {}))
        if group_things is not things:
            codes_by_thing = {thing: code for code, thing in codes.items()}
            codes = {codes_by_thing.get(thing) or self._links.code(purpose, thing): thing for thing in things}
            with self._lock:
                self._groups[purpose, group] = (things, codes)
        return codes


def _bad_link(*field: str) -> DomainError:
    return invalid("ce lien n'est pas valable : reprenez-le entier, tel que vous l'avez reçu.", *field)
