"""The end of a file's retention: recorded first, so that a file that is gone without a word is always a loss."""

from __future__ import annotations

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from application.commanding.commands import Command
from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import STORED_FILE
from domain.files import stored_file
from domain.kernel.identifiers import file_id
from domain.kernel.rights import Action, Belongings


class FileExpire(Command):
    """By the scheduler. The caller deletes the bytes once this is recorded."""

    action: ClassVar[Action] = Action.FILE_EXPIRE

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)]


def expire(command: FileExpire, work: UnitOfWork) -> UUID:
    stream = file_id(command.sha256)
    work.record(STORED_FILE, stream, stored_file.expire(command.sha256, work.actor), Belongings())
    return stream


USE_CASES = ((FileExpire, expire),)
