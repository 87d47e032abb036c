"""What every command that brings a file has in common."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field

from application.commanding.commands import ChangeCommand
from application.files.store import Draft

_ENDINGS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


class AttachFile(ChangeCommand):
    """`draft` holds the file that the other fields speak of; what makes two commands the same is the digest.

    The use case calls `draft.keep()` once its decision stands: a refusal leaves no file behind.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    media_type: Annotated[str, Field(max_length=100)]
    size: int
    sha256: Annotated[str, Field(max_length=64)]
    draft: Draft = Field(exclude=True, repr=False)

    def named(self, stem: str) -> str:
        """The file's name for people. What somebody called it may name persons, and is kept nowhere."""
        return f"{stem}{_ENDINGS[self.media_type]}"
