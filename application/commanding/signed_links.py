"""Links and printed codes that are a right in themselves: whoever holds one may do what it is for, and nothing else.

A link says of itself what it is for and of which things, with an HMAC over both (RFC 2104): nothing is kept of it, and
it holds no personal data. A code is short enough to be typed in from paper, and belongs to one thing.
"""

from __future__ import annotations

import hmac
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
#: A link is of a few things; blanks may stand around it.
_LONGEST_LINK = 400
#: 40 bits: nobody tries them all through an API that limits how often one may ask.
_CODE_LETTERS = 8
#: RFC 4648's letters without those that are mistaken for digits; 0 and 1 are never printed.
#: With room for blanks and dashes.
_LONGEST_TYPED = 40
_TYPED = str.maketrans("01", "OI")


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose (RFC 5869)."""
    return HKDF(SHA256(), 32, None, purpose.encode()).derive(secret)


@dataclass(frozen=True, slots=True)
class SignedLinks:
    """Makes links and codes, and reads them again; `key` must be the same wherever and whenever they are read."""

    key: bytes = field(repr=False)

    def link(self, purpose: str, *things: UUID) -> str:
        """Letters, digits, - and _: fit for a URL."""
        said = b"".join(thing.bytes for thing in things)
        return urlsafe_b64encode(said + self._seal(purpose, said)).decode().rstrip("=")

    def read(self, purpose: str, link: str, *field: str) -> tuple[UUID, ...]:
        """The things that the link is for. Raises INVALID on one that was not made here for this purpose."""
        if len(link) > _LONGEST_LINK:
            raise _bad_link(*field)
        try:
            raw = urlsafe_b64decode(link.strip() + "=" * (-len(link.strip()) % 4))
        except ValueError:
            raise _bad_link(*field) from None
        said, seal = raw[:-_SEAL_BYTES], raw[-_SEAL_BYTES:]
        if not said or len(said) % 16 or not hmac.compare_digest(seal, self._seal(purpose, said)):
            raise _bad_link(*field)
        return tuple(UUID(bytes=said[place : place + 16]) for place in range(0, len(said), 16))

    def code(self, purpose: str, thing: UUID) -> str:
        """Eight capitals and digits in two groups, as K7QF-2M4X."""
        letters = b32encode(self._seal(f"code:{purpose}", thing.bytes)).decode()[:_CODE_LETTERS]
        return f"{letters[:4]}-{letters[4:]}"

    def _seal(self, purpose: str, said: bytes) -> bytes:
        return hmac.digest(self.key, purpose.encode() + b"\0" + said, "sha256")[:_SEAL_BYTES]


def typed_code(typed: str) -> str | None:
    """A code as `SignedLinks.code` writes it, however its groups and capitals were typed; None for what is none."""
    # Measured as the command measures it: what stands around a code is no part of it.
    typed = typed.strip()
    if len(typed) > _LONGEST_TYPED:
        return None
    letters = "".join(char for char in typed.upper() if char.isalnum()).translate(_TYPED)
    return f"{letters[:4]}-{letters[4:]}" if len(letters) == _CODE_LETTERS else None


class Codes:
    """Which thing a code is of, for groups of things that are known from each other by an id. Thread-safe.

    The codes of a group are made once for all that are typed. The latest groups are kept.
    """

    def __init__(self, links: SignedLinks, most: int = 200) -> None:
        self._links = links
        self._groups: LRUCache[tuple[str, UUID], tuple[Collection[UUID], dict[str, UUID]]] = LRUCache(most)
        self._lock = Lock()

    def thing(self, purpose: str, group: UUID, things: Collection[UUID], typed: str) -> UUID | None:
        """The one of the group's `things`, as they stand, whose code that is. Collections that changed are others."""
        code = typed_code(typed)
        return self._codes(purpose, group, things).get(code) if code is not None and things else None

    def _codes(self, purpose: str, group: UUID, things: Collection[UUID]) -> dict[str, UUID]:
        with self._lock:
            known, codes = self._groups.get((purpose, group), ((), {}))
        if known is not things:
            of = {thing: code for code, thing in codes.items()}
            codes = {of.get(thing) or self._links.code(purpose, thing): thing for thing in things}
            with self._lock:
                self._groups[purpose, group] = (things, codes)
        return codes


def _bad_link(*field: str) -> DomainError:
    return invalid("ce lien n'est pas valable : reprenez-le entier, tel que vous l'avez reçu.", *field)
