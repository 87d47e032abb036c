"""The bundle's container: a ZIP with a single valid encoding, so that changing any byte is noticed.

Members are stored, never compressed, in a fixed order, with a fixed date and no extra fields.
"""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import IO, BinaryIO

MAX_MEMBERS = 5_000
MAX_BYTES = 20 << 30
_DATE = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


class BadBundle(Exception):
    """Raised when a file is not a bundle, or not a safe one; the message says why in one line."""


def write_archive(out: BinaryIO, members: Iterable[tuple[str, int, IO[bytes]]]) -> None:
    """Write the members (name, size, content) in their order."""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, size, content in members:
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system, info.external_attr, info.file_size = 3, 0o644 << 16, size
            with archive.open(info, "w") as target:
                shutil.copyfileobj(content, target, _CHUNK)


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open an archive after checking that it hides nothing and unpacks to no more than its own size.

    Raises BadBundle.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BadBundle(f"{path}: no such file") from None
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise BadBundle(f"{path}: not a bundle, which is a ZIP file ({error})") from None
    try:
        _check_limits(archive, path)
        _check_canonical(archive, path)
    except BadBundle:
        archive.close()
        raise
    except Exception as error:
        archive.close()
        raise BadBundle(f"{path}: the ZIP is damaged ({type(error).__name__}: {error})") from error
    return archive


def _check_limits(archive: zipfile.ZipFile, path: Path) -> None:
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS:
        raise BadBundle(f"{path}: {len(infos):,} members; a bundle has {MAX_MEMBERS:,} at most")
    if any(info.compress_type != zipfile.ZIP_STORED or info.compress_size != info.file_size for info in infos):
        raise BadBundle(f"{path}: a member is compressed; a bundle stores them as they are")
    if sum(info.file_size for info in infos) > min(path.stat().st_size, MAX_BYTES):
        raise BadBundle(f"{path}: its members together are larger than the file itself")
    if len({info.filename for info in infos}) < len(infos):
        raise BadBundle(f"{path}: two members have the same name")


def _check_canonical(archive: zipfile.ZipFile, path: Path) -> None:
    """Rewrite the file from its members and require the same bytes."""
    with tempfile.TemporaryFile() as again:
        write_archive(again, ((info.filename, info.file_size, archive.open(info)) for info in archive.infolist()))
        again.seek(0)
        with path.open("rb") as original:
            while chunk := original.read(_CHUNK):
                if again.read(len(chunk)) != chunk:
                    raise BadBundle(f"{path}: the ZIP was altered: written again from its members, it differs")
            if again.read(1):
                raise BadBundle(f"{path}: the ZIP was altered: written again from its members, it is longer")
