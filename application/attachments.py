"""What every command that brings a file has in common."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from application.commands import ChangeCommand
from application.files import Draft
from domain.validation import Label


class AttachFile(ChangeCommand):
    """`draft` holds the file that the other fields speak of; what makes two commands the same is the digest.

    The use case calls `draft.keep()` once its decision stands: a refusal leaves no file behind.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file_name: Label
    media_type: str
    size: int
    sha256: str
    draft: Draft = Field(exclude=True, repr=False)
