"""Record the end of a file's retention before deleting it, so that any other missing file is known to be a loss."""

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
    """Sent by the scheduler, which deletes the bytes once this is recorded."""

    action: ClassVar[Action] = Action.FILE_EXPIRE

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$", max_length=64)]


def expire(command: FileExpire, work: UnitOfWork) -> UUID:
    stream = file_id(command.sha256)
    work.record(STORED_FILE, stream, stored_file.expire(command.sha256, work.actor), Belongings())
    return stream


USE_CASES = ((FileExpire, expire),)
