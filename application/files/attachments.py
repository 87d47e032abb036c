"""The base of every command that brings a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from application.commanding.commands import ChangeCommand
from application.files.scanning.office import DOCX, ODP, ODT, PPTX
from application.files.store import Draft

_ENDINGS = {
    **{"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"},
    **{ODT: ".odt", ODP: ".odp", DOCX: ".docx", PPTX: ".pptx"},
}


Digest = Annotated[str, Field(max_length=64)]


class AttachFile(ChangeCommand):
    """`draft` holds the file described by the other fields; the digest, not the file, enters the idempotency check.

    The use case calls `draft.keep()` once its decision stands, so that a refusal leaves no file behind.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    media_type: Annotated[str, Field(max_length=100)]
    size: int
    sha256: Digest
    #: Likenesses of its pages, computed from the file.
    likenesses: tuple[str, ...] = Field(default=(), exclude=True)
    draft: Draft = Field(exclude=True, repr=False)

    def file_name(self, stem: str) -> str:
        """Return a name for downloads. Names chosen by people may name persons, and are never stored."""
        return f"{stem}{_ENDINGS[self.media_type]}"
