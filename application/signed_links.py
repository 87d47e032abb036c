"""Links and printed codes that are a right in themselves: whoever holds one may do what it is for, and nothing else.

A link says of itself what it is for and of which things, with an HMAC over both (RFC 2104): nothing is kept of it, and
it holds no personal data. A code is short enough to be typed in from paper, and belongs to one thing.
"""

from __future__ import annotations

import hmac
from base64 import b32encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from domain.errors import DomainError, invalid

_SEAL_BYTES = 16
#: A link is of a few things; blanks may stand around it.
_LONGEST_LINK = 400
#: 40 bits: nobody tries them all through an API that limits how often one may ask.
_CODE_LETTERS = 8
#: RFC 4648's letters without those that are mistaken for digits; 0 and 1 are never printed.
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

    def is_code(self, purpose: str, thing: UUID, typed: str) -> bool:
        """Whether that is the thing's code, however its groups and capitals were typed."""
        plain = "".join(char for char in typed.upper() if char.isalnum()).translate(_TYPED)
        expected = self.code(purpose, thing).replace("-", "")
        return hmac.compare_digest(plain.encode(), expected.encode())

    def _seal(self, purpose: str, said: bytes) -> bytes:
        return hmac.new(self.key, purpose.encode() + b"\0" + said, sha256).digest()[:_SEAL_BYTES]


def _bad_link(*field: str) -> DomainError:
    return invalid("ce lien n'est pas valable : reprenez-le entier, tel que vous l'avez reçu.", *field)
